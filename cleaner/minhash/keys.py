"""The keys of passages: two passages that share one become a candidate pair.

Three kinds of keys in one space of 64-bit numbers:

- one of all words of the passage, for equal passages, also short ones;
- one of each band of the signature, for passages that are alike as wholes;
- one of each chosen shingle, for a passage inside a longer one, which signatures miss: a shingle is chosen
by its
  hash alone, the same in every passage (U. Manber, Finding similar files in a large file system, 1994).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.minhash.bands import MIX, band_keys
from cleaner.minhash.shingles import Backend, Shingles, shingle_hashes, use_numba
from cleaner.minhash.signatures import NUM_PERM, signatures


class Keys(NamedTuple):
    """Rows of one key of one text.

    Attributes:
        key: shape (rows,).
        text: its place in the batch; shape (rows,).
    """

    key: NDArray[np.int64]
    text: NDArray[np.int64]


def passage_keys(
    texts: pa.Array,
    bands: int,
    rows: int,
    rate: float = 0.25,
    short: int = 8,
    backend: Backend = "auto",
    signed: NDArray[np.uint32] | None = None,
) -> Keys:
    """Return all keys of each text of an Arrow string array.

    A pair that shares n shingles is found with probability 1 - (1 - rate)^n by them alone: with 20
    shingles, at the rate of one quarter, .997.

    Args:
        texts: see ``shingle_hashes``.
        bands: bands of the signature, or 0.
        rows: values in a band.
        rate: the share of all shingles that are chosen, 0 to 1.
        short: texts of fewer words have the key of all their words only; texts without words have none.
        backend: see ``shingle_hashes``.
        signed: the signatures of the texts, where the caller has them.

    Raises:
        ValueError: bands and rows for which a signature has too few values.
    """
    shingles = shingle_hashes(texts, backend, bits=64)
    limit = int(rate * 2**32)
    if use_numba(backend, 0):
        parts = [_compiled_keys(shingles, short, limit)]
    else:
        some = np.flatnonzero(shingles.words)
        parts = [Keys(_whole_keys(shingles)[some], some), _shingle_keys(shingles, shingles.words >= short, limit)]
    if bands:
        long = np.flatnonzero(shingles.words >= short)
        if signed is None:
            signed = signatures(texts, NUM_PERM, backend)
        parts.append(Keys(band_keys(signed[long], bands, rows).reshape(-1), np.repeat(long, bands)))
    return Keys(np.concatenate([part.key for part in parts]), np.concatenate([part.text for part in parts]))


def _compiled_keys(shingles: Shingles, short: int, limit: int) -> Keys:
    from cleaner.minhash.kernels import shingle_keys

    key = np.empty(len(shingles.hashes) + len(shingles.words), dtype=np.int64)
    text = np.empty(len(key), dtype=np.int64)
    count = shingle_keys(shingles.hashes, shingles.offsets, shingles.words, short, limit, key, text)
    return Keys(key[:count], text[:count])


def _mixed(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = hashes * MIX
    mixed ^= mixed >> np.uint64(32)
    mixed *= MIX
    return mixed


def _whole_keys(shingles: Shingles) -> NDArray[np.int64]:
    """Return one key of all words of each text, in order: the sum of its shingles mixed with their places."""
    count = np.diff(shingles.offsets)
    place = np.arange(len(shingles.hashes)) - np.repeat(shingles.offsets[:-1], count)
    mixed = _mixed(shingles.hashes.astype(np.uint64) + (place + 1).astype(np.uint64) * MIX)
    sums = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(mixed, dtype=np.uint64)))
    whole = sums[shingles.offsets[1:]] - sums[shingles.offsets[:-1]]
    keys: NDArray[np.uint64] = _mixed(whole + shingles.words.astype(np.uint64))
    return keys.view(np.int64)


def _shingle_keys(shingles: Shingles, wanted: NDArray[np.bool_], limit: int) -> Keys:
    """Return the keys of the chosen shingles of the texts ``wanted``."""
    text = np.repeat(np.arange(len(wanted)), np.diff(shingles.offsets))
    keys = _mixed(shingles.hashes.astype(np.uint64))
    chosen = ((keys & np.uint64(0xFFFFFFFF)) < limit) & wanted[text]
    return Keys(keys[chosen].view(np.int64), text[chosen])
