"""The exact check of candidate pairs, on the shingles and words of their texts.

Two passages are near-duplicates if they share enough shingles and are not one form filled in differently:
weather, results and stock reports repeat their sentences with other numerals and names, and a reprint keeps
both. So the words of both texts are aligned, and the places where they differ are looked at: where both sides
have numerals, and other ones, or both have names that the other text lacks, the texts contradict each
other. A pair with more than one such place in 40 words in common is a form, not a duplicate.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.minhash.shingles import SHINGLE, Backend, shingles_of_words, use_numba
from cleaner.minhash.tokens import DIGITS, NAME, NUMERAL, Tokens, tokens

#: A differing place with more words on both sides holds other text, not another wording.
PLACE = 8
#: Pairs of more word pairs than this are aligned by the compiled kernel only, which cuts them first.
LARGE_WINDOW = 1 << 18
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

    jaccard: float = 0.25
    containment: float = 0.35
    shared_words: int = 8
    short: int = 8
    form: int = 40


DEFAULTS = Thresholds()


class Verified(NamedTuple):
    """One row a candidate pair; all of shape (pairs,).

    Attributes:
        jaccard: exact, of the sets of shingles.
        containment: exact, shared shingles over those of the passage that has fewer.
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

    Sets are of 64-bit hashes. Of n shingles in a pair two different ones agree with a probability below
    n²/2^64: for a billion pairs of 200 shingles, 0.002 wrong shingles are to be expected in all.
    """
    used, places = np.unique(np.concatenate((a, b)), return_inverse=True)
    wanted = texts.take(pa.array(used))
    found = tokens(wanted, backend)
    left, right = places[: len(a)], places[len(a) :]
    compiled = use_numba(backend, wanted.nbytes)
    words = np.diff(found.first)
    shared, size = _shared(found, left, right, compiled)
    less = np.minimum(size[left], size[right])
    jaccard = shared / np.maximum(size[left] + size[right] - shared, 1)
    containment = shared / np.maximum(less, 1)
    fewer = np.minimum(words[left], words[right])
    shared_words = np.where(shared > 0, np.minimum(shared + SHINGLE - 1, fewer), 0)
    equal = equal_words(found, left, right) & (fewer > 0)
    alike = (jaccard >= thresholds.jaccard) | (containment >= thresholds.containment)
    short = (shared_words < thresholds.shared_words) | (fewer < thresholds.short)
    evidence = _evidence(found, left, right, np.flatnonzero(alike & ~short & ~equal), compiled)
    evidence[equal, 0] = fewer[equal]
    for column, text in ((4, left), (6, right)):
        evidence[equal, column] = found.first[text[equal]]
        evidence[equal, column + 1] = found.first[text[equal] + 1]
    common, places, numerals, names = evidence[:, :4].T
    spans = [_offsets(found, evidence[:, column], evidence[:, column + 1]) for column in (4, 6)]
    form = (numerals + names) * thresholds.form > common
    reason = np.where(jaccard >= thresholds.jaccard, JACCARD, CONTAINMENT)
    reason = np.select([equal, ~alike, short, form], [EQUAL, UNLIKE, SHORT, FORM], reason).astype(np.int8)
    flag = reason >= JACCARD
    evidences = (common, places, numerals, names, *spans[0], *spans[1])
    return Verified(jaccard, containment, shared_words, *evidences, flag, reason)


def _offsets(
    found: Tokens, start: NDArray[np.int64], end: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the character offsets of runs of tokens, 0 and 0 for an empty run."""
    some = end > start
    first, last = np.zeros_like(start), np.zeros_like(end)
    first[some], last[some] = found.start[start[some]], found.end[end[some] - 1]
    return first, last


