"""Which documents are in the language that the line model has learned from: English."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.classes import hash_word
from cleaner.boilerplate.kernels import run
from cleaner.boilerplate.scan import Scan
from cleaner.lines import Lines

#: Frequent words of English that are none, or rare, in other languages of the same letters.
_WORDS = """the of and to that for was with by from have said his are this they which you your""".split()  # noqa: SIM905
#: So many slots (a power of two) that no two of them share one.
_SLOTS = 1024
#: From this share of its words on a document is taken for English; menus and lists of links have few of them too.
SHARE = 0.03


def frequent(seen: Scan) -> NDArray[np.int64]:
    """Count the frequent words of English in each line; shape (lines,)."""
    known = np.full(_SLOTS, -1, dtype=np.int64)
    for word in _WORDS:
        known[hash_word(word) & (_SLOTS - 1)] = hash_word(word)
    out = np.zeros(len(seen.first), dtype=np.int64)
    run(_count, len(seen.words), seen.words, seen.first, seen.last, known, out)
    return out


def _count(words: Any, first: Any, last: Any, known: Any, out: Any) -> None:
    for row in range(len(first)):
        found = 0
        for at in range(first[row], last[row]):
            found += known[words[at] & (len(known) - 1)] == words[at]
        out[row] = found


def familiar(lines: Lines, seen: Scan, known: NDArray[np.int64] | None = None) -> NDArray[np.bool_]:
    """Say for each line whether it stands in a document that is likely to be English; shape (lines,).

    ``known`` is ``frequent(seen)`` if at hand.
    """
    known = frequent(seen) if known is None else known
    hits, words = (np.diff(np.r_[0, np.cumsum(column)][lines.first]) for column in (known, seen.last - seen.first))
    english: NDArray[np.bool_] = hits / np.maximum(words, 1) >= SHARE
    return english[lines.document]
