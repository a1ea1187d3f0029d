"""The non-blank lines of a batch of texts, as columns: what every boilerplate detector looks at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cleaner.documents import Edit, apply

_LINE_FEED = 10
#: White space at the ends of lines is taken off in so many steps; longer runs of it one by one.
_FEW = 64
#: No text has more characters than two to this power.
_SHIFT = 40


@dataclass(frozen=True, slots=True)
class Lines:
    """One row for each non-blank line of ``texts``, in order.

    Attributes:
        texts: the texts of the batch, one a document.
        text: the lines, without the white space around them.
        document: for each line the index of its text; shape (lines,).
        start, end: its half-open character offsets in that text, white space excluded; shape (lines,).
        first: lines ``first[d]`` to ``first[d + 1]`` are those of document ``d``; shape (documents + 1,).
        codes: the code points of all texts, one after the other, for kernels; int32.
        place: where each line starts in ``codes``; shape (lines,).
    """

    texts: Sequence[str]
    text: list[str]
    document: NDArray[np.int32]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    first: NDArray[np.int64]
    codes: NDArray[np.int32]
    place: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Lines:
        """Cut the texts at line feeds (no other character ends a line here)."""
        codes = np.frombuffer("\n".join([*texts, ""]).encode("utf-32-le", "surrogatepass"), dtype="<i4")
        bounds = np.zeros(len(texts) + 1, dtype=np.int64)
        np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1, out=bounds[1:])
        end = np.flatnonzero(codes == _LINE_FEED)
        start = np.zeros(len(end), dtype=np.int64)
        start[1:] = end[:-1] + 1
        start, end = _stripped(codes, start, end)
        first = np.searchsorted(start, bounds)
        document = np.repeat(np.arange(len(texts), dtype=np.int32), np.diff(first))
        own = bounds[document]
        starts, ends = start - own, end - own
        return cls(texts, list(_cut(texts, first, starts, ends)), document, starts, ends, first, codes, start)

    def __len__(self) -> int:
        return len(self.text)

    def without(
        self, gone: NDArray[np.bool_], documents: NDArray[np.int64], edits: Sequence[Sequence[Edit]]
    ) -> tuple[Lines, NDArray[np.int64]]:
        """Return the lines of what is left of some documents, and which rows these are here.

        Args:
            gone: which lines the edits take out; shape (lines,).
            documents: the documents, rising.
            edits: of each of them, only such as take out whole lines, with breaks of lines around them.

        """
        number = np.full(len(self.texts), -1, dtype=np.int32)
        number[documents] = np.arange(len(documents))
        rows = np.flatnonzero((number[self.document] >= 0) & ~gone)
        document = number[self.document[rows]]
        moved = _removed_before(self.start[rows], document, edits)
        texts = [apply(some, self.texts[at]) for at, some in zip(documents.tolist(), edits, strict=True)]
        left = Lines(
            texts=texts,
            text=[self.text[row] for row in rows.tolist()],
            document=document,
            start=self.start[rows] - moved,
            end=self.end[rows] - moved,
            first=np.searchsorted(document, np.arange(len(documents) + 1)),
            codes=self.codes,
            place=self.place[rows],
        )
        return left, rows


def _removed_before(
    start: NDArray[np.int64], document: NDArray[np.int32], edits: Sequence[Sequence[Edit]]
) -> NDArray[np.int64]:
    """Return how many characters the edits of a line's document take out before it."""
    cuts = [(at << _SHIFT | one.start, one.end - one.start) for at, some in enumerate(edits) for one in some]
    begin, size = np.array(cuts, dtype=np.int64).reshape(-1, 2).T
    total = np.zeros(len(begin) + 1, dtype=np.int64)
    np.cumsum(size, out=total[1:])
    first = document.astype(np.int64) << _SHIFT
    removed: NDArray[np.int64] = total[np.searchsorted(begin, first | start)] - total[np.searchsorted(begin, first)]
    return removed


def _cut(
    texts: Sequence[str], first: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64]
) -> Iterator[str]:
    starts, ends, bounds = start.tolist(), end.tolist(), first.tolist()
    for text, low, high in zip(texts, bounds, bounds[1:], strict=False):
        for at in range(low, high):
            yield text[starts[at] : ends[at]]


def _stripped(
    codes: NDArray[np.int32], start: NDArray[np.int64], end: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Take white space off both ends of spans, as ``str.strip`` does; spans of white space alone are left out."""
    some = end > start
    start, end = start[some], end[some]
    for side, step in ((start, 1), (end, -1)):
        rows = np.arange(len(side))
        for _ in range(_FEW):  # of all lines at once; few have more
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
    return start[some], end[some]


def _is_space(codes: NDArray[np.int32]) -> NDArray[np.bool_]:
    space = _spaces()
    known: NDArray[np.bool_] = space[np.minimum(codes, len(space) - 1)]
    return known


@cache
def _spaces() -> NDArray[np.bool_]:
    """Say of every code point below 12,290 whether it is white space; no later one is."""
    return np.array([chr(code).isspace() for code in range(0x3002)], dtype=np.bool_)
