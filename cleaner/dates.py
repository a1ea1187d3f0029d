"""Dates as news pages write them, read without guessing.

The order of day and month is only taken where something shows it: a month's name, a year in front, a number
above 12, a weekday that fits one reading alone, dots between (no locale of CLDR 45 puts the month first with them), or
another date of the same header. Otherwise the date stays as
written and is called ambiguous. Results are ISO 8601 (2019), as precise as what was written.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

#: Time zones whose abbreviation means one offset: those of RFC 5322 (4.3), but CST, and some that no other has.
_ZONES = {
    "z": "Z", "utc": "Z", "gmt": "Z", "est": "-05:00", "edt": "-04:00", "pst": "-08:00", "pdt": "-07:00",
    "mst": "-07:00", "mdt": "-06:00", "cet": "+01:00", "cest": "+02:00", "mez": "+01:00", "mesz": "+02:00",
    "eet": "+02:00", "eest": "+03:00", "msk": "+03:00", "jst": "+09:00", "kst": "+09:00", "hkt": "+08:00",
    "sgt": "+08:00", "aest": "+10:00", "aedt": "+11:00", "nzst": "+12:00", "nzdt": "+13:00", "wib": "+07:00",
}  # fmt: skip


class Date(NamedTuple):
    """A date in a line.

    Attributes:
        start, end: half-open character offsets in the line.
        value: ISO 8601, or the text as written where it is ambiguous.
        evidence: what shows the order of day and month: ``name``, ``year-first``, ``above-12``, ``weekday``,
            ``dots``, ``neighbour``; or ``ambiguous``.
        seconds: does the clock show seconds?
        order: ``day`` or ``month`` where numbers alone show which of the two is first.
    """

    start: int
    end: int
    value: str
    evidence: str
    seconds: bool = False
    order: str = ""


@cache
def _names() -> tuple[dict[str, int], dict[str, int]]:
    """Return the months and the weekdays (Monday is 0) by their names and abbreviations, case-folded."""
    table = tomllib.loads((resources.files("cleaner") / "dates.toml").read_text(encoding="utf-8"))
    months = {name.lower(): at for at in range(1, 13) for name in table["months"][str(at)]}
    weekdays = {name.lower(): at for at in range(7) for name in table["weekdays"][str(at)]}
    return months, weekdays


_CLOCK = (
    r"(?P<h>\d{1,2})(?:[:.h](?P<m>\d\d))(?:[:.](?P<s>\d\d))?(?:\.\d{1,6})?\s*(?P<ap>[ap]\.?m\b\.?)?"
    r"\s*(?P<z>\(?\b(?:[a-z]{1,4}t|utc|gmt|z|mez|mesz|msk|wib)\b\)?)?"
)
_CLOCK_BEFORE = re.compile(_CLOCK + r"\s*(?:,|\||on|-|–)?\s*$")
_CLOCK_ALONE = re.compile(_CLOCK)
#: So many characters a clock has at least.
_SHORTEST = 4
#: How the group of a whole form is called; its number follows, as it does in the names of the form's own groups.
_FORM = "F"
#: The groups of a clock: hour, minute, second, half of the day, zone and offset.
_TIME = ("h", "m", "s", "ap", "z", "o")


def any_of(words: Iterable[str]) -> str:
    """A regular expression for any of the words, the longest first; by first letter: far fewer to try at each place."""
    begins: dict[str, list[str]] = {}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        begins.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in sorted(begins.items()))


@cache
def _pattern() -> re.Pattern[str]:
    months, weekdays = _names()

    month = rf"(?P<M>{any_of(months)})\b\.?"
    day = r"(?P<D>\d{1,2})(?:st|nd|rd|th|er|º|°|\.)?"
    year = r"(?P<Y>(?:19|20)\d\d)"
    ends = r"(?!\d(?!\d?:))"  # a clock is often glued to the year
    weekday = rf"(?:\b(?P<W>{any_of(weekdays)})\b\.?,?\s+)?"
    clock = (
        r"(?:(?:\s*[-–|@•/]|t|\s*,?(?:\s+(?:at|um|à|às|a las|alle(?: ore)?|ore|o|om|в|klo|godz)\b\.?)?)\s*"
        rf"{_CLOCK}(?:\s*(?P<o>[+-]\d\d:?\d\d))?(?:\s*(?:uhr|h|uur)\b)?)?"
    )
    forms = [
        rf"\b{year}(?P<sep>[-/.])(?P<M>\d{{1,2}})(?P=sep)(?P<D>\d{{1,2}})(?!\d)",
        r"(?P<Y>(?:19|20)\d\d)\s*[年년]\s*(?P<M>\d{1,2})\s*[月월]\s*(?P<D>\d{1,2})\s*[日일]",
        rf"{weekday}\b{day}\s*(?:de\s+|of\s+|-)?\s*{month},?\s*(?:de\s+|del\s+|-)?\s*{year}{ends}(?:\s*г\.?|\s*r\.?)?",
        rf"{weekday}\b{month}\s+{day},?\s+{year}{ends}",
        rf"{weekday}\b(?P<A>\d{{1,2}})(?P<sep>[-/.])(?P<B>\d{{1,2}})(?P=sep)(?P<Y>(?:19|20)\d\d|\d\d(?=\b))\b",
    ]
    numbered = [_numbered(form + clock, at) for at, form in enumerate(forms)]
    firsts = "".join(sorted({name[0] for name in (*months, *weekdays)}))
    united = "|".join(f"(?P<{_FORM}{at}>{form})" for at, form in enumerate(numbered))
    return re.compile(rf"(?=\d|\b[{firsts}])(?:{united})")  # at most other places no form need be tried


@cache
def _groups() -> dict[str, tuple[tuple[str, ...], tuple[int, ...], tuple[int, ...]]]:
    """Return for each form what the groups of the day are, their numbers, and those of the clock's groups."""
    groups = _pattern().groupindex
    forms = {}
    for form in (name for name in groups if name[0] == _FORM):
        days = [name for name in groups if name[-1] == form[-1] and name != form and name[:-1] not in _TIME]
        clock = tuple(groups[name + form[-1]] for name in _TIME)
        forms[form] = tuple(name[:-1] for name in days), tuple(groups[name] for name in days), clock
    return forms


