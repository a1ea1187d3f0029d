"""The non-blank lines of a batch of texts, as columns: what every boilerplate detector looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cleaner.documents import Edit, apply

_LINE_FEED = 10
#: White space at the ends of lines is taken off in so many steps; longer runs of it one by one.
_FEW = 64


class Texts(Protocol):
    """Some texts by number."""

    def __len__(self) -> int: ...

    def __getitem__(self, at: int, /) -> str: ...


@dataclass(frozen=True, slots=True)
class Lines:
    """One row for each non-blank line of ``texts``, in order.

    Attributes:
        texts: the texts of the batch, one a document; what is left of others is made when it is asked for.
        text: the lines, without the white space around them.
        document: for each line the index of its text; shape (lines,).
        start, end: its half-open character offsets in that text, white space excluded; shape (lines,).
        begin, feed: the same with the white space: from behind a line feed (or 0) to the next (or the text's end).
        breaks: how many line feeds part the line from the one before; without meaning where it is its text's first.
        first: lines ``first[d]`` to ``first[d + 1]`` are those of document ``d``; shape (documents + 1,).
        codes: the code points of all texts, one after the other, for kernels; int32.
        place: where each line starts in ``codes``; shape (lines,).
    """

    texts: Texts
    text: list[str]
    document: NDArray[np.int32]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    begin: NDArray[np.int64]
    feed: NDArray[np.int64]
    breaks: NDArray[np.int64]
    first: NDArray[np.int64]
    codes: NDArray[np.int32]
    place: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Lines:
        """Cut the texts at line feeds (no other character ends a line here)."""
        codes = np.frombuffer("\n".join([*texts, ""]).encode("utf-32-le", "surrogatepass"), dtype="<i4")
        bounds = np.zeros(len(texts) + 1, dtype=np.int64)
        np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1, out=bounds[1:])
        feed = np.flatnonzero(codes == _LINE_FEED)
        begin = np.zeros(len(feed), dtype=np.int64)
        begin[1:] = feed[:-1] + 1
        rows, start, end = _stripped(codes, begin, feed)
        first = np.searchsorted(start, bounds)
        document = np.repeat(np.arange(len(texts), dtype=np.int32), np.diff(first))
        own = bounds[document]
        starts, ends = start - own, end - own
        return cls(
            texts=texts,
            text=[line for text in texts for line in map(str.strip, text.split("\n")) if line],
            document=document,
            start=starts,
            end=ends,
            begin=begin[rows] - own,
            feed=feed[rows] - own,
            breaks=np.diff(rows, prepend=0),
            first=first,
            codes=codes,
            place=start,
        )

    def __len__(self) -> int:
        return len(self.text)

    def without(
        self, taken: NDArray[np.int64], documents: NDArray[np.int64], edits: Sequence[Sequence[Edit]]
    ) -> tuple[Lines, NDArray[np.int64]]:
        """Return the lines of what is left of some documents, and which rows these are here.

        Args:
            taken: how many characters go with each line, the widest of the breaks around them staying; 0 for a line
                that stays; shape (lines,).
            documents: the documents, rising.
            edits: of each of them those that take out these lines.

        """
        number = np.full(len(self.texts), -1, dtype=np.int32)
        number[documents] = np.arange(len(documents))
        rows = np.flatnonzero((number[self.document] >= 0) & (taken == 0))
        document = number[self.document[rows]]
        before = np.cumsum(taken) - taken
        moved = before[rows] - before[self.first[self.document[rows]]]
        widest = np.maximum.reduceat(self.breaks[: rows[-1] + 1], np.r_[0, rows[:-1] + 1]) if len(rows) else rows
        left = Lines(
            texts=_Left(self.texts, documents, edits),
            text=[*map(self.text.__getitem__, rows.tolist())],
            document=document,
            start=self.start[rows] - moved,
            end=self.end[rows] - moved,
            begin=self.begin[rows] - moved,
            feed=self.feed[rows] - moved,
            breaks=widest,
            first=np.searchsorted(document, np.arange(len(documents) + 1)),
            codes=self.codes,
            place=self.place[rows],
        )
        return left, rows


@dataclass(frozen=True, slots=True)
class _Left:
    """What edits leave of some documents of ``texts``."""

    texts: Texts
    documents: NDArray[np.int64]
    edits: Sequence[Sequence[Edit]]

    def __len__(self) -> int:
        return len(self.documents)

    def __getitem__(self, at: int, /) -> str:
        return apply(self.edits[at], self.texts[int(self.documents[at])])


def _stripped(
    codes: NDArray[np.int32], begin: NDArray[np.int64], feed: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Take white space off both ends of spans, as ``str.strip`` does; also which are not white space alone."""
    told = np.flatnonzero(feed > begin)
    start, end = begin[told], feed[told]
    for side, step in ((start, 1), (end, -1)):
        rows = np.arange(len(side))
        for _ in range(_FEW):  # of all lines at once; few have more
            if not len(rows):
                break
            rows = rows[_is_space(codes[side[rows] - (step < 0)])]
            side[rows] += step
            rows = rows[start[rows] < end[rows]]
        for row in rows.tolist():
            inside = np.flatnonzero(~_is_space(codes[start[row] : end[row]]))
            if len(inside):
                start[row], end[row] = start[row] + inside[0], start[row] + inside[-1] + 1
            else:
                end[row] = start[row]
    some = end > start
    return told[some], start[some], end[some]


def _is_space(codes: NDArray[np.int32]) -> NDArray[np.bool_]:
    space = _spaces()
    known: NDArray[np.bool_] = space[np.minimum(codes, len(space) - 1)]
    return known


@cache
def _spaces() -> NDArray[np.bool_]:
    """Say of every code point below 12,290 whether it is white space; no later one is."""
    return np.array([chr(code).isspace() for code in range(0x3002)], dtype=np.bool_)
