"""Prints: 16 bits of each distinct shingle of a passage. They tell most pairs apart without their texts.

In a large corpus most candidate pairs share a phrase and nothing else. Every shingle that two passages share has one
print in both, so the shingles of one whose prints the other has too are as many as both share, or more: a bound like
that of the bitmap filter of set joins (E. Sandes, G. Teodoro, A. Melo, Bitmap filter, 2017), in a third of the room
that texts take.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.minhash.shingles import SHINGLE, Backend, shingle_hashes, use_numba
from cleaner.minhash.verify import Thresholds


def prints(texts: pa.Array, backend: Backend = "auto") -> pa.ListArray:
    """Return the prints of each text: the upper 16 bits of the hash of each of its distinct shingles, in order."""
    shingles = shingle_hashes(texts, backend, bits=64)
    texts_of = np.repeat(np.arange(len(texts)), np.diff(shingles.offsets))
    if use_numba(backend, 0):
        from cleaner.minhash.pair_kernels import distinct_shingles

        kept = np.zeros(len(shingles.hashes), dtype=np.bool_)
        distinct_shingles(shingles.hashes, shingles.offsets, kept)
    else:
        rows = np.stack([texts_of.astype(np.uint64), shingles.hashes], axis=1)
        kept = np.isin(np.arange(len(rows)), np.unique(rows, axis=0, return_index=True)[1])
    first = np.zeros(len(texts) + 1, dtype=np.int32)
    np.cumsum(np.bincount(texts_of[kept], minlength=len(texts)), out=first[1:])
    return pa.ListArray.from_arrays(
        pa.array(first), pa.array((shingles.hashes[kept] >> np.uint64(48)).astype(np.uint16))
    )


def may_be_alike(
    a: pa.ListArray,
    b: pa.ListArray,
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    thresholds: Thresholds,
    backend: Backend = "auto",
) -> NDArray[np.bool_]:
    """Say which pairs of texts ``verify`` may flag; of the others it flags none.

    Args:
        a: prints of texts.
        b: prints of the texts that these are compared with.
        left: the place of each pair's text in ``a``, best in order; shape (pairs,).
        right: the place of its other text in ``b``; shape (pairs,).
        thresholds: those of ``verify``.
        backend: see ``shingle_hashes``.
    """
    size_a, size_b = (np.diff(one.offsets.to_numpy()).astype(np.int64) for one in (a, b))
    x, y = size_a[left], size_b[right]
    shared = np.minimum(_shared(a, b, left, right, backend), np.minimum(x, y))
    jaccard = shared / np.maximum(x + y - shared, 1)
    containment = shared / np.maximum(np.minimum(x, y), 1)
    alike = (jaccard >= thresholds.jaccard) | (containment >= thresholds.containment)
    equal = (shared == x) & (shared == y)
    result: NDArray[np.bool_] = equal | (alike & (shared + SHINGLE - 1 >= thresholds.shared_words))
    return result


def _shared(
    a: pa.ListArray, b: pa.ListArray, left: NDArray[np.int64], right: NDArray[np.int64], backend: Backend
) -> NDArray[np.int64]:
    """Return how many prints of the right text of each pair the left text has."""
    if use_numba(backend, 0):
        from cleaner.minhash.pair_kernels import shared_prints

        shared = np.zeros(len(left), dtype=np.int64)
        shared_prints(*_columns(a), *_columns(b), left, right, shared)
        return shared
    sets, lists = [frozenset(one) for one in a.to_pylist()], b.to_pylist()
    pairs = zip(left.tolist(), right.tolist(), strict=True)
    return np.array([sum(one in sets[x] for one in lists[y]) for x, y in pairs], dtype=np.int64)


def _columns(made: pa.ListArray) -> tuple[NDArray[np.uint16], NDArray[np.int32]]:
    return made.values.to_numpy(), made.offsets.to_numpy()
