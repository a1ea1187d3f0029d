"""Stretches of the texts of an Arrow column, by their places in its bytes: what passes over whole batches look at.

A text never becomes a Python string here. ``data`` are the bytes of all texts (UTF-8), ``offsets`` say where each
starts (``minhash.shingles.text_buffers``); all places are half-open and count bytes.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_FEED = 10
#: White space is taken off in so many steps, of all stretches at once.
_FEW = 8
#: No later code point is white space.
_LAST_SPACE = 0x3000


class Spans(NamedTuple):
    """Stretches in order; all of shape (spans,): the row of the text that each is of, and its bytes."""

    text: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Spans:
        """Return some of them."""
        return Spans(self.text[rows], self.start[rows], self.end[rows])


def lines_of(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> Spans:
    """Return the lines of each text without their line feeds, as ``str.split`` cuts it: blank ones too."""
    feeds = np.flatnonzero(data == _FEED)
    start = np.sort(np.concatenate([offsets[:-1], feeds + 1]), kind="stable")
    end = np.sort(np.concatenate([feeds, offsets[1:]]), kind="stable")
    counts = np.diff(np.searchsorted(feeds, offsets)) + 1
    return Spans(np.repeat(np.arange(len(counts)), counts), start, end)


def stripped(data: NDArray[np.uint8], spans: Spans) -> tuple[Spans, NDArray[np.int64]]:
    """Take white space off both ends, as ``str.strip`` does; leave out what is white space alone.

    Also returns the texts of spans with more of it than is taken off here.
    """
    spans = spans.take(spans.end > spans.start)
    text, start, end = spans.text, spans.start.copy(), spans.end.copy()
    more = []
    for side, step in ((start, 1), (end, -1)):
        rows = np.arange(len(side))
        for _ in range(_FEW):
            at = side[rows] if step > 0 else last_places(data, side[rows])
            code = codes_at(data, at)
            space = _spaces()[np.minimum(code, _LAST_SPACE + 1)]
            rows, at, code = rows[space], at[space], code[space]
            side[rows] = at + sizes_of(code) if step > 0 else at
            rows = rows[start[rows] < end[rows]]
        more.append(text[rows])
    some = end > start
    return Spans(text[some], start[some], end[some]), np.unique(np.concatenate(more))


def codes_at(data: NDArray[np.uint8], at: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the code points of the characters that begin at these places."""
    code = data[at].astype(np.int32)
    rows = np.flatnonzero(code > 0x7F)
    size = 2 + (code[rows] >= 0xE0) + (code[rows] >= 0xF0)
    code[rows] &= 0x7F >> size
    for place in range(1, 4):
        longer = rows[size > place]
        code[longer] = code[longer] << 6 | (data[at[longer] + place] & 0x3F)
    return code


def sizes_of(code: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return how many bytes each character has."""
    return np.searchsorted([0x80, 0x800, 0x10000], code, side="right") + 1


def last_places(data: NDArray[np.uint8], end: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where the last character before each place begins."""
    at = end - 1
    for _ in range(3):
        at = at - ((data[at] & 0xC0) == 0x80)
    return at


def characters_within(data: NDArray[np.uint8], spans: Spans) -> NDArray[np.int64]:
    """Return how many characters each span has."""
    others = np.flatnonzero(data.view(np.int8) < -64)  # the bytes of a character but its first
    before = np.searchsorted(others, spans.end) - np.searchsorted(others, spans.start)
    return spans.end - spans.start - before


def texts_at(data: NDArray[np.uint8], start: NDArray[np.int64], end: NDArray[np.int64]) -> pa.Array:
    """Return the spans as an array without a copy: at even places they, at odd ones what stands between them.

    They must not overlap, and be in order.
    """
    edges = np.zeros(2 * len(start) + 1, dtype=np.int64)
    edges[:-1:2], edges[1::2] = start, end
    edges[-1] = end.max(initial=0)
    buffers = [None, pa.py_buffer(edges), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.large_string(), 2 * len(start), buffers)


@cache
def _spaces() -> NDArray[np.bool_]:
    return np.array([chr(code).isspace() for code in range(_LAST_SPACE + 2)], dtype=np.bool_)
