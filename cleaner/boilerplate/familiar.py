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


def frequent(seen: Scan) -> NDArray[np.int64]:
    """Count the frequent words of English in each line; shape (lines,)."""
    hashes = {hash_word(word) for word in _WORDS}
    near = np.zeros(1 << 16, dtype=np.bool_)
    near[[word & 0xFFFF for word in hashes]] = True
    place = np.flatnonzero(near[seen.words.astype(np.uint16)])  # few: only these are compared in full
    hits = place[np.isin(seen.words[place], sorted(hashes))]
    return np.searchsorted(hits, seen.last) - np.searchsorted(hits, seen.first)


def familiar(lines: Lines, seen: Scan, known: NDArray[np.int64] | None = None) -> NDArray[np.bool_]:
    """Say for each line whether it stands in a document that is likely to be English; shape (lines,).

    ``known`` is ``frequent(seen)`` if at hand.
    """
    known = frequent(seen) if known is None else known
    hits, words = (np.diff(np.r_[0, np.cumsum(column)][lines.first]) for column in (known, seen.last - seen.first))
    english: NDArray[np.bool_] = hits / np.maximum(words, 1) >= SHARE
    return english[lines.document]
