"""The keys of lines straight from the UTF-8 of an Arrow column: all that learning templates needs of a text."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.boilerplate.classes import BASIS, DIGIT, LOWER, MASK, OTHER, PRIME, SPACE, UNSPACED, UPPER, tables
from cleaner.boilerplate.kernels import run
from cleaner.minhash.shingles import text_buffers

#: Longer lines are articles, never templates; in characters.
LONGEST = 1000
#: The columns that the kernel writes.
DOCUMENT, START, END, WORDS, PLACE, BACK = range(6)
_FEED = 10


class LineKeys(NamedTuple):
    """One row for each line with words and of no more than ``LONGEST`` characters, in order; shape (lines,).

    Attributes:
        key: as in ``scan.Scan``: a hash of the words, with numbers and names of months and days as one; int64.
        document: the row of the text.
        start, end: where the line stands in the bytes of all texts, without the white space around it.
        words: how many it has.
        place, back: how many lines that are not blank stand before it in its text, and how many after it.
    """

    key: NDArray[np.int64]
    document: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    words: NDArray[np.int64]
    place: NDArray[np.int64]
    back: NDArray[np.int64]


def line_keys(texts: pa.Array) -> LineKeys:
    """Return the lines of a string array (no other character than a line feed ends one) with their keys."""
    data, offsets = text_buffers(texts)
    most = int(np.count_nonzero(data == _FEED)) + len(offsets)
    out, key, total = np.zeros((most, 6), np.int64), np.zeros(most, np.int64), np.zeros(1, np.int64)
    if len(data):
        run(key_lines, len(data), data, offsets, *tables(), out, key, total)
    lines = int(total[0])
    return LineKeys(key[:lines], *(np.ascontiguousarray(column) for column in out[:lines].T))


def key_lines(data: Any, offsets: Any, table: Any, stops: Any, out: Any, key: Any, total: Any) -> None:
    """Fill the columns of ``LineKeys``: what ``kernels.scan_lines`` says of a line, and nothing else."""
    rows = 0
    for text in range(len(offsets) - 1):
        at, stop, first, place = offsets[text], offsets[text + 1], rows, 0
        while at < stop:
            start, end, length, chars, kind = at, at, 0, 0, SPACE
            hashed, words, value, size, digits, code = 0, 0, BASIS, 0, 0, 0
            while code != _FEED:
                here, before = at, kind
                byte = data[at] if at < stop else _FEED
                if byte < 0x80:
                    code = byte
                    at += 1
                elif byte < 0xE0:
                    code = (byte & 31) << 6 | (data[at + 1] & 63)
                    at += 2
                elif byte < 0xF0:
                    code = (byte & 15) << 12 | (data[at + 1] & 63) << 6 | (data[at + 2] & 63)
                    at += 3
                else:
                    code = (byte & 7) << 18 | (data[at + 1] & 63) << 12 | (data[at + 2] & 63) << 6 | (data[at + 3] & 63)
                    at += 4
                chars += 1
                packed = table[code] if code < 65536 else UNSPACED if 0x20000 <= code < 0x40000 else OTHER
                kind = packed & 15
                if kind == LOWER:
                    value = ((value ^ (packed >> 4)) * PRIME) & MASK
                    size += 1
                    continue
                if UPPER <= kind <= DIGIT:
                    if kind != DIGIT or before != DIGIT:
                        value = ((value ^ (packed >> 4)) * PRIME) & MASK
                    digits += kind == DIGIT
                    size += 1
                    continue
                if size:
                    number = digits == size or stops[value & 0xFFFF] == 2
                    hashed = (hashed * 0x5851F42D4C957F2D + (0 if number else value) + 1) & 0x3FFFFFFFFFFFFFFF
                    words, value, size, digits = words + 1, BASIS, 0, 0
                if kind == UNSPACED:
                    hashed = (hashed * 0x5851F42D4C957F2D + code + 1) & 0x3FFFFFFFFFFFFFFF
                    words += 1
                elif kind == SPACE and before != SPACE:
                    end, length = here, chars - 1
                elif kind == SPACE and not length:
                    start = at
                    chars = 0
                if length > LONGEST and code != _FEED:  # an article: only where it ends matters
                    while at < stop and data[at] != _FEED:
                        at += 1
            if length == 0:
                continue
            place += 1
            if hashed and length <= LONGEST:
                out[rows, DOCUMENT], out[rows, START], out[rows, END] = text, start, end
                out[rows, WORDS], out[rows, PLACE], key[rows] = words, place - 1, hashed
                rows += 1
        for row in range(first, rows):
            out[row, BACK] = place - 1 - out[row, PLACE]
    total[0] = rows
