"""One scan over the characters of every line: what all later looks at a line are computed from.

Everything is counted in whole numbers, so that the compiled and the plain path give the same bits. Nothing needs
to know the language.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.classes import tables
from cleaner.boilerplate.kernels import COLUMNS, run, scan_lines
from cleaner.lines import Lines

#: Longer lines are seen by their beginning and end only, so that the time for one line is bounded.
HEAD, TAIL = 3072, 1024


class Scan(NamedTuple):
    """The counts of a batch: one row a line, and the words of all lines one after the other.

    Attributes:
        counts: int32, shape (lines, COLUMNS): characters by class, then ``WORDS`` to ``LINKS``.
        words: int64 hashes of the case-folded words, digits as one; ``first[i]:last[i]`` are line i's.
        stop: for each word whether it is a stop word or has fewer than four letters.
        first, last: int64, shape (lines,).
        key: int64, shape (lines,): a hash of the line's words, with numbers and names of months and days as
            one; 0 for a line without words.
        length: characters of each line, long ones in full; int64.
    """

    counts: NDArray[np.int32]
    words: NDArray[np.int64]
    stop: NDArray[np.uint8]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    key: NDArray[np.int64]
    length: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> Scan:
        """Return the scan of some of the lines, in that order."""
        columns = (column[rows] for column in (self.first, self.last, self.key, self.length))
        return Scan(self.counts[rows], self.words, self.stop, *columns)


def scan(lines: Lines) -> Scan:
    """Count the characters and words of every line. Time is linear in the text, bounded for one line."""
    length = lines.end - lines.start
    codes, start, end = seen_part(lines)
    size = int((end - start).sum())
    counts = np.zeros((len(lines), COLUMNS), dtype=np.int32)
    words = np.empty(size + 1, dtype=np.int64)
    stop = np.empty(size + 1, dtype=np.uint8)
    first = np.zeros(len(lines) + 1, dtype=np.int64)
    key = np.zeros(len(lines), dtype=np.int64)
    run(scan_lines, size, codes, start, end, *tables(), counts, words, stop, first, key)
    total = int(first[-1])
    return Scan(counts, words[:total], stop[:total], first[:-1], first[1:], key, length)


def seen_part(lines: Lines) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Return the code points to look at, and where each line starts and ends in them: of long lines only the ends."""
    start, end = lines.place.copy(), lines.place + (lines.end - lines.start)
    long = np.flatnonzero(end - start > HEAD + TAIL)
    if not len(long):
        return lines.codes, start, end
    parts = [lines.codes]
    for row in long.tolist():
        parts += [lines.codes[start[row] : start[row] + HEAD], lines.codes[end[row] - TAIL : end[row]]]
    start[long] = len(lines.codes) + np.arange(len(long)) * (HEAD + TAIL)
    end[long] = start[long] + HEAD + TAIL
    return np.concatenate(parts), start, end
