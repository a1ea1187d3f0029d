"""Header fields: what the lines around an article say of it (title, authors, dates, agency, place).

A line that says nothing else is taken out of the text and kept as fields. The title and the dateline
("BEIJING (AP) — …") become fields and stay in the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from cleaner import dates
from cleaner.boilerplate.marks import Mark, Marks
from cleaner.boilerplate.places import Places, ends_sentence
from cleaner.header_lines import LABEL, LABEL_WORDS, header, is_page_clock, label_alone
from cleaner.heads import FEWEST, HEADER, LONGEST, MOST, NOT_FIRST, NOT_LAST, NOTE, NUMERIC, SHORTEST, TITLE, possible
from cleaner.lines import Lines

#: For a line, the order of day and month, and the label above it: its mark if it is a header (in some row).
Known = dict[tuple[str, str, str], Mark | None]

#: So many lines before the first prose, after it and at the end are looked at.
HEAD, AFTER, TAIL = 12, 3, 3
#: The first line that looks like a title is one (or is content) so often.
_SURE = 0.8
_NO_TITLE = re.compile(r"[|@©]|\.\.\.|://|(?:19|20)\d\d.*:\d\d")
_CREDIT = re.compile(r"(?i)\b(?:photo|picture|image|photograph|credit)s? ?(?:by|:)|getty images")
#: A date whose numbers may show whether the day or the month is first.
_NUMERIC = re.compile(r"\b\d{1,2}([./-])\d{1,2}\1\d\d")
_DATELINE = re.compile(
    r"(?P<place>[A-Z][A-Z.'’ -]{1,39}[A-Z.](?:, [A-Z][\w.]{1,20}(?: [A-Z][a-z]+)?)?)(?:, [A-Z][a-z]{2,8}\.? \d{1,2})? ?"
    r"(?:\((?P<agency>[A-Z][\w ./-]{1,30})\) ?)[-–—]{1,2} "
)
_PHOTO = re.compile(
    r"(?i)[(\[]?(?:photo|image|picture|photograph|foto|bild)s?(?: ?(?:credit|by|courtesy(?: of)?))? ?[:/] ?"
    r"(?P<who>[^()\[\]:.]{2,60}?)(?:[)\]]|$)"
)


def match(
    lines: Lines, others: Marks | Iterable[Mark] = (), places: Places | None = None, known: Known | None = None
) -> list[Mark]:
    """Return the marks of header lines, each with its fields; sorted by row.

    Lines that ``others`` (marks of the rules) take out are not looked at. ``places`` is ``Places.of(lines)`` if at
    hand; ``known`` holds what lines say that were looked at before, and grows.
    """
    others = others if isinstance(others, Marks) else Marks.of(list(others), lines)
    places = places or Places.of(lines)
    known = {} if known is None else known
    gone = others.row[others.remove & (others.confidence >= 0.5)]
    rows, kinds = _candidates(lines, places, gone)
    marks = [*_sections(lines, others.rows_of("section-name")), *_read(lines, places.first, rows, kinds, known)]
    return sorted(marks, key=itemgetter(0))


def titles_in(lines: Lines, titles: Sequence[str | None]) -> list[Mark]:
    """Return marks that keep lines which are the title that the input gives, and stand so once near the start."""
    sizes = np.array([len(title) if title else -1 for title in titles])[lines.document]
    near = np.arange(len(lines)) < lines.first[lines.document] + HEAD
    rows = np.flatnonzero(near & (lines.end - lines.start == sizes)).tolist()
    own = {row: int(lines.document[row]) for row in rows if lines.text[row] == titles[lines.document[row]]}
    times = Counter(own.values())
    return [Mark(row, "fields", "title", _SURE, "keep") for row, document in own.items() if times[document] == 1]


def _candidates(lines: Lines, places: Places, gone: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return the rows at both ends of documents that can be something, and what each can be there."""
    begin, end, prose = lines.first[:-1], lines.first[1:], places.first
    stop = np.minimum(end, np.maximum(begin, np.minimum(prose, begin + HEAD)) + AFTER)
    row, own = np.arange(len(lines)), lines.document
    inside = (row < stop[own]) | (row >= end[own] - TAIL)
    inside[gone] = False
    rows = np.flatnonzero(inside)
    own = own[rows]
    kinds = possible(lines, rows, LABEL_WORDS)
    kinds[rows >= prose[own]] &= 255 - TITLE
    kinds[rows >= stop[own]] &= 255 - NOTE
    return rows[kinds > 0], kinds[kinds > 0]


