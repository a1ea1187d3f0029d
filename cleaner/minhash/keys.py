"""The keys of passages: two passages that share one become a candidate pair.

Three kinds of keys in one space of 64-bit numbers:

- one of all words of the passage, for equal passages, also short ones;
- one of each two neighbouring shingles, six words; with a rate below 1, of those chosen by their hash alone, the same
  in every passage (U. Manber, Finding similar files in a large file system, 1994; the sketch modulo m of A. Broder, On
  the resemblance and containment of documents, 1997);
- one of each band of the signature, for passages that are alike as wholes but share frequent words only, whose keys
  are capped.

In a large corpus most pairs of passages that share one shingle share no other, and their number grows faster than the
corpus. Near-duplicates share neighbouring ones: where text differs between two shared shingles, the four or more
shingles across that place are not shared. So s shared shingles without neighbours are s of 5s - 4 at best; a pair that
shares a greater part of the passage that has fewer has a key of six words in common (``neighbours_for``). That is
certain unless a passage repeats words of its own at nearly all of these places.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.minhash.bands import MIX, band_keys
from cleaner.minhash.characters import characters
from cleaner.minhash.shingles import (
    MULTIPLIER_2,
    SHINGLE,
    Backend,
    Shingles,
    normalised,
    shingle_hashes,
    text_buffers,
    use_numba,
)
from cleaner.minhash.signatures import NUM_PERM, permutations, signatures
from cleaner.minhash.verify import DEFAULTS, Thresholds


class Keys(NamedTuple):
    """Rows of one key of one text.

    Attributes:
        key: shape (rows,).
        text: its place in the batch; shape (rows,).
    """

    key: NDArray[np.int64]
    text: NDArray[np.int64]


#: Defaults: bands of a signature, values in a band, the share of keys of neighbouring shingles that are chosen.
BANDS, ROWS, RATE = 4, 4, 1.0
#: Shingles in a key.
NEIGHBOURS = 2


def neighbours_for(thresholds: Thresholds = DEFAULTS) -> int:
    """Return how many neighbouring shingles (1 or 2) all near-duplicates by these thresholds share.

    A Jaccard similarity of j is a share of 2j / (1 + j) or more of the passage that has fewer shingles.
    """
    shared = max(1, thresholds.shared_words - SHINGLE + 1)
    share = min(thresholds.containment, 2 * thresholds.jaccard / (1 + thresholds.jaccard))
    return NEIGHBOURS if share > shared / (5 * shared - 4) + 1e-9 else 1  # more than by rounding


def found(rate: float, keys: int) -> float:
    """The probability that of ``keys`` shared keys at least one is chosen."""
    return 1 - (1 - rate) ** keys


def explain_rate(rate: float, thresholds: Thresholds = DEFAULTS) -> str:
    """Return the table of how surely a pair becomes a candidate, by the words in a row that it shares."""
    words = SHINGLE - 1 + neighbours_for(thresholds)
    lines = [f"{rate:g} of all runs of {words} words are chosen; a candidate pair shares one", "words in a row  found"]
    lines += [f"            {words + more:3d}  {found(rate, more + 1):.4f}" for more in (0, 1, 2, 3, 5, 9, 19)]
    return "\n".join(lines)


def passage_keys(
    texts: pa.Array,
    bands: int = BANDS,
    rows: int = ROWS,
    rate: float = RATE,
    short: int = 8,
    neighbours: int = NEIGHBOURS,
    backend: Backend = "auto",
) -> Keys:
    """Return all keys of each text of an Arrow string array; one text may have a key twice.

    Args:
        texts: see ``shingle_hashes``.
        bands: bands of the signature, or 0.
        rows: values in a band.
        rate: the share of keys of neighbouring shingles that are chosen, 0 to 1.
        short: texts of fewer words have the key of all their words only; texts without words have none.
        neighbours: shingles in such a key, 1 or 2; see ``neighbours_for``.
        backend: see ``shingle_hashes``.

    Raises:
        ValueError: bands and rows for which a signature has too few values.
    """
    if bands * rows > NUM_PERM:
        raise ValueError(f"{bands} bands of {rows} rows need {bands * rows} values of a signature, not {NUM_PERM}")
    data, offsets = text_buffers(texts)
    plan = (bands, rows, short, neighbours, int(rate * 2**32))
    if use_numba(backend, len(data)):
        return _compiled_keys(data, offsets, plan, normal=False)
    return _plain_keys(texts, plan)


Plan = tuple[int, int, int, int, int]


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
    bands, rows, short, neighbours, limit = plan
    shingles = shingle_hashes(texts, "numpy", bits=64)
    some, long = np.flatnonzero(shingles.words), np.flatnonzero(shingles.words >= short)
    chosen = _shingle_keys(shingles, shingles.words >= short, neighbours, limit)
    parts = [Keys(_whole_keys(shingles)[some], some), chosen]
    if bands:
        signed = signatures(texts, NUM_PERM, "numpy")[long]
        parts.append(Keys(band_keys(signed, bands, rows).reshape(-1), np.repeat(long, bands)))
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
    keys: NDArray[np.int64] = _mixed(whole + shingles.words.astype(np.uint64)).view(np.int64)
    return keys


def _shingle_keys(shingles: Shingles, wanted: NDArray[np.bool_], neighbours: int, limit: int) -> Keys:
    """Return the chosen keys of neighbouring shingles of the texts ``wanted``."""
    text = np.repeat(np.arange(len(wanted)), np.diff(shingles.offsets))
    words = hashes = shingles.hashes.astype(np.uint64)
    if neighbours > 1:
        within = text[:-1] == text[1:]
        text, words = text[:-1][within], (hashes[:-1] * MULTIPLIER_2 + hashes[1:])[within]
    keys = _mixed(words)
    chosen = ((keys & np.uint64(0xFFFFFFFF)) < limit) & wanted[text]
    return Keys(keys[chosen].view(np.int64), text[chosen])
