"""The same block printed twice in one document: the later goes, but the one beside a credit stays.

Captions, titles, standfirsts and whole paragraphs come twice where a page shows them twice. Exact copies are found
by equality, near ones by their first or last characters and then by the Jaccard similarity of their words in
threes: every line is compared with one earlier line for each end at most, so time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.marks import Mark
from cleaner.boilerplate.places import ends_sentence
from cleaner.lines import Lines

#: Shorter lines are refrains, names and labels, which other detectors look at.
CHARACTERS, WORDS = 25, 5
#: Lines under so many characters must end a sentence, hold a credit, or repeat the head of the document.
PLAIN = 60
#: Lines of a document's head: its title and standfirst come again elsewhere.
HEAD = 6
#: A short line that comes more often than that is a refrain or a label of a list.
OFTEN = 3
#: Word triples of near copies are alike to this share.
NEAR = 0.8
_END = 24
_FACTOR = np.uint64(0x5851F42D4C957F2D)
_LONGEST = 1000

_CREDIT = re.compile(
    r"(?i)[(\[][^()\[\]]{2,60}[)\]]$"
    r"|\b(?:photo|photograph|picture|image|credit|foto|bild|crédit|crédito)s?\b ?(?:by\b|:|/)"
    r"|\b(?:getty images|reuters|afp|xinhua|associated press|shutterstock)\b"
)
#: A credit holds one of these, in small letters, or a letter that an expression takes for an i.
_TRACES = (
    *("(", "[", "photo", "picture", "image", "credit", "foto", "bild", "crédit"),
    *("reuters", "afp", "xinhua", "associated press", "shutterstock", "\u0131"),
)


def match(lines: Lines, alike: NDArray[np.bool_] | None = None) -> list[Mark]:
    """Return a ``remove`` mark for each line that its document has twice; sorted by row.

    ``alike`` says of each line whether there can be another like it, if known (see ``any_alike``).
    """
    rows = np.flatnonzero(any_alike(lines) if alike is None else alike)
    marks: dict[int, Mark] = {}
    for some in np.split(rows, np.flatnonzero(np.diff(lines.document[rows])) + 1):
        for mark in _document(lines, some.tolist()):
            marks.setdefault(mark.row, mark)
    return [marks[row] for row in sorted(marks)]


def any_alike(lines: Lines) -> NDArray[np.bool_]:
    """Say of each line whether another of its document may begin or end as it does: few do; shape (lines,)."""
    alike = np.zeros(len(lines), dtype=np.bool_)
    rows = np.flatnonzero(lines.end - lines.start >= CHARACTERS)
    document, start, end = lines.document[rows], lines.place[rows], (lines.place + lines.end - lines.start)[rows]
    for low in (start, end - _END):
        key = document.astype(np.uint64)
        for step in range(0, _END, 3):  # enough to tell nearly all apart
            key *= _FACTOR  # so that ends which differ have hardly ever the same key
            key += lines.codes[low + step].astype(np.uint64)
        order = np.argsort(key)
        same = key[order[1:]] == key[order[:-1]]
        alike[rows[order[1:][same]]] = alike[rows[order[:-1][same]]] = True
    return alike


def _document(lines: Lines, rows: list[int]) -> Iterator[Mark]:
    """Yield the marks of one document, given its rows that can be alike."""
    seen: dict[str, int] = {}
    heads: dict[str, int] = {}
    tails: dict[str, int] = {}
    copies: dict[str, list[int]] = {}
    for row in rows:
        text = lines.text[row]
        first = seen.setdefault(text, row)
        if first != row:
            copies.setdefault(text, [first]).append(row)
            continue
        for other in {heads.setdefault(text[:_END], row): 0, tails.setdefault(text[-_END:], row): 0}:
            if other != row and _alike(lines.text[other], text):
                yield Mark(_worse(lines, other, row), "captions", "nearly-same-line-twice", 0.8)
    for same in copies.values():
        yield from _copies(lines, same)


def _copies(lines: Lines, rows: list[int]) -> Iterator[Mark]:
    """Yield the marks of the rows that hold the same line, all but one, unless it is a refrain or a label."""
    apart = {row for before, row in pairwise(rows) if row > before + 1}
    stays = rows[0]
    again = _comes_again(lines, rows[0], len(apart) + 1)
    for row in rows[1:]:
        if not (again or row not in apart):
            continue
        gone = _worse(lines, stays, row)
        stays = row if gone == stays else stays
        yield Mark(gone, "captions", "same-line-twice", _confidence(lines, stays, gone))


def _comes_again(lines: Lines, row: int, places: int) -> bool:
    """Say whether a line that stands in so many places is a copy, and no refrain, label or question."""
    text = lines.text[row]
    if text[-1] in "?？؟" or (text.isascii() and len(text.split()) < WORDS):
        return False
    if len(text) >= PLAIN:
        return True
    head = row < int(lines.first[lines.document[row]]) + HEAD
    return places < OFTEN and (head or _credits(text))


def _confidence(lines: Lines, first: int, second: int) -> float:
    long = len(lines.text[second]) >= PLAIN and ends_sentence(lines.text[second])
    return 0.95 if long or abs(second - first) == 1 else 0.8


def _alike(one: str, other: str) -> bool:
    """Say whether two lines have nearly the same words in the same order."""
    longer = max(len(one), len(other))
    if not 0.6 < len(one) / len(other) < 1.7 or longer > _LONGEST or not one[0].isalpha():
        return False
    return _has_same_words(one, other)


@lru_cache(maxsize=4096)  # a later look at the lines compares the same ones again
def _has_same_words(one: str, other: str) -> bool:
    first, second = _triples(one), _triples(other)
    return len(first) >= WORDS and len(first & second) >= NEAR * len(first | second)


def _triples(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", (_CREDIT.sub("", text) if _may_credit(text) else text).casefold())
    return set(zip(words, words[1:], words[2:], strict=False))


def _worse(lines: Lines, first: int, second: int) -> int:
    """Return which of two copies goes: the later, unless it has a credit and the other has none."""
    return first if _has_credit(lines, second) and not _has_credit(lines, first) else second


def _has_credit(lines: Lines, row: int) -> bool:
    """Say whether a line holds a credit, or a short one that follows it does."""
    after = row + 1
    follows = after < int(lines.first[lines.document[row] + 1]) and len(lines.text[after]) <= PLAIN
    return _credits(lines.text[row]) or (follows and _credits(lines.text[after]))


def _credits(text: str) -> bool:
    return _may_credit(text) and _CREDIT.search(text) is not None


def _may_credit(text: str) -> bool:
    """Say whether a text can hold a credit: asking for words is far quicker than the expression."""
    folded = text.replace("\u0130", "\u0131").casefold()
    return any(trace in folded for trace in _TRACES)
