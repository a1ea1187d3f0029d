"""Header fields: what the lines around an article say of it (title, authors, dates, agency, place).

A line that says nothing else is taken out of the text and kept as fields. The title and the dateline
("BEIJING (AP) — …") become fields and stay in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from cleaner import dates
from cleaner.boilerplate.marks import Mark
from cleaner.boilerplate.places import Places, ends_sentence
from cleaner.lines import Lines

#: So many lines before the first prose, after it and at the end are looked at.
HEAD, AFTER, TAIL = 12, 3, 3
_LONGEST = 200

_LABEL = re.compile(
    r"(?i)(?<![^\W\d_])(?:"
    r"(?P<authors>by(?!\w)|written by|author|authors|reporter|von|par|por|di|door|autor|auteur)"
    r"|(?P<agency>source|quelle|fuente|fonte|bron)(?=\s*:)"
    r"|(?P<updated>(?:last[ -])?(?:updated|modified|update)"
    r"|(?:zuletzt )?aktualisiert|mis à jour|actualizado|atualizado|aggiornato|обновлено)"
    r"|(?P<published>(?:first )?(?:published|posted|created|publish date|date|issued)"
    r"|veröffentlicht|publié|publicado|pubblicato|опубликовано)"
    r")(?:\s+(?:on|at|am|le|el|em|il))?(?!\w)\s*[:：]?\s*"
)
_JOINT = " \t ,;|/•·-–—:"
_WORD = r"(?:\w[\w.'’-]*)"
_CAPITAL = r"[^\W\d_a-z][\w.'’-]*"
_PARTICLE = r"(?:de|del|della|di|da|dos|van|von|der|den|le|la|el|al|bin|ibn|and|&|und|et|y|e)\b"
_NAME = re.compile(rf"^{_CAPITAL}(?: (?:{_PARTICLE}|{_CAPITAL})){{0,7}}$")
_INPUTS = re.compile(
    r"^(?P<author>[^.!?]{2,60}?),? with (?:additional )?(?:inputs?|reports?|reporting|files) (?:from|by) "
    r"(?P<agency>[^.!?]{2,60})\.?$",
    re.IGNORECASE,
)
_DATELINE = re.compile(
    r"^(?P<place>[A-Z][A-Z.'’ -]{2,40}(?:, [A-Z][\w.]{1,20}(?: [A-Z][a-z]+)?)?)(?:, [A-Z][a-z]{2,8}\.? \d{1,2})? ?"
    r"\((?P<agency>[A-Z][\w ./-]{1,30})\) ?[-–—]{1,2} "
)


def match(lines: Lines, others: Iterable[Mark] = ()) -> list[Mark]:
    """Return the marks of header lines, each with its fields; sorted by row.

    Lines that ``others`` (marks of the rules) take out are not looked at.
    """
    places = Places.of(lines)
    gone = {mark.row for mark in others if mark.action == "remove" and mark.confidence >= 0.5}
    marks: list[Mark] = []
    for document in range(len(lines.texts)):
        marks.extend(_document(lines, places, document, gone))
    return marks


def _document(lines: Lines, places: Places, document: int, gone: set[int]) -> Iterator[Mark]:
    begin, end = int(lines.first[document]), int(lines.first[document + 1])
    prose = int(places.first[document])
    head = range(begin, min(end, max(begin, min(prose, begin + HEAD)) + AFTER))
    tail = range(max(head.stop, end - TAIL), end)
    titled = False
    for row in (*head, *tail):
        if row in gone:
            continue
        text = lines.text[row]
        mark = _header(row, text)
        if mark is not None:
            if not (mark.rule == "dates" and row < prose and _page_clock(text) and not titled):
                yield mark
        elif row < prose and not titled and _is_title(text) and not _is_kicker(lines, row, prose):
            titled = True
            yield Mark(row, "fields", "title", 0.9, "keep", fields={"title": text})
        elif row in head:
            yield from _dateline(row, text)


def _page_clock(text: str) -> bool:
    return any(found.seconds for found in dates.find(text)) and not _LABEL.search(text)


def _is_title(text: str) -> bool:
    return 4 <= len(text.split()) <= 30 and 20 <= len(text) <= 200 and not (ends_sentence(text) and text[-1] == ".")


def _is_kicker(lines: Lines, row: int, prose: int) -> bool:
    """Say whether the line is a few words above a title."""
    following = lines.text[row + 1] if row + 1 < prose else ""
    words = len(lines.text[row].split())
    longer = len(following.split()) > 2 * words
    return words <= 4 and longer and _is_title(following) and _header(row + 1, following) is None


def _header(row: int, text: str) -> Mark | None:
    """Return the mark of a line that holds nothing but header fields."""
    if len(text) > _LONGEST:
        return None
    inputs = _INPUTS.match(text)
    if inputs and _NAME.match(inputs["author"]):
        return Mark(
            row,
            "fields",
            "agency-credit",
            0.9,
            fields={"authors": [inputs["author"]], "agency": inputs["agency"]},
        )
    fields = _fields(text)
    if not fields:
        return None
    rule = "dates" if not {"authors", "agency"} & fields.keys() else "byline"
    return Mark(row, "fields", rule, 0.9, fields=fields)


def _fields(text: str) -> dict[str, Any] | None:
    """Return the fields of a line that is made of labels and their values alone, else None."""
    fields: dict[str, Any] = {}
    labels = list(_LABEL.finditer(text))
    starts = [found.start() for found in labels] + [len(text)]
    if not _value("published", text[: starts[0]], fields, labelled=False):
        return None
    for found, stop in zip(labels, starts[1:], strict=True):
        if not _value(str(found.lastgroup), text[found.end() : stop], fields, labelled=True):
            return None
    return fields


def _value(key: str, text: str, fields: dict[str, Any], labelled: bool) -> bool:
    """Put the value of a label into ``fields``; False if it is none."""
    found = list(dates.find(text))
    rest = "".join(
        text[a:b]
        for a, b in zip([0, *(one.end for one in found)], [*(one.start for one in found), len(text)], strict=True)
    )
    rest = rest.strip(_JOINT)
    if found:
        name = key if key in ("published", "updated") else "published"
        fields.setdefault(name, found[0].value)
        if found[0].evidence == "ambiguous":
            fields.setdefault("ambiguous", []).append(name)
        if len(found) > 1:
            fields.setdefault("updated", found[1].value)
    if key in ("authors", "agency"):
        if not rest or not _NAME.match(rest):
            return False
        fields[key] = (
            [one.strip() for one in re.split(r",| and | & | und | et | y ", rest)] if key == "authors" else rest
        )
        return True
    return not rest and (bool(found) or not labelled)


def _dateline(row: int, text: str) -> Iterator[Mark]:
    found = _DATELINE.match(text[:120])
    if found:
        fields = {"place": found["place"], "agency": found["agency"]}
        yield Mark(row, "fields", "dateline", 0.9, "note", 0, found.end(), fields)
