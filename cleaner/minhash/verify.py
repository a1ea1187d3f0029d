"""The exact check of candidate pairs, on the shingles of their texts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.minhash.shingles import SHINGLE, shingle_hashes


class Thresholds(NamedTuple):
    """What makes a candidate pair a near-duplicate.

    Attributes:
        jaccard: shared shingles over all shingles of both, at least.
        containment: shared shingles over those of the shorter passage, at least.
        shared_words: words of the shorter passage that lie in shared shingles, at least.
        short: passages of fewer words are compared by equality only.

    """

    jaccard: float = 0.5
    containment: float = 0.6
    shared_words: int = 8
    short: int = 8


DEFAULTS = Thresholds()


class Verified(NamedTuple):
    """One row a candidate pair.

    Attributes:
        jaccard, containment: exact, of the sets of shingles; shape (pairs,).
        shared_words: shared shingles as words: their number + 4; shape (pairs,).
        flag: whether the pair is a near-duplicate; shape (pairs,).

    """

    jaccard: NDArray[np.float64]
    containment: NDArray[np.float64]
    shared_words: NDArray[np.int64]
    flag: NDArray[np.bool_]


def verify(
    texts: pa.Array, a: NDArray[np.int64], b: NDArray[np.int64], thresholds: Thresholds = DEFAULTS
) -> Verified:
    """Compare the texts ``a[p]`` and ``b[p]`` of each pair.

    Sets are of 64-bit hashes. Of n shingles in a pair two different ones agree with a probability below
    n²/2^64: for a billion pairs of 200 shingles, 0.002 wrong shingles are to be expected in all.
    """
    used, places = np.unique(np.concatenate((a, b)), return_inverse=True)
    shingles = shingle_hashes(texts.take(pa.array(used)), bits=64)
    sets, first = _sets(shingles.hashes.astype(np.uint64), shingles.offsets)
    left, right = places[: len(a)], places[len(a) :]
    shared = np.zeros(len(a), dtype=np.int64)
    from cleaner.minhash.compiled import kernel

    kernel(_shared)(sets, first, left, right, shared)
    size_a, size_b = np.diff(first)[left], np.diff(first)[right]
    jaccard = shared / np.maximum(size_a + size_b - shared, 1)
    containment = shared / np.maximum(np.minimum(size_a, size_b), 1)
    words = np.minimum(shingles.words[left], shingles.words[right])
    shared_words = np.where(shared > 0, np.minimum(shared + SHINGLE - 1, words), 0)
    alike = (jaccard >= thresholds.jaccard) | (containment >= thresholds.containment)
    enough = (shared_words >= thresholds.shared_words) & (words >= thresholds.short)
    equal = (jaccard == 1.0) & (shingles.words[left] == shingles.words[right])
    return Verified(jaccard, containment, shared_words, equal | (alike & enough))


def _sets(
    hashes: NDArray[np.uint64], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the shingles of each text sorted and each once."""
    text = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    order = np.lexsort((hashes, text))
    hashes, text = hashes[order], text[order]
    fresh = np.ones(len(hashes), dtype=bool)
    fresh[1:] = (hashes[1:] != hashes[:-1]) | (text[1:] != text[:-1])
    first = np.concatenate(([0], np.cumsum(np.bincount(text[fresh], minlength=len(offsets) - 1))))
    return hashes[fresh], first


def _shared(
    sets: NDArray[np.uint64],
    first: NDArray[np.int64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    shared: NDArray[np.int64],
) -> None:
    for pair in range(len(left)):
        x, x_end = first[left[pair]], first[left[pair] + 1]
        y, y_end = first[right[pair]], first[right[pair] + 1]
        count = 0
        while x < x_end and y < y_end:
            u, v = sets[x], sets[y]
            count += u == v
            x += u <= v
            y += v <= u
        shared[pair] = count
