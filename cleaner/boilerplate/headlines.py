"""Headlines of other stories inside an article, found by their shape and place.

Words cannot tell them: they speak of the article's own topic. What tells them is that a line as long as a headline,
without the end of a sentence, stands alone between two paragraphs that do not need it: it neither introduces the
one that follows (as a subheading does) nor is it part of a list, an interview or a table.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

import numpy as np

from cleaner.boilerplate.places import Places, ends_sentence
from cleaner.lines import Lines

#: A headline has so many words; subheadings are mostly shorter.
FEWEST, MOST = 11, 24
#: So many characters it has at most, and at least: words of one letter with a space between.
LONGEST, SHORTEST = 160, 2 * FEWEST - 1
#: One line alone may be anything; two in a document are a habit of the page.
AT_LEAST = 2
#: More than one for so many paragraphs of prose are the article's own headings.
PARAGRAPHS_FOR_EACH = 5

_ASKS = "?？؟"
_QUOTES = frozenset("\"'“”‘’«»„")
_WORD = re.compile(r"[^\W\d_]{5,}")
_SPEAKS = re.compile(
    r"\b(?:I|you|he|she|we|they|said|says|told|noted|added|photo|credit|image|picture|source|via|getty)\b",
    re.IGNORECASE,
)
_NOT_FIRST = frozenset("and but or so he she they it in on at if with for when while after before also however".split())  # noqa: SIM905


def is_headline(text: str) -> bool:
    """Say whether a line has the form of a headline: no end of a sentence unless it asks, some words, no label."""
    words = len(text.split())
    begins = not text[0].islower() and text[0] not in _QUOTES
    return begins and len(text) <= LONGEST and 3 <= words <= MOST and text[-1] not in ":,;" and _unfinished(text)


def inline_headlines(lines: Lines, places: Places) -> list[int]:
    """Return the rows of headlines of other stories that stand alone between paragraphs of prose."""
    alone = [row for row in _lonely(lines, places) if _stands_out(lines.text[row])]
    asked = Counter(int(lines.document[row]) for row in alone if lines.text[row][-1] in _ASKS)
    of_document: dict[int, list[int]] = {}
    for row in alone:
        document = int(lines.document[row])
        if lines.text[row][-1] not in _ASKS or asked[document] < AT_LEAST:
            of_document.setdefault(document, []).append(row)
    found: list[int] = []
    for document, rows in of_document.items():
        begin, end = int(lines.first[document]), int(lines.first[document + 1])
        paragraphs = int(places.prose[begin:end].sum())
        if AT_LEAST <= len(rows) <= paragraphs / PARAGRAPHS_FOR_EACH:
            found += _not_introducing(lines, rows, begin, end)
    return found


def _lonely(lines: Lines, places: Places) -> list[int]:
    """Return the rows that are no prose, stand between two rows of prose of the same document, and are long enough."""
    prose, document, size = places.prose, lines.document, lines.end - lines.start
    between = ~prose[1:-1] & prose[:-2] & prose[2:] & (document[:-2] == document[2:])
    between &= (size[1:-1] >= SHORTEST) & (size[1:-1] <= LONGEST)
    rows: list[int] = (np.flatnonzero(between) + 1).tolist()
    return rows


def _unfinished(text: str) -> bool:
    return text[-1] in _ASKS or not ends_sentence(text)


@lru_cache(maxsize=4096)
def _stands_out(text: str) -> bool:
    """Say whether a line is as long and as plain as a headline: no quotation, no sentence of a person, no list."""
    words = text.split()
    if not FEWEST <= len(words) <= MOST or not is_headline(text) or not text[0].isupper():
        return False
    names = sum(word[0].isupper() for word in words)
    if names * 3 > 2 * len(words):
        return False
    return words[0].lower() not in _NOT_FIRST and not _SPEAKS.search(text) and not set("|–—;([") & set(text)


def _not_introducing(lines: Lines, rows: list[int], begin: int, end: int) -> list[int]:
    """Return those rows whose next paragraph takes up few words of theirs that the document has nowhere else."""
    words = {row: set(_WORD.findall(lines.text[row].casefold())) for at in rows for row in (at, at + 1)}
    shared = {row: words[row] & words[row + 1] for row in rows}
    if all(_are_few(len(shared[row]), words[row]) for row in rows):  # wherever else the document has them
        return rows
    others = (set(_WORD.findall(lines.text[row].casefold())) for row in range(begin, end) if row not in words)
    lines_with = Counter(word for some in (*words.values(), *others) for word in some)
    new = {row: sum(1 for word in shared[row] if lines_with[word] == 2) for row in rows}
    return [row for row in rows if _are_few(new[row], words[row])]


def _are_few(new: int, words: set[str]) -> bool:
    return new < 2 and new * 6 <= len(words)
