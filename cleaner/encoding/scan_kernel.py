"""The compiled kernel of ``scan.py``: which lines of a batch of texts the repairs may change.

It adds up what ``judge.cost`` finds in a line, or a little more, and says where ftfy may see a sign of mojibake. The
tests hold it to the repairs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cleaner.encoding import judge
from cleaner.encoding.mixups import GAIN
from cleaner.encoding.scan_places import BLOCK, WIDE_SPACE, place_costs
from cleaner.encoding.scan_tables import EAST, WIDE
from cleaner.encoding.scan_words import CYRILLIC, GREEK, LANGUAGES, LATIN_SCRIPT, ONE, word_costs
from cleaner.minhash.compiled import kernel

#: What a line is: surely sound, sound if ftfy sees no mojibake in it, or for the repairs to see.
SOUND, SUSPECTED, DOUBTFUL = 0, 1, 2
#: Kinds of bytes: beyond ASCII, perhaps part of an escape, surely for the repairs, the 9 of ``u2019``, a line feed.
HIGH, ESCAPE, CONTROL, NINE, FEED = 1, 2, 4, 8, 16
#: Sums of costs that are taken in another order differ by less than this.
LIMIT = GAIN - 1e-6
_ENDING = judge.ENGLISH_ENDING  # kernels take numbers of their own module


@kernel
def is_quiet(data: Any, at: Any) -> Any:
    """Whether none of the bytes of a block is of any kind: all at once, where the machine can do that."""
    loud = np.uint8(0)
    for place in range(at, at + BLOCK):
        byte = data[place]
        loud |= (byte < 32) | (byte > 126) | (byte == 37) | (byte == 38) | (byte == 57) | (byte == 61) | (byte == 92)
    return loud == 0


@kernel
def has_escape(data: Any, start: Any, end: Any, kinds: Any) -> Any:
    """Whether something in a line looks like a control character or an escape (``plain``)."""
    for at in range(start, end):
        kind = kinds[data[at]]
        if kind & CONTROL or (kind & ESCAPE and is_escape(data, at, end)):
            return True
        stripped = kind & NINE and at >= start + np.uint64(4) and data[at - ONE] == 49 and data[at - np.uint64(2)] == 48
        if stripped and data[at - np.uint64(3)] == 50 and data[at - np.uint64(4)] == 117:
            return True
    return False


@kernel
def is_escape(data: Any, at: Any, end: Any) -> Any:
    """Whether the character at ``at`` begins what an escape looks like: a backslash, &, % or =."""
    byte = data[at]
    if byte == 92:
        return True
    if at + ONE >= end:
        return byte == 61
    after = data[at + ONE]
    if byte == 38:
        return 97 <= (after | 32) <= 122 or after == 35
    if byte == 37:
        return 48 <= after <= 57 or 97 <= (after | 32) <= 102 or after == 117
    return 48 <= after <= 57 or 65 <= after <= 70


@kernel
def greatest(values: Any) -> Any:
    """Return the greatest value. NumPy's own would have numba load all of its array functions."""
    best = values[0]
    for value in values[1:]:
        best = max(best, value)
    return best


@kernel
def line_kind(data: Any, start: Any, stop: Any, tables: Any, counts: Any, sums: Any, spaces: Any) -> Any:
    """SOUND, SUSPECTED or DOUBTFUL, for a line with characters beyond ASCII and no escapes."""
    sums[:] = 0.0
    total, seen, scripts, perhaps, enders = place_costs(data, start, stop, tables, sums, spaces)
    if (seen & WIDE or scripts & (1 << WIDE_SPACE)) and not seen & EAST:
        return DOUBTFUL
    others = scripts & (1 << CYRILLIC | 1 << GREEK)
    mixed = scripts & ~np.uint32(1 | 1 << LATIN_SCRIPT) or total + greatest(sums) + _ENDING * enders >= LIMIT
    if total < LIMIT and (others or (scripts & (1 << LATIN_SCRIPT) and mixed)):
        total += word_costs(data, start, stop, tables, counts, sums, seen, scripts)
    return DOUBTFUL if total >= LIMIT else SUSPECTED if perhaps else SOUND


@kernel
def doubtful_lines(data: Any, offsets: Any, kinds: Any, tables: Any, spaces: Any, out: Any) -> Any:
    """Write text, number and kind of each line that is not sound; return how many there are."""
    counts, sums = np.zeros(LANGUAGES, np.int64), np.zeros(LANGUAGES, np.float64)
    total = 0
    for text in range(offsets.shape[0] - 1):
        at, stop, line = np.uint64(offsets[text]), np.uint64(offsets[text + 1]), 0
        while at < stop:
            start, found = at, np.uint8(0)
            while at < stop and found < FEED:
                if at + BLOCK <= stop and is_quiet(data, at):
                    at += BLOCK
                    continue
                last = min(at + BLOCK, stop)
                while at < last and found < FEED:
                    found |= kinds[data[at]]
                    at += ONE
            end = at - ONE if found >= FEED else at
            kind = SOUND
            if found & (ESCAPE | CONTROL | NINE) and has_escape(data, start, end, kinds):
                kind = DOUBTFUL
            elif found & HIGH:
                kind = line_kind(data, start, end, tables, counts, sums, spaces)
            if kind:
                out[total, 0], out[total, 1], out[total, 2] = text, line, kind
                total += 1
            line += 1
    return total
