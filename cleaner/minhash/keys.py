"""The keys of passages: two passages that share one become a candidate pair.

Three kinds of keys in one space of 64-bit numbers:

- one of all words of the passage, for equal passages, also short ones;
- one of each chosen shingle: chosen by its hash alone, the same in every passage (U. Manber, Finding similar files in
  a large file system, 1994; the sketch modulo m of A. Broder, On the resemblance and containment of documents, 1997);
- one of each band of the signature, for passages that are alike as wholes but share frequent shingles only, whose keys
  are capped.

Keys of the first and the third kind are negative: one of them is enough for a candidate pair. Of shingles two must be
shared, since in a large corpus most pairs that share one share no other: to compare them would be most of the work. A
pair of near-duplicates shares four shingles at least (eight words), whatever the lengths of both. Nine shingles in ten
are therefore chosen: each such pair is found with a probability of .9963 or more.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.minhash.bands import ENOUGH, MIX, band_keys
from cleaner.minhash.characters import characters
from cleaner.minhash.shingles import SHINGLE, Backend, Shingles, normalised, shingle_hashes, text_buffers, use_numba
from cleaner.minhash.signatures import NUM_PERM, permutations, signatures


class Keys(NamedTuple):
    """Rows of one key of one text.

    Attributes:
        key: shape (rows,).
        text: its place in the batch; shape (rows,).
    """

    key: NDArray[np.int64]
    text: NDArray[np.int64]


#: Defaults: bands of a signature, values in a band, the share of shingles that are chosen.
BANDS, ROWS, RATE = 4, 4, 0.9
#: So many shingles near-duplicates must share for two chosen ones to be asked of a candidate pair.
_MANY = 4


def keys_needed(shared_words: int) -> int:
    """How many chosen shingles make a candidate pair, if near-duplicates share so many words in shingles at least."""
    return 2 if shared_words - SHINGLE + 1 >= _MANY else 1


def found(rate: float, shared: int, needed: int) -> float:
    """The probability that of ``shared`` shingles at least ``needed`` (1 or 2) are chosen."""
    missed = (1 - rate) ** shared
    if needed > 1:
        missed += shared * rate * (1 - rate) ** (shared - 1)
    return max(0.0, 1 - missed)


def explain_rate(rate: float, shared_words: int = 8) -> str:
    """Return the table of how surely chosen shingles make a pair a candidate, by the shingles that it shares.

    Near-duplicates share ``shared_words`` words in shingles at least; that row is marked.
    """
    least = max(1, shared_words - SHINGLE + 1)
    needed = keys_needed(shared_words)
    lines = [f"{rate:g} of all shingles are chosen; a pair needs {needed} of them", "shared  found"]
    for shared in sorted({1, 2, 3, 4, 6, 8, 12, 16, 24, least}):
        mark = f"  the least that near-duplicates share ({shared_words} words)" if shared == least else ""
        lines.append(f"   {shared:3d}  {found(rate, shared, needed):.4f}{mark}")
    return "\n".join(lines)


def passage_keys(
    texts: pa.Array,
    bands: int = BANDS,
    rows: int = ROWS,
    rate: float = RATE,
    short: int = 8,
    backend: Backend = "auto",
) -> Keys:
    """Return all keys of each text of an Arrow string array.

    ``found`` says how surely a pair is found by its shingles alone.

    Args:
        texts: see ``shingle_hashes``.
        bands: bands of the signature, or 0.
        rows: values in a band.
        rate: the share of all shingles that are chosen, 0 to 1.
        short: texts of fewer words have the key of all their words only; texts without words have none.
        backend: see ``shingle_hashes``.

    Raises:
        ValueError: bands and rows for which a signature has too few values.
    """
    if bands * rows > NUM_PERM:
        raise ValueError(f"{bands} bands of {rows} rows need {bands * rows} values of a signature, not {NUM_PERM}")
    data, offsets = text_buffers(texts)
    plan = (bands, rows, short, int(rate * 2**32))
    if use_numba(backend, len(data)):
        return _compiled_keys(data, offsets, plan, normal=False)
    return _plain_keys(texts, plan)


Plan = tuple[int, int, int, int]


def _compiled_keys(data: NDArray[np.uint8], offsets: NDArray[np.int64], plan: Plan, normal: bool) -> Keys:
    from cleaner.minhash.kernels import key_texts

    texts = len(offsets) - 1
    size = len(data) + (plan[0] + 3) * texts + 16
    key, text = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    tables, (a, b) = tuple(characters()), (part[: plan[0] * plan[1]] for part in permutations(NUM_PERM))
    count, needs = key_texts(data, offsets, tables, normal, a, b, plan, key, text)
    made = Keys(key[:count], text[:count])
    again = np.flatnonzero(needs)
    if normal or not again.size:
        return made
    more = _compiled_keys(*text_buffers(normalised(data, offsets, again)), plan, normal=True)
    return Keys(np.concatenate((made.key, more.key)), np.concatenate((made.text, again[more.text])))


def _plain_keys(texts: pa.Array, plan: Plan) -> Keys:
    bands, rows, short, limit = plan
    shingles = shingle_hashes(texts, "numpy", bits=64)
    some, long = np.flatnonzero(shingles.words), np.flatnonzero(shingles.words >= short)
    parts = [Keys(_whole_keys(shingles)[some], some), _shingle_keys(shingles, shingles.words >= short, limit)]
    if bands:
        signed = signatures(texts, NUM_PERM, "numpy")[long]
        parts.append(Keys(band_keys(signed, bands, rows).reshape(-1) | ENOUGH, np.repeat(long, bands)))
    return Keys(np.concatenate([part.key for part in parts]), np.concatenate([part.text for part in parts]))


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
    keys: NDArray[np.int64] = _mixed(whole + shingles.words.astype(np.uint64)).view(np.int64) | ENOUGH
    return keys


def _shingle_keys(shingles: Shingles, wanted: NDArray[np.bool_], limit: int) -> Keys:
    """Return the keys of the chosen shingles of the texts ``wanted``."""
    text = np.repeat(np.arange(len(wanted)), np.diff(shingles.offsets))
    keys = _mixed(shingles.hashes.astype(np.uint64))
    chosen = ((keys & np.uint64(0xFFFFFFFF)) < limit) & wanted[text]
    return Keys(keys[chosen].view(np.int64) & ~ENOUGH, text[chosen])
