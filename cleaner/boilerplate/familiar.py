"""Which documents are in the language that the line model has learned from: English."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.scan import Scan, hash_word
from cleaner.lines import Lines

#: Frequent words of English that are none, or rare, in other languages of the same letters.
_WORDS = """the of and to that for was with by from have said his are this they which you your""".split()  # noqa: SIM905
#: From this share of its words on a document is taken for English; menus and lists of links have few of them too.
SHARE = 0.03


def familiar(lines: Lines, seen: Scan) -> NDArray[np.bool_]:
    """Say for each line whether it stands in a document that is likely to be English; shape (lines,)."""
    known = np.array(sorted(hash_word(word) for word in _WORDS), dtype=seen.words.dtype)
    place = np.minimum(np.searchsorted(known, seen.words), len(known) - 1)
    hits = np.zeros(len(seen.words) + 1, dtype=np.int64)
    np.cumsum(known[place] == seen.words, out=hits[1:])
    first = seen.first[lines.first]
    share = (hits[first[1:]] - hits[first[:-1]]) / np.maximum(np.diff(first), 1)
    return (share >= SHARE)[lines.document]
