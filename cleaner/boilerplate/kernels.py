"""The loops over characters and words: plain Python for small inputs, the same compiled by numba for large ones.

Everything is counted in whole numbers, so that both give the same bits.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.classes import (
    BASIS,
    CASELESS,
    COLON,
    DIGIT,
    LOWER,
    MASK,
    OTHER,
    PRIME,
    QUOTE,
    SEPARATOR,
    SPACE,
    TERMINAL,
    UNSPACED,
    UPPER,
)

#: Up to so many characters the loops run uncompiled: loading the compiler takes longer.
PLAIN = 150_000

#: The columns of counts behind those of the classes.
WORDS, CAPITALISED, SHOUTED, STOPS, NUMBERS, LONGEST, SENTENCES, FIRST, LAST, ENDING, LINKS = range(16, 27)
COLUMNS = 27


def scan_lines(
    codes: Any, start: Any, end: Any, table: Any, stops: Any, counts: Any, words: Any, stop: Any, first: Any, key: Any
) -> None:
    """Fill the columns of a ``Scan``, given where each line starts and ends in ``codes``."""
    at = 0
    for row in range(len(start)):
        first[row] = at
        low, high = start[row], end[row]
        at = _scan_line(codes, low, high, table, stops, counts, row, words, stop, at)
        value = 0
        for place in range(first[row], at):
            value = (value * 0x5851F42D4C957F2D + (0 if stop[place] == 2 else words[place]) + 1) & 0x3FFFFFFFFFFFFFFF
        key[row] = value
        counts[row, FIRST] = _packed(codes[low], table) & 15
        counts[row, LAST] = _packed(codes[high - 1], table) & 15
        counts[row, ENDING] = _packed(codes[max(low, high - 2)], table) & 15
    first[len(start)] = at


def _packed(code: Any, table: Any) -> Any:
    if code < 65536:
        return table[code]
    return UNSPACED if 0x20000 <= code < 0x40000 else OTHER


def _scan_line(
    codes: Any, start: Any, end: Any, table: Any, stops: Any, counts: Any, row: Any, words: Any, stop: Any, at: Any
) -> Any:
    value, size, upper, caseless, digits, kind = BASIS, 0, 0, 0, 0, SPACE
    for place in range(start, end):
        code = codes[place]
        before = kind
        packed = _packed(code, table)
        kind = packed & 15
        if kind == LOWER:  # by far the most frequent: counted at the end of the word
            value = ((value ^ (packed >> 4)) * PRIME) & MASK
            size += 1
            continue
        if UPPER <= kind <= DIGIT:
            if kind != DIGIT or before != DIGIT:  # numbers of any length are one word
                value = ((value ^ (packed >> 4)) * PRIME) & MASK
            upper += (kind == UPPER) * (1 if size else 1000)
            caseless += kind == CASELESS
            digits += kind == DIGIT
            size += 1
            continue
        counts[row, kind] += 1
        if size:
            _word(value, size, upper, caseless, digits, stops, counts, row, words, stop, at)
            at += 1
            value, size, upper, caseless, digits = BASIS, 0, 0, 0, 0
        if kind == UNSPACED:
            words[at], stop[at] = code, 1
            counts[row, WORDS] += 1
            at += 1
        elif (before == TERMINAL and kind in (SPACE, QUOTE)) or (kind == TERMINAL and code > 127):
            counts[row, SENTENCES] += 1
        elif (code == 47 and before in (COLON, SEPARATOR)) or (code == 64 and before in (LOWER, DIGIT)):
            counts[row, LINKS] += 1
    if size:
        _word(value, size, upper, caseless, digits, stops, counts, row, words, stop, at)
        at += 1
    return at


def _word(
    value: Any,
    size: Any,
    upper: Any,
    caseless: Any,
    digits: Any,
    stops: Any,
    counts: Any,
    row: Any,
    words: Any,
    stop: Any,
    at: Any,
) -> None:
    known = stops[value & 0xFFFF]
    number = digits == size
    capitals = upper - 999 if upper >= 1000 else upper
    words[at] = value
    stop[at] = 2 if known == 2 or number else 1 if known or size < 4 else 0
    counts[row, LOWER] += size - capitals - caseless - digits
    if capitals or caseless or digits:
        counts[row, UPPER] += capitals
        counts[row, CASELESS] += caseless
        counts[row, DIGIT] += digits
        counts[row, CAPITALISED] += upper >= 1000
        counts[row, SHOUTED] += size > 1 and upper == 999 + size
    counts[row, WORDS] += 1
    counts[row, STOPS] += known == 1
    counts[row, NUMBERS] += number or known == 2
    counts[row, LONGEST] = max(counts[row, LONGEST], size)


def topics(words: Any, stop: Any, first: Any, last: Any, bounds: Any, prose: Any, seen: Any, out: Any) -> None:
    """Count for each line longer words, those that other prose has, and lines that begin and end alike."""
    slots = len(seen) - 1
    for document in range(len(bounds) - 1):
        for slot in range(slots + 1):
            seen[slot] = 0
        for row in range(bounds[document], bounds[document + 1]):
            if prose[row]:
                for at in range(first[row], last[row]):
                    seen[words[at] & slots] += 1
        for row in range(bounds[document], bounds[document + 1]):
            longer, shared, own = 0, 0, prose[row]
            for at in range(first[row], last[row]):
                long = stop[at] == 0
                longer += long
                shared += long & (seen[words[at] & slots] > own)
            out[row, 0], out[row, 1] = longer, shared
        for slot in range(slots + 1):
            seen[slot] = 0
        for step in range(2):  # first: count how many lines begin and end with a word; then: tell each line
            for row in range(bounds[document], bounds[document + 1]):
                if last[row] > first[row]:
                    opening = words[first[row]] & slots
                    ending = (words[last[row] - 1] ^ 0x9E3) & slots
                    if step == 0:
                        seen[opening] += 1
                        seen[ending] += 1
                    else:
                        out[row, 2] = seen[opening]
                        out[row, 3] = seen[ending]


@cache
def compiled(kernel: Any) -> Any:
    """Return a kernel compiled by numba; the code is kept on disk where that can be written."""
    from cleaner.minhash import compiled as compiling

    return compiling.kernel(kernel)


@cache
def _helpers() -> None:
    from numba.extending import register_jitable

    from cleaner import heads
    from cleaner.boilerplate import passing

    for helper in (_packed, _word, _scan_line, *passing.HELPERS, *heads.HELPERS):
        register_jitable(helper)


def is_large(size: int) -> bool:
    """Say whether so many characters are worth compiled loops; they are once the compiler is loaded."""
    return size > PLAIN or bool(compiled.cache_info().currsize)


def run(kernel: Any, size: int, *arrays: NDArray[Any] | float) -> None:
    """Run a kernel: compiled where ``size`` characters are worth it, else on plain Python numbers."""
    if is_large(size):
        _helpers()
        compiled(kernel)(*arrays)
    elif all(np.size(array) for array in arrays[:2]):
        kernel(*(array if isinstance(array, int | float) else memoryview(array) for array in arrays))  # type: ignore[arg-type]
