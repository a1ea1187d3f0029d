"""Where a line stands in its document: before, between or after the prose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleaner.lines import Lines

#: A line of so many characters that ends a sentence is prose; questions must be longer, for headlines ask too.
PROSE, QUESTION = 80, 160
#: So many paragraphs stand before a line that stands late, and so many times those after it.
BEFORE, TIMES = 3, 2
_FINAL = frozenset(".!?…。！？؟।۔")
_ASKS = "?？؟"
_CLOSING = "\"'”’»«“)]〉》」』）"


@dataclass(frozen=True, slots=True)
class Places:
    """For each line where it stands.

    Attributes:
        prose: is the line a paragraph of prose (long, ends a sentence)? shape (lines,).
        number: how many paragraphs stand before each line, in all documents, and in all; shape (lines + 1,).
        first, last: the first and the last row of prose of the line's document; for a document without prose the
            row after its last line, and the row before its first; shape (documents,).
    """

    lines: Lines
    prose: NDArray[np.bool_]
    number: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]

    @classmethod
    def of(cls, lines: Lines, prose: NDArray[np.bool_] | None = None) -> Places:
        """Find the prose of each document; ``prose`` is ``is_prose(lines)`` if at hand."""
        prose = is_prose(lines) if prose is None else prose
        rows = np.flatnonzero(prose)
        begin, end = lines.first[:-1], lines.first[1:]
        at = np.searchsorted(rows, begin)
        first, last = end.copy(), begin - 1
        if len(rows):
            some = np.searchsorted(rows, end) > at
            first[some] = rows[at[some]]
            last[some] = rows[np.searchsorted(rows, end)[some] - 1]
        return cls(lines, prose, np.concatenate([[0], np.cumsum(prose)]), first, last)

    def stand(self, rows: NDArray[np.int64], position: str) -> NDArray[np.bool_]:
        """Say which lines stand at ``position`` (see ``Rule``)."""
        place, _, count = position.partition(" ")
        document = self.lines.document[rows]
        low, high = self.lines.first[document], self.lines.first[document + 1]
        if place == "late":
            before, after = self.number[rows] - self.number[low], self.number[high] - self.number[rows]
            return np.asarray(before >= np.maximum(BEFORE, TIMES * after))
        if place == "start":
            return np.asarray((rows <= self.first[document]) & (not count or rows < low + int(count)))
        return np.asarray((rows >= self.last[document]) & (not count or rows >= high - int(count)))

    def above(self, row: int, reach: int) -> range:
        """Return the rows of the same document up to ``reach`` before the row."""
        return range(max(row - reach, int(self.lines.first[self.lines.document[row]])), row)

    def rest(self, row: int) -> range:
        """Return the rows of the same document after ``row``."""
        return range(row + 1, int(self.lines.first[self.lines.document[row] + 1]))


def is_prose(lines: Lines) -> NDArray[np.bool_]:
    """Say which lines are paragraphs of prose by their length and end; shape (lines,)."""
    size = lines.end - lines.start
    rows = np.flatnonzero(size >= PROSE)
    last = lines.codes[lines.place[rows] + size[rows] - 1]
    asks = np.isin(last, [ord(sign) for sign in _ASKS])
    prose = np.zeros(len(lines), dtype=np.bool_)
    prose[rows] = np.isin(last, [ord(sign) for sign in _FINAL]) & (~asks | (size[rows] >= QUESTION))
    closed = rows[np.isin(last, [ord(sign) for sign in _CLOSING])].tolist()
    prose[closed] = [ends_sentence(lines.text[row]) for row in closed]
    return prose


def ends_sentence(text: str) -> bool:
    """Say whether a line ends as a sentence does, in any kind of quotes or brackets."""
    return text[-1] in _FINAL or (text[-1] in _CLOSING and text.rstrip(_CLOSING)[-1:] in _FINAL)