def _numbered(form: str, at: int) -> str:
    """Give the groups of a form names of their own."""
    return re.sub(r"\(\?P(<|=)(\w+)", lambda found: f"(?P{found[1]}{found[2]}{at}", form)


#: What every date holds: a year, or three numbers.
_QUICK = re.compile(r"(?:19|20)\d\d|\d[./-]\d{1,2}[./-]\d\d")


def may_hold(text: str) -> bool:
    """Say whether a text can hold a date, at a glance."""
    return _QUICK.search(text) is not None


@lru_cache(maxsize=4096)
def find(text: str, order: str = "") -> tuple[Date, ...]:
    """Return the dates of a line, from left to right.

    Args:
        text: the line.
        order: ``day`` or ``month``: what comes first in the other dates of the same header, where they show it.
    """
    return tuple(_dates(text, order)) if may_hold(text) else ()


def _dates(text: str, order: str) -> Iterator[Date]:
    lower = _lower(text)
    for found in _pattern().finditer(lower):
        names, day_groups, clock_groups = _groups()[str(found.lastgroup)]
        start, end = found.start(), found.start() + len(found.group().rstrip())
        clock = found.group(*clock_groups)
        before = None if clock[0] or start < _SHORTEST else _CLOCK_BEFORE.search(lower[:start])
        if before:
            clock = (*before.group(*_TIME[:-1]), None)
            start = before.start()
        day, time = _day(names, found.group(*day_groups), order), _clock(*clock)
        if day is not None and time is not None:
            value, evidence, shown = day
            written = text[start:end] if evidence == "ambiguous" else value + time
            yield Date(start, end, written, evidence, clock[2] is not None, shown)


def _lower(text: str) -> str:
    """Return the text in lower case, character for character."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(char.lower()[0] for char in text)


def clock(text: str) -> str | None:
    """Return the time of day of a text that holds nothing else, as ISO 8601 with a leading T."""
    found = _CLOCK_ALONE.fullmatch(_lower(text.strip()))
    return _clock(*found.group(*_TIME[:-1]), None) if found else None


@lru_cache(maxsize=4096)
def _day(names: tuple[str, ...], values: tuple[str | None, ...], order: str) -> tuple[str, str, str] | None:
    """Return the day that groups say, what shows its order, and the order that it shows (see ``Date``).

    None stands for an impossible one.
    """
    months, weekdays = _names()
    parts = {name: value for name, value in zip(names, values, strict=True) if value}
    year = int(parts["Y"]) + (2000 if len(parts["Y"]) == 2 else 0)
    shown = ""
    if "M" in parts:
        name = parts["M"]
        readings = [(months[name] if name in months else int(name), int(parts["D"]))]
        evidence = "name" if name in months else "year-first"
    else:
        first, second = int(parts["A"]), int(parts["B"])
        readings = sorted({(first, second), (second, first)})
        evidence = "above-12" if max(first, second) > 12 else "same" if first == second else "weekday"
        shown = "day" if first > 12 else "month" if second > 12 else ""
        if evidence == "weekday" and parts["sep"] == "." and "W" not in parts:
            readings, evidence, shown = [(second, first)], "dots", "day"
        elif order and evidence == "weekday" and "W" not in parts:
            readings, evidence = [(second, first) if order == "day" else (first, second)], "neighbour"
    days = [one for one in (_calendar(year, *reading) for reading in readings) if one]
    if len(days) > 1 and "W" in parts:
        days = [day for day in days if day.weekday() == weekdays[parts["W"]]]
    return (days[0].isoformat(), evidence if len(days) == 1 else "ambiguous", shown) if days else None


def _calendar(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _clock(
    hour: str | None, minute: str, second: str | None, half: str | None, zone: str | None, offset: str | None
) -> str | None:
    """Return the time of day as ISO 8601 with a leading T, "" where there is none, None for an impossible one."""
    if not hour:
        return ""
    hours, minutes, seconds = int(hour), int(minute), int(second or 0)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half[0] == "p" else 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    return f"T{hours:02}:{minutes:02}" + (f":{seconds:02}" if second else "") + _zone(zone, offset)


def _zone(zone: str | None, offset: str | None) -> str:
    if offset:
        digits = offset.replace(":", "")
        return f"{digits[:3]}:{digits[3:]}"
    return _ZONES.get((zone or "").strip("()"), "")
