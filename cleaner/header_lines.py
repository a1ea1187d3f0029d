"""Header lines: the labels, dates, people and agency that a line names, if it names nothing else."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import Any

from cleaner import dates
from cleaner.boilerplate.marks import Mark
from cleaner.heads import JOINT, LONGEST, WORDS

#: What may stand between a label and a date.
_BEFORE_DATES = ("on", "at", "am", "den", "le", "du", "el", "em", "il", "op", "dnia", "στις")
_PREPOSITION = rf"(?:\s+(?:{'|'.join(_BEFORE_DATES)}))?"


def _pattern(labels: dict[str, list[str]], flags: re.RegexFlag) -> re.Pattern[str]:
    """The words of ``labels.toml``, one group a field; most words of a text have another first letter."""
    firsts = "".join(sorted({word[0] for words in labels.values() for word in words}))
    groups = "|".join(f"(?P<{field}>{_group(words)})" for field, words in labels.items())
    return re.compile(rf"(?<![^\W\d_])(?=[{firsts}])(?:{groups}){_PREPOSITION}(?!\w)\s*[:：]?\s*", flags)


def _group(words: list[str]) -> str:
    """Words that stand alone, and those that are a label only with a colon."""
    alone = dates.any_of(word for word in words if word[-1] != ":")
    marked = dates.any_of(word[:-1] for word in words if word[-1] == ":")
    return "|".join([alone] * bool(alone) + [rf"(?:{marked})(?=\s*[:：])"] * bool(marked))


_LABELS: dict[str, list[str]] = tomllib.loads((resources.files("cleaner") / "labels.toml").read_text(encoding="utf-8"))
#: The words that a header can begin with.
LABEL_WORDS = frozenset(word for words in _LABELS.values() for word in words)
LABEL = _pattern(_LABELS, re.IGNORECASE)
#: The same for texts of ASCII in lower case, where it is found twice as fast.
_PLAIN_LABEL = _pattern({key: [*filter(str.isascii, words)] for key, words in _LABELS.items()}, re.NOFLAG)
_CAPITAL = r"[^\W\d_a-z][\w.'’-]*"
_PARTICLE = r"(?:de|del|della|di|da|dos|van|von|der|den|le|la|el|al|bin|ibn|and|&|und|et|y|e)\b"
_NAME = re.compile(rf"{_CAPITAL}(?: (?:{_PARTICLE}|{_CAPITAL})){{0,7}}")
_ANDS = ("and", "&", "und", "et", "y", "e", "en", "och", "и")
_AND = re.compile(rf"\s*[,;/|•]\s*|\s+-+\s+|\s+(?:{'|'.join(_ANDS)})\s+", re.IGNORECASE)
_ON = re.compile(r"\s+(?:on|at|am|le|el)$")
_AROUND = JOINT.replace(".", "")
_ROLES = ("writer", "reporter", "correspondent", "editor", "columnist", "contributor", "producer", "journalist")
_ROLE = re.compile(
    r"(?i)(?:^|[ ,]+)(?:(?:the|an?|ap|afp|chief|senior|staff|contributing|special|freelance|science|medical|political"
    r"|health|business|sports?|technology|foreign|deputy|managing) )*"
    rf"(?:{'|'.join(_ROLES)})s?$"
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
#: The most frequent byline, which is read at a glance, and the words that make it one of another kind.
_BYLINE = re.compile(r"By ([A-Z][a-z]+(?: [A-Z][a-z]+){0,7})")
_NOT_NAMES = {
    word.split()[0] for word in (*LABEL_WORDS, *_BEFORE_DATES, *_ANDS, *_ROLES, *(f"{role}s" for role in _ROLES))
}


def header(row: int, text: str, order: str = "", label: str = "") -> Mark | None:
    """Return the mark of a line that holds nothing but header fields."""
    if len(text) > LONGEST or len(text.split()) > WORDS:
        return None
    plain = _BYLINE.fullmatch(text)
    if plain and _NOT_NAMES.isdisjoint(plain[1].lower().split()):
        return Mark(row, "fields", "byline", 0.9, fields={"authors": [plain[1]]})
    inputs = _INPUTS.fullmatch(text) if " with " in text else None
    if inputs and _NAME.fullmatch(inputs["author"]):
        credit = {"authors": [inputs["author"]], "agency": inputs["agency"]}
        return Mark(row, "fields", "agency-credit", 0.9, fields=credit)
    worth = dates.may_hold(text) or LABEL.match(text.lstrip(JOINT))
    fields = _fields(text, order, label) if worth else None
    if not fields:
        return None
    rule = "byline" if "authors" in fields or "agency" in fields else "dates"
    return Mark(row, "fields", rule, 0.9, fields=fields)


def _fields(text: str, order: str, label: str) -> dict[str, Any] | None:
    """Return the fields of a line that is made of labels and their values alone, else None."""
    fields: dict[str, Any] = {}
    labels = list(_PLAIN_LABEL.finditer(text.lower()) if text.isascii() else LABEL.finditer(text))
    starts = [found.start() for found in labels] + [len(text)]
    if starts[0] and not _value(label or "published", text[: starts[0]], fields, order, labelled=False):
        return None
    for found, stop in zip(labels, starts[1:], strict=True):
        if not _value(str(found.lastgroup), text[found.end() : stop], fields, order, labelled=True):
            return None
    return fields


def _value(key: str, text: str, fields: dict[str, Any], order: str, labelled: bool) -> bool:
    """Put the value of a label into ``fields``; False if it is none."""
    found, rest = dates.find(text, order), text
    if found:
        ends, starts = [0, *(one.end for one in found)], [*(one.start for one in found), len(text)]
        rest = "".join(text[a:b] for a, b in zip(ends, starts, strict=True))
    rest = rest.strip(JOINT)
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
    for one in _AND.split(_ON.sub("", text)):
        name = _ROLE.sub("", one).strip(_AROUND)
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


def label_alone(text: str) -> str:
    """Return which field a line names that holds a label and nothing else."""
    found = LABEL.fullmatch(text) if len(text) < 24 else None
    return str(found.lastgroup) if found and found.lastgroup in ("published", "updated") else ""


def is_page_clock(text: str) -> bool:
    """Say whether a line of dates tells when the page was made: a clock with seconds, and no label."""
    return not LABEL.search(text) and any(found.seconds for found in dates.find(text, ""))