def equal_words(found: Tokens, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which pairs have the same words in the same order."""
    count = np.diff(found.first)
    same = count[left] == count[right]
    rows = np.flatnonzero(same)
    length = count[left[rows]]
    offset = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    x = found.words[np.repeat(found.first[left[rows]], length) + offset]
    y = found.words[np.repeat(found.first[right[rows]], length) + offset]
    same[np.repeat(rows, length)[x != y]] = False
    result: NDArray[np.bool_] = same
    return result


def _shared(
    found: Tokens, left: NDArray[np.int64], right: NDArray[np.int64], compiled: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the shared shingles of each pair and the size of each text's set."""
    hashes, offsets, _ = shingles_of_words(found.words, found.first)
    sets, first = _sets(hashes, offsets)
    if not compiled:
        each = [frozenset(sets[first[t] : first[t + 1]].tolist()) for t in range(len(first) - 1)]
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        return np.array([len(each[x] & each[y]) for x, y in pairs], dtype=np.int64), np.diff(first)
    from cleaner.minhash.compare import shared_shingles

    shared = np.zeros(len(left), dtype=np.int64)
    shared_shingles(sets, first, left, right, shared)
    return shared, np.diff(first)


def _sets(hashes: NDArray[np.uint64], offsets: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the shingles of each text sorted and each once, and where each text's start."""
    text = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    order = np.lexsort((hashes, text))
    hashes, text = hashes[order], text[order]
    fresh = np.ones(len(hashes), dtype=bool)
    fresh[1:] = (hashes[1:] != hashes[:-1]) | (text[1:] != text[:-1])
    first = np.concatenate(([0], np.cumsum(np.bincount(text[fresh], minlength=len(offsets) - 1))))
    return hashes[fresh], first


def _evidence(
    found: Tokens, left: NDArray[np.int64], right: NDArray[np.int64], rows: NDArray[np.int64], compiled: bool
) -> NDArray[np.int64]:
    """Return what ``form_evidence`` says of the pairs ``rows``, zeros for the others; shape (pairs, 8)."""
    evidence = np.zeros((len(left), 8), dtype=np.int64)
    size = np.diff(found.first)
    large = bool((size[left[rows]] * size[right[rows]] > LARGE_WINDOW).any())
    if rows.size and (compiled or large):
        from cleaner.minhash import compare

        length = found.end - found.start
        columns = (found.words, found.kind, found.digits, length, found.first)
        out = np.zeros((len(rows), 8), dtype=np.int64)
        compare.form_evidence(*columns, left[rows], right[rows], out)
        evidence[rows] = out
    elif rows.size:
        evidence[rows] = [form_evidence(found, x, y) for x, y in zip(left[rows], right[rows], strict=True)]
    return evidence


def form_evidence(found: Tokens, a: int, b: int) -> tuple[int, ...]:
    """Return words in common, differing places, those with other numerals, those with other names, and token rows.

    The rows say where the first run of five words or more starts in a and where the last one ends, and the
    same in b.

    This is the definition, for small inputs; the compiled kernel of the same name says the same.
    """
    x, y = (slice(found.first[text], found.first[text + 1]) for text in (a, b))
    left, right = found.words[x].tolist(), found.words[y].tolist()
    steps = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    common = places = numerals = names = 0
    runs: list[tuple[int, int, int, int]] = []
    for step, start, end, other_start, other_end in steps:
        if step == "equal":
            common += end - start
            if end - start >= SHINGLE:
                runs.append((x.start + start, x.start + end, y.start + other_start, y.start + other_end))
            continue
        places += 1
        if step != "replace" or (end - start > PLACE and other_end - other_start > PLACE):
            continue
        ours = range(x.start + start, x.start + end)
        theirs = range(y.start + other_start, y.start + other_end)
        if _digits(found, ours) and _digits(found, theirs) and _digits(found, ours) != _digits(found, theirs):
            numerals += 1
        elif _missing(found, ours, right) and _missing(found, theirs, left):
            names += 1
    span = (runs[0][0], runs[-1][1], runs[0][2], runs[-1][3]) if runs else (0, 0, 0, 0)
    return common, places, numerals, names, *span


def shared_runs(text_a: str, text_b: str, shortest: int = SHINGLE) -> list[tuple[int, int, int, int]]:
    """Return the runs of words that two texts share in order: (start in a, end in a, start in b, end in b).

    Offsets count characters. Runs of fewer than ``shortest`` words are left out.
    """
    found = tokens(pa.array([text_a, text_b]), "numpy")
    size = int(found.first[1])
    left, right = found.words[:size], found.words[size:]
    if left.size * right.size > LARGE_WINDOW:
        from cleaner.minhash.compare import align

        runs = align(left, right).tolist()
    else:
        blocks = SequenceMatcher(None, left.tolist(), right.tolist(), autojunk=False).get_matching_blocks()
        runs = [list(block) for block in blocks if block.size]
    start, end = found.start.tolist(), found.end.tolist()
    return [
        (start[a], end[a + length - 1], start[size + b], end[size + b + length - 1])
        for a, b, length in runs
        if length >= shortest
    ]


def _digits(found: Tokens, rows: range) -> tuple[int, ...]:
    """Return the digits of the numerals among the words, as one hash however they are grouped."""
    value, some = 0, False
    for row in rows:
        if found.kind[row] == NUMERAL:
            value = value * pow(DIGITS, int(found.end[row] - found.start[row])) + int(found.digits[row])
            some = True
    return (value & 0xFFFFFFFFFFFFFFFF,) if some else ()


def _missing(found: Tokens, rows: range, other: list[int]) -> bool:
    """Say whether a name among the words is not in the other text."""
    return any(found.kind[row] == NAME and int(found.words[row]) not in other for row in rows)
