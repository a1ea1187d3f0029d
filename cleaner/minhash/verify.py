"""The exact check of candidate pairs, on the shingles and words of their texts.

Two passages are near-duplicates if they share enough shingles and are not one form filled in differently:
weather, results and stock reports repeat their sentences with other numerals and names, and a reprint keeps
both. So the words of both texts are aligned, and the places where they differ are looked at: where both sides
have numerals, and other ones, or both have names that the other text lacks, the texts contradict each
other. A pair with more than one such place in 40 words in common is a form, not a duplicate.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cleaner.minhash.evidence import pair_evidence, paired
from cleaner.minhash.shingles import SHINGLE, Backend, Shingles, shingle_hashes, use_numba

#: Values of ``Verified.reason``.
REASONS = ("unlike", "short", "form", "jaccard", "containment", "equal")
UNLIKE, SHORT, FORM, JACCARD, CONTAINMENT, EQUAL = range(6)


class Thresholds(NamedTuple):
    """What makes a candidate pair a near-duplicate.

    Attributes:
        jaccard: shared shingles over all shingles of both, at least.
        containment: shared shingles over those of the passage that has fewer, at least.
        shared_words: the number of words in shared shingles, at least.
        short: passages of fewer words are compared by equality only.
        form: words in common for each place with other numerals or names, at least; 0 lets forms pass.
    """

    jaccard: float = 0.2
    containment: float = 0.38
    shared_words: int = 8
    short: int = 8
    form: int = 40

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Thresholds:
        """Those among the settings of a run, as its ``run.json`` holds them."""
        names = ("jaccard", "containment", "shared-words", "short-words", "form")
        return cls(*(settings[name] for name in names))


DEFAULTS = Thresholds()


class Verified(NamedTuple):
    """One row a candidate pair; all of shape (pairs,).

    Attributes:
        jaccard: exact, of the sets of shingles.
        containment: exact, shared shingles over those of the passage that has fewer.
        a_covered: exact, shared shingles over those of text a.
        b_covered: the same of text b; the greater of both is the containment.
        shared_words: words in shared shingles, were they one run: their number + 4.
        common: words that both texts have in the same order.
        places: how many places differ between them.
        numerals: of these, how many have other numerals on both sides.
        names: of the rest, how many have other names on both sides.
        a_start: character offset in text a of the first run of five words or more that both share.
        a_end: where the last such run ends; 0 with ``a_start`` 0 if the pair was not aligned.
        b_start: the same in text b.
        b_end: the same in text b.
        flag: whether the pair is a near-duplicate.
        reason: why or why not, an index into ``REASONS``.
    """

    jaccard: NDArray[np.float64]
    containment: NDArray[np.float64]
    a_covered: NDArray[np.float64]
    b_covered: NDArray[np.float64]
    shared_words: NDArray[np.int64]
    common: NDArray[np.int64]
    places: NDArray[np.int64]
    numerals: NDArray[np.int64]
    names: NDArray[np.int64]
    a_start: NDArray[np.int64]
    a_end: NDArray[np.int64]
    b_start: NDArray[np.int64]
    b_end: NDArray[np.int64]
    flag: NDArray[np.bool_]
    reason: NDArray[np.int8]


def verify(
    texts: pa.Array,
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    thresholds: Thresholds = DEFAULTS,
    backend: Backend = "auto",
) -> Verified:
    """Compare the texts ``a[p]`` and ``b[p]`` of each pair; both backends give the same result.

    Texts that are equal byte for byte are compared once with another. Sets are of 64-bit hashes. Of n shingles in a
    pair two different ones agree with a probability below n²/2^64: for a billion pairs of 200 shingles, 0.002 wrong
    shingles are to be expected in all.
    """
    wanted, left, right = paired(texts, a, b)
    distinct = wanted.dictionary_encode("encode")
    if len(distinct.dictionary) == len(wanted):
        return _compared(wanted, left, right, thresholds, backend)
    code = distinct.indices.to_numpy().astype(np.int64)
    pairs, places = np.unique(code[left] << 32 | code[right], return_inverse=True)
    found = _compared(distinct.dictionary, pairs >> 32, pairs & 0xFFFFFFFF, thresholds, backend)
    return Verified._make(column[places] for column in found)


def _compared(
    wanted: pa.Array, left: NDArray[np.int64], right: NDArray[np.int64], thresholds: Thresholds, backend: Backend
) -> Verified:
    compiled = use_numba(backend, wanted.nbytes)
    made = shingle_hashes(wanted, backend, bits=64)
    shared, size, equal = (_shared_fast if compiled else _shared_plain)(made, left, right)
    jaccard = shared / np.maximum(size[left] + size[right] - shared, 1)
    covered = [shared / np.maximum(size[side], 1) for side in (left, right)]
    containment = np.maximum(*covered)
    fewer = np.minimum(made.words[left], made.words[right])
    shared_words = np.where(shared > 0, np.minimum(shared + SHINGLE - 1, fewer), 0)
    alike = (jaccard >= thresholds.jaccard) | (containment >= thresholds.containment)
    short = (shared_words < thresholds.shared_words) | (fewer < thresholds.short)
    rows = np.flatnonzero(alike & ~short & ~equal)
    evidence = np.zeros((len(left), 8), dtype=np.int64)
    evidence[rows] = pair_evidence(wanted, left[rows], right[rows], backend)
    length = np.asarray(pc.fill_null(pc.utf8_length(wanted), 0))
    evidence[equal, 0], evidence[equal, 5], evidence[equal, 7] = fewer[equal], length[left[equal]], length[right[equal]]
    form = (evidence[:, 2] + evidence[:, 3]) * thresholds.form > evidence[:, 0]
    reason = np.where(jaccard >= thresholds.jaccard, JACCARD, CONTAINMENT)
    reason = np.select([equal, ~alike, short, form], [EQUAL, UNLIKE, SHORT, FORM], reason).astype(np.int8)
    return Verified._make((jaccard, containment, *covered, shared_words, *evidence.T, reason >= JACCARD, reason))


def rethreshold(found: Verified, thresholds: Thresholds) -> NDArray[np.bool_]:
    """Return which of the flagged pairs stay flagged under thresholds that are no looser, without their texts.

    ``short`` is left as it was: the records do not say how many words a passage has.
    """
    alike = (found.jaccard >= thresholds.jaccard) | (found.containment >= thresholds.containment)
    form = (found.numerals + found.names) * thresholds.form > found.common
    stays = alike & ~form & (found.shared_words >= thresholds.shared_words)
    result: NDArray[np.bool_] = found.flag & (stays | (found.reason == EQUAL))
    return result


Shared = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]


def _shared_plain(made: Shingles, left: NDArray[np.int64], right: NDArray[np.int64]) -> Shared:
    """Return the shared shingles of each pair, the size of each text's set, and which pairs are equal in all words."""
    each = [made.hashes[start:end].tolist() for start, end in itertools.pairwise(made.offsets.tolist())]
    sets = [frozenset(one) for one in each]
    words = made.words.tolist()
    pairs = list(zip(left.tolist(), right.tolist(), strict=True))
    shared = np.array([len(sets[x] & sets[y]) for x, y in pairs], dtype=np.int64)
    equal = np.array([0 < words[x] == words[y] and each[x] == each[y] for x, y in pairs], dtype=np.bool_)
    return shared, np.array([len(one) for one in sets], dtype=np.int64), equal


def _shared_fast(made: Shingles, left: NDArray[np.int64], right: NDArray[np.int64]) -> Shared:
    from cleaner.minhash.compare import equal_words
    from cleaner.minhash.pair_kernels import shared_shingles

    equal = np.zeros(len(left), dtype=np.bool_)
    equal_words(made.hashes, made.offsets, made.words, left, right, equal)
    size, shared = np.zeros(len(made.words), dtype=np.int64), np.zeros(len(left), dtype=np.int64)
    shared_shingles(made.hashes, made.offsets, left, right, size, shared)
    return shared, size, equal
