"""MinHash signatures, bit for bit those of datasketch 2 under its default scheme ``affine32`` and seed 1.

A signature row loads as ``LeanMinHash(seed=1, hashvalues=row, scheme="affine32")``. The scheme: a 32-bit
shingle hash is finished by MurmurHash3's fmix32; permutation k maps it to a[k]·h + b[k] mod 2^32, a[k] odd;
the least value over all shingles is the k-th of the signature. (A. Broder, On the resemblance and
containment of documents, 1997; the affine maps by E. Zhu and others, datasketch 2.0.)
"""

from __future__ import annotations

import functools

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.minhash.characters import characters
from cleaner.minhash.shingles import Backend, normalised, shingle_hashes, text_buffers, use_numba

SCHEME = "affine32"
SEED = 1
NUM_PERM = 128
#: The value of all places for a text without shingles.
EMPTY = np.uint32(0xFFFFFFFF)

#: Bytes of shingle hashes that the NumPy backend permutes at a time: they stay in the processor's cache.
CHUNK = 1 << 16


@functools.cache
def permutations(num_perm: int, seed: int = SEED) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return a and b as datasketch (a slow import) draws them; shape (num_perm,) each."""
    random = np.random.RandomState(seed)
    a = random.randint(0, 1 << 31, num_perm, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    b = random.randint(0, 1 << 32, num_perm, dtype=np.uint32)
    return a, b


def signatures(texts: pa.Array, num_perm: int = NUM_PERM, backend: Backend = "auto") -> NDArray[np.uint32]:
    """Return the signature of each text of an Arrow string array; shape (texts, num_perm).

    Args:
        texts: see ``shingle_hashes``.
        num_perm: the number of permutations.
        backend: ``numpy``, ``numba``, or by size; both give the same bits.

    Raises:
        ValueError: ``num_perm`` below 1, or a backend that does not exist.

    """
    if num_perm < 1:
        raise ValueError(f"num_perm is {num_perm}; it must be at least 1")
    data, offsets = text_buffers(texts)
    if use_numba(backend, len(data)):
        return _compiled(data, offsets, num_perm, normal=False)
    shingles = shingle_hashes(texts, backend="numpy")
    return _minima(_fmix32(shingles.hashes.astype(np.uint32)), shingles.offsets, num_perm)


def _compiled(data: NDArray[np.uint8], offsets: NDArray[np.int64], num_perm: int, normal: bool) -> NDArray[np.uint32]:
    from cleaner.minhash.kernels import sign_texts

    rows = np.empty((len(offsets) - 1, num_perm), dtype=np.uint32)
    needs = np.zeros(len(rows), dtype=np.bool_)
    sign_texts(data, offsets, tuple(characters()), normal, *permutations(num_perm), rows, needs)
    again = np.flatnonzero(needs)
    if again.size:
        rows[again] = _compiled(*text_buffers(normalised(data, offsets, again)), num_perm, normal=True)
    return rows


def _fmix32(hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    mixed = hashes ^ (hashes >> np.uint32(16))
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    return mixed


def _minima(hashes: NDArray[np.uint32], offsets: NDArray[np.int64], num_perm: int) -> NDArray[np.uint32]:
    """Return the least permuted hash of each text, a cacheful of whole texts at a time."""
    rows = np.full((len(offsets) - 1, num_perm), EMPTY, dtype=np.uint32)
    filled = np.flatnonzero(np.diff(offsets))
    starts = offsets[filled]
    a, b = permutations(num_perm)
    at = 0
    while at < len(filled):
        to = max(at + 1, int(np.searchsorted(starts, starts[at] + CHUNK)))
        end = int(starts[to]) if to < len(starts) else len(hashes)
        part = hashes[starts[at] : end]
        for k in range(num_perm):
            rows[filled[at:to], k] = np.minimum.reduceat(part * a[k] + b[k], starts[at:to] - starts[at])
        at = to
    return rows