def _sections(lines: Lines, rows: NDArray[np.int64]) -> list[Mark]:
    """Return notes of the section that a document names; one with several names is a menu."""
    alone = rows[np.bincount(lines.document[rows])[lines.document[rows]] == 1].tolist()
    return [Mark(row, "fields", "section", 0.8, "note", fields={"section": lines.text[row]}) for row in alone]


def _read(
    lines: Lines, prose: NDArray[np.int64], rows: NDArray[np.int64], kinds: NDArray[np.uint8], known: Known
) -> Iterator[Mark]:
    """Yield the marks of rows that can be something, with what; ``prose`` is the first row of it in each document."""
    orders = _orders(lines, rows[(kinds & NUMERIC) > 0])
    documents = lines.document[rows]
    first, order, titled, label, before, now = -1, "", False, "", -1, -1
    for document, row, kind in zip(documents.tolist(), rows.tolist(), kinds.tolist(), strict=True):
        if document != now:
            now, first, order, titled, before = document, int(prose[document]), orders.get(document, ""), False, -1
        if titled and kind == TITLE:
            continue
        text = lines.text[row]
        label = label if before == row - 1 else ""  # of the line just before alone
        before = row
        alone = label_alone(text) if kind & HEADER else ""
        if alone:
            label = alone
            continue
        mark = _known(row, text, order, label, known) if kind & HEADER else None
        if mark is not None:
            if label:
                yield Mark(row - 1, "fields", "label", mark.confidence)
            if titled or row > first or mark.rule != "dates" or not is_page_clock(text):
                yield mark
        elif kind & TITLE and not titled and _is_title(text) and not _is_kicker(lines, row, first):
            titled = True
            yield Mark(row, "fields", "title", _SURE, "keep", fields={"title": text})
        elif kind & NOTE:
            yield from _notes(row, text)
        label = ""


def _orders(lines: Lines, rows: NDArray[np.int64]) -> dict[int, str]:
    """Return what comes first in the numeric dates of documents that have such, given the rows that can hold them."""
    texts: dict[int, list[str]] = {}
    for document, row in zip(lines.document[rows].tolist(), rows.tolist(), strict=True):
        texts.setdefault(document, []).append(lines.text[row])
    return {document: _order(some) for document, some in texts.items()}


def _order(texts: list[str]) -> str:
    """Return what comes first in the dates of the header, ``day`` or ``month``, where one of them shows it."""
    if not any(len(text) <= LONGEST and _NUMERIC.search(text) for text in texts):
        return ""  # no header needs it
    numeric = [text for text in texts if _NUMERIC.search(text[:LONGEST])]
    shown = {date.order for text in numeric for date in dates.find(text[:LONGEST], "")}
    shown.discard("")
    return shown.pop() if len(shown) == 1 else ""


@lru_cache(maxsize=4096)
def _is_title(text: str) -> bool:
    """Say whether a line has the form of a title: some words, no full stop, no credit, label or date."""
    if not SHORTEST <= len(text) <= LONGEST or text[-1] in NOT_LAST or text[0] in NOT_FIRST:
        return False
    if not FEWEST <= len(text.split()) <= MOST:
        return False
    if (ends_sentence(text) and text[-1] not in "?!’”\"'") or _NO_TITLE.search(text) or LABEL.match(text):
        return False
    lower = text.lower()
    can_credit = ":" in lower or "by" in lower or "getty" in lower  # at most other lines the expression need not look
    return not (can_credit and _CREDIT.search(text))


def _is_kicker(lines: Lines, row: int, prose: int) -> bool:
    """Say whether the line is a few words above a title."""
    words = len(lines.text[row].split())
    following = lines.text[row + 1] if words <= 4 and row + 1 < prose else ""
    longer = len(following) <= LONGEST and len(following.split()) > 2 * words
    return longer and _is_title(following) and header(row + 1, following) is None


def _known(row: int, text: str, order: str, label: str, known: Known) -> Mark | None:
    """Return what ``header`` does; the same line is read once."""
    key = (text, order, label)
    mark = known[key] if key in known else known.setdefault(key, header(row, text, order, label))
    return mark if mark is None or mark.row == row else mark._replace(row=row)


def _notes(row: int, text: str) -> Iterator[Mark]:
    """Yield the marks of what a line says beside its text: the place and agency that begin it, a photo's credit."""
    dateline = _DATELINE.match(text[:120]) if "(" in text[:80] else None
    if dateline:
        found = {"place": dateline["place"], "agency": dateline["agency"]}
        yield Mark(row, "fields", "dateline", 0.9, "note", 0, dateline.end(), found)
    photo = _PHOTO.match(text[:120]) if text[0] in "([pPiIfFbB\u0130\u0131" else None
    if photo:
        yield Mark(row, "fields", "photo-credit", 0.9, "note", 0, photo.end(), {"photo_credit": photo["who"].strip()})
