"""Which documents are in the language that the line model has learned from: English."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.classes import hash_word
from cleaner.boilerplate.scan import Scan
from cleaner.lines import Lines

#: Frequent words of English that are none, or rare, in other languages of the same letters.
_WORDS = """the of and to that for was with by from have said his are this they which you your""".split()  # noqa: SIM905
#: From this share of its words on a document is taken for English; menus and lists of links have few of them too.
SHARE = 0.03


def familiar(lines: Lines, seen: Scan) -> NDArray[np.bool_]:
    """Say for each line whether it stands in a document that is likely to be English; shape (lines,)."""
    hashes = {hash_word(word) for word in _WORDS}
    near = np.zeros(1 << 16, dtype=np.bool_)
    near[[word & 0xFFFF for word in hashes]] = True
    place = np.flatnonzero(near[seen.words.astype(np.uint16)])  # few: only these are compared in full
    hits = place[np.isin(seen.words[place], sorted(hashes))]
    first = seen.first[lines.first]
    share = np.diff(np.searchsorted(hits, first)) / np.maximum(np.diff(first), 1)
    return (share >= SHARE)[lines.document]
