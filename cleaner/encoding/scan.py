"""Which lines of a batch of texts the repairs may change: the fast path for large inputs.

One compiled pass over the bytes of an Arrow column proves of nearly all lines that no repair changes them, so that
these never become Python strings. ``plain`` proves less, and needs no compiler: for single texts and small inputs.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.encoding.options import RepairOptions
from cleaner.minhash.shingles import text_buffers

_SPACES = {"keep": 0, "between-words": 1, "all": 2}


def doubtful(texts: pa.Array, options: RepairOptions) -> Mapping[int, Mapping[int, bool]]:
    """Find the lines that are not proved to be sound.

    Args:
        texts: a string or large_string array; a null counts as an empty text.
        options: those of the repairs.

    Returns:
        For the index of a text the numbers of such lines, from 0, and whether only mojibake is in doubt.
    """
    from cleaner.encoding.scan_kernel import SUSPECTED, doubtful_lines
    from cleaner.encoding.scan_tables import tables

    data, offsets = text_buffers(texts)
    out = np.empty((int(np.count_nonzero(data == 10)) + len(offsets), 3), np.int64)
    count = doubtful_lines(data, offsets, _kinds(), tables(), _SPACES[options.spaces], out)
    found: dict[int, dict[int, bool]] = {}
    for text, line, kind in out[:count].tolist():
        found.setdefault(text, {})[line] = kind == SUSPECTED
    return found


def sound(text: str) -> bool:
    """Whether the repairs would surely leave ``text`` as it is, with any options."""
    from cleaner.encoding.scan_kernel import doubtful_lines
    from cleaner.encoding.scan_tables import tables

    data = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
    out = np.empty((text.count("\n") + 1, 3), np.int64)
    return int(doubtful_lines(data, np.array([0, len(data)]), _kinds(), tables(), _SPACES["all"], out)) == 0


@functools.cache
def _kinds() -> NDArray[np.uint8]:
    """What one byte may be a part of, by value."""
    from cleaner.encoding.scan_kernel import CONTROL, ESCAPE, FEED, HIGH, NINE

    kinds = np.zeros(256, np.uint8)
    kinds[128:] = HIGH
    kinds[[*range(9), *range(11, 32), 127]] = CONTROL
    kinds[list(b"\\&%=")] = ESCAPE
    kinds[ord("9")] = NINE
    kinds[10] = FEED
    return kinds
