"""Header fields: what the lines around an article say of it (title, authors, dates, agency, place).

A line that says nothing else is taken out of the text and kept as fields. The title and the dateline
("BEIJING (AP) — …") become fields and stay in the text.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner import dates
from cleaner.boilerplate.marks import Mark
from cleaner.boilerplate.places import Places, ends_sentence
from cleaner.lines import Lines

#: For a line, the order of day and month, and the label above it: its mark if it is a header (in some row).
Known = dict[tuple[str, str, str], Mark | None]

#: So many lines before the first prose, after it and at the end are looked at.
HEAD, AFTER, TAIL = 12, 3, 3
#: The first line that looks like a title is one (or is content) so often.
_TITLE = 0.8
#: Longer lines are no header.
_LONGEST, _WORDS = 200, 24

#: What may stand between a label and a date.
_PREPOSITION = r"(?:\s+(?:on|at|am|den|le|du|el|em|il|op|dnia|στις))?"


def _labels() -> re.Pattern[str]:
    """The words of ``labels.toml``, one group a field; most words of a text have another first letter."""
    table = tomllib.loads((resources.files("cleaner") / "labels.toml").read_text(encoding="utf-8"))
    firsts = "".join(sorted({word[0] for words in table.values() for word in words}))
    groups = "|".join(f"(?P<{field}>{_group(words)})" for field, words in table.items())
    return re.compile(rf"(?i)(?<![^\W\d_])(?=[{firsts}])(?:{groups}){_PREPOSITION}(?!\w)\s*[:：]?\s*")


def _group(words: list[str]) -> str:
    """Words that stand alone, and those that are a label only with a colon."""
    alone = dates.any_of(word for word in words if word[-1] != ":")
    marked = dates.any_of(word[:-1] for word in words if word[-1] == ":")
    return "|".join([alone] * bool(alone) + [rf"(?:{marked})(?=\s*[:：])"] * bool(marked))


_LABEL = _labels()
_NO_TITLE = re.compile(
    r"[|@©]|\.\.\.|://|(?i:\b(?:photo|picture|image|photograph|credit)s? ?(?:by|:)|getty images)|(?:19|20)\d\d.*:\d\d"
)
_NUMERIC = re.compile(r"\d[./-]\d{1,2}[./-]\d")
_JOINT = " \t ,;|/•·-–—:.*()"
_CAPITAL = r"[^\W\d_a-z][\w.'’-]*"
_PARTICLE = r"(?:de|del|della|di|da|dos|van|von|der|den|le|la|el|al|bin|ibn|and|&|und|et|y|e)\b"
_NAME = re.compile(rf"{_CAPITAL}(?: (?:{_PARTICLE}|{_CAPITAL})){{0,7}}")
_AND = re.compile(r"\s*[,;/|•]\s*|\s+-+\s+|\s+(?:and|&|und|et|y|e|en|och|и)\s+", re.IGNORECASE)
_ROLE = re.compile(
    r"(?i)(?:^|[ ,]+)(?:(?:the|an?|ap|afp|chief|senior|staff|contributing|special|freelance|science|medical|political"
    r"|health|business|sports?|technology|foreign|deputy|managing) )*"
    r"(?:writers?|reporters?|correspondents?|editors?|columnists?|contributors?|producers?|journalists?)$"
)
_OUTLET = re.compile(
    r"(?:news|times|post|press|herald|journal|gazette|reuters|xinhua|agency|agence|afp|ap|upi|ani|pti|dpa|efe|ansa"
    r"|tass|citizen|sun|star|tribune|guardian|telegraph|mail|globe|bloomberg|media|service|network|tv|radio|org)$",
    re.IGNORECASE,
)
_INPUTS = re.compile(
    r"(?P<author>[^.!?]{2,60}?),? with (?:additional )?(?:inputs?|reports?|reporting|files) (?:from|by) "
    r"(?P<agency>[^.!?]{2,60})\.?",
    re.IGNORECASE,
)
_DATELINE = re.compile(
    r"(?P<place>[A-Z][A-Z.'’ -]{1,39}[A-Z.](?:, [A-Z][\w.]{1,20}(?: [A-Z][a-z]+)?)?)(?:, [A-Z][a-z]{2,8}\.? \d{1,2})? ?"
    r"(?:\((?P<agency>[A-Z][\w ./-]{1,30})\) ?)[-–—]{1,2} "
)
_PHOTO = re.compile(
    r"(?i)[(\[]?(?:photo|image|picture|photograph|foto|bild)s?(?: ?(?:credit|by|courtesy(?: of)?))? ?[:/] ?"
    r"(?P<who>[^()\[\]:.]{2,60}?)(?:[)\]]|$)"
)


def match(
    lines: Lines,
    others: Iterable[Mark] = (),
    places: Places | None = None,
    known: Known | None = None,
    digits: NDArray[np.bool_] | None = None,
) -> list[Mark]:
    """Return the marks of header lines, each with its fields; sorted by row.

    Lines that ``others`` (marks of the rules) take out are not looked at. ``places`` is ``Places.of(lines)`` if at
    hand; ``known`` holds what lines say that were looked at before, and grows; ``digits`` says of each line whether it
    may hold one, if known.
    """
    others = list(others)
    places = places or Places.of(lines)
    known = {} if known is None else known
    gone = {mark.row for mark in others if mark.action == "remove" and mark.confidence >= 0.5}
    marks = _sections(lines, others)
    held = np.ones(len(lines), dtype=np.bool_) if digits is None else digits
    firsts, proses = lines.first.tolist(), places.first.tolist()
    for begin, end, prose in zip(firsts, firsts[1:], proses, strict=False):
        marks.extend(_document(lines, begin, end, prose, gone, known, held))
    return sorted(marks, key=lambda mark: mark.row)


def _sections(lines: Lines, others: list[Mark]) -> list[Mark]:
    """Return notes of the section that a document names; one with several names is a menu."""
    rows = [mark.row for mark in others if mark.rule == "section-name"]
    several = Counter(int(lines.document[row]) for row in rows)
    alone = [row for row in rows if several[int(lines.document[row])] == 1]
    return [Mark(row, "fields", "section", 0.8, "note", fields={"section": lines.text[row]}) for row in alone]


def _document(
    lines: Lines, begin: int, end: int, prose: int, gone: set[int], known: Known, digits: NDArray[np.bool_]
) -> Iterator[Mark]:
    head = range(begin, min(end, max(begin, min(prose, begin + HEAD)) + AFTER))
    rows = [row for row in (*head, *range(max(head.stop, end - TAIL), end)) if row not in gone]
    order = _order(lines, [row for row in rows if digits[row]])
    titled = False
    label, before = "", begin - 1
    for row in rows:
        text = lines.text[row]
        label = label if before == row - 1 else ""  # of the line just before alone
        before = row
        alone = _label_alone(text)
        if alone:
            label = alone
            continue
        mark = _known(row, text, order, label, known) if len(text) <= _LONGEST else None
        if mark is not None:
            if label:
                yield Mark(row - 1, "fields", "label", mark.confidence)
            if titled or row > prose or mark.rule != "dates" or not _page_clock(text):
                yield mark
        elif row < prose and not titled and _is_title(text) and not _is_kicker(lines, row, prose):
            titled = True
            yield Mark(row, "fields", "title", _TITLE, "keep", fields={"title": text})
        elif row in head:
            yield from _notes(row, text)
        label = ""


def _order(lines: Lines, rows: list[int]) -> str:
    """Return what comes first in the dates of the header, ``day`` or ``month``, where one of them shows it."""
    texts = [lines.text[row] for row in rows]
    if not any(len(text) <= _LONGEST and _NUMERIC.search(text) for text in texts):
        return ""  # no header needs it
    numeric = [text for text in texts if _NUMERIC.search(text[:_LONGEST])]
    shown = {date.order for text in numeric for date in dates.find(text[:_LONGEST])}
    shown.discard("")
    return shown.pop() if len(shown) == 1 else ""


def _label_alone(text: str) -> str:
    """Return which field a line names that holds a label and nothing else."""
    found = _LABEL.fullmatch(text) if len(text) < 24 else None
    return str(found.lastgroup) if found and found.lastgroup in ("published", "updated") else ""


def _page_clock(text: str) -> bool:
    return not _LABEL.search(text) and any(found.seconds for found in dates.find(text))


def _is_title(text: str) -> bool:
    """Say whether a line has the form of a title: some words, no full stop, no credit, label or date."""
    if not 20 <= len(text) <= 200 or text[-1] in ".):;,…" or text[0] in "([|" or not 4 <= len(text.split()) <= 30:
        return False
    return (
        not (ends_sentence(text) and text[-1] not in "?!’”\"'")
        and not _NO_TITLE.search(text)
        and not _LABEL.match(text)
    )


def _is_kicker(lines: Lines, row: int, prose: int) -> bool:
    """Say whether the line is a few words above a title."""
    following = lines.text[row + 1] if row + 1 < prose else ""
    words = len(lines.text[row].split())
    longer = len(following.split()) > 2 * words
    return words <= 4 and longer and _is_title(following) and _header(row + 1, following) is None


def _known(row: int, text: str, order: str, label: str, known: Known) -> Mark | None:
    """Return what ``_header`` does; the same line is read once."""
    key = (text, order, label)
    mark = known[key] if key in known else known.setdefault(key, _header(row, text, order, label))
    return mark if mark is None or mark.row == row else mark._replace(row=row)


def _header(row: int, text: str, order: str = "", label: str = "") -> Mark | None:
    """Return the mark of a line that holds nothing but header fields."""
    if len(text) > _LONGEST or len(text.split()) > _WORDS:
        return None
    inputs = _INPUTS.fullmatch(text) if " with " in text else None
    if inputs and _NAME.fullmatch(inputs["author"]):
        credit = {"authors": [inputs["author"]], "agency": inputs["agency"]}
        return Mark(row, "fields", "agency-credit", 0.9, fields=credit)
    worth = dates.may_hold(text) or _LABEL.match(text.lstrip(_JOINT))
    fields = _fields(text, order, label) if worth else None
    if not fields:
        return None
    rule = "byline" if {"authors", "agency"} & fields.keys() else "dates"
    return Mark(row, "fields", rule, 0.9, fields=fields)


def _fields(text: str, order: str, label: str) -> dict[str, Any] | None:
    """Return the fields of a line that is made of labels and their values alone, else None."""
    fields: dict[str, Any] = {}
    labels = list(_LABEL.finditer(text))
    starts = [found.start() for found in labels] + [len(text)]
    if not _value(label or "published", text[: starts[0]], fields, order, labelled=False):
        return None
    for found, stop in zip(labels, starts[1:], strict=True):
        if not _value(str(found.lastgroup), text[found.end() : stop], fields, order, labelled=True):
            return None
    return fields


def _value(key: str, text: str, fields: dict[str, Any], order: str, labelled: bool) -> bool:
    """Put the value of a label into ``fields``; False if it is none."""
    found = list(dates.find(text, order))
    ends, starts = [0, *(one.end for one in found)], [*(one.start for one in found), len(text)]
    rest = "".join(text[a:b] for a, b in zip(ends, starts, strict=True)).strip(_JOINT)
    names = (key if key in ("published", "updated") else "published", "updated")
    for name, date in zip(names, found, strict=False):
        fields.setdefault(name, date.value)
        if date.evidence == "ambiguous":
            fields.setdefault("ambiguous", []).append(name)
    if key in ("authors", "agency"):
        return _people(key, rest, fields)
    time = dates.clock(rest) if labelled and not found and key == "updated" else None
    if time and len(str(fields.get("published"))) == len("2011-12-13"):
        fields["updated"] = fields["published"] + time
        return True
    return not rest and (bool(found) or not labelled)


def _people(key: str, text: str, fields: dict[str, Any]) -> bool:
    """Put the people or the agency of a byline into ``fields``; False if the text names none."""
    if key == "agency":
        fields[key] = text
        return bool(_NAME.fullmatch(text))
    people: list[str] = []
    for one in _AND.split(re.sub(r"\s+(?:on|at|am|le|el)$", "", text)):
        name = _ROLE.sub("", one).strip(_JOINT.replace(".", ""))
        if not name:
            continue
        if not _NAME.fullmatch(name):
            return False
        if people and _OUTLET.search(name):
            fields["agency"] = name
        elif len(name.split()) > 1 or not people:
            people.append(name)
    fields[key] = people
    return bool(people)


def _notes(row: int, text: str) -> Iterator[Mark]:
    """Yield the marks of what a line says beside its text: the place and agency that begin it, a photo's credit."""
    dateline = _DATELINE.match(text[:120]) if "(" in text[:80] else None
    if dateline:
        found = {"place": dateline["place"], "agency": dateline["agency"]}
        yield Mark(row, "fields", "dateline", 0.9, "note", 0, dateline.end(), found)
    photo = _PHOTO.match(text[:120]) if text[0] in "([pPiIfFbB\u0130\u0131" else None
    if photo:
        yield Mark(row, "fields", "photo-credit", 0.9, "note", 0, photo.end(), {"photo_credit": photo["who"].strip()})
