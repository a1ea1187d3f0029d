"""How two passages differ: their words aligned, and the places where numerals or names contradict each other."""

from __future__ import annotations

from difflib import SequenceMatcher

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cleaner.minhash.shingles import SHINGLE, Backend, use_numba
from cleaner.minhash.tokens import DIGITS, NAME, NUMERAL, Tokens, tokens

#: A differing place with more words on both sides holds other text, not another wording.
PLACE = 8
#: Pairs of more word pairs than this are aligned by the compiled kernel only, which cuts them first.
LARGE_WINDOW = 1 << 18


def pair_evidence(
    texts: pa.Array, left: NDArray[np.int64], right: NDArray[np.int64], backend: Backend
) -> NDArray[np.int64]:
    """Return for each pair of texts one row of eight numbers; shape (pairs, 8).

    They are: words in common in order, differing places, places with other numerals, places with other
    names, and the character offsets of the shared text (from the first shared run of five words or more to
    the end of the last one): start and end in the left text, start and end in the right one.

    An alignment from left to right can differ from one the other way round. So the text that comes first by its bytes
    is the left one while they are aligned, whichever side it stands on.
    """
    if not len(left):
        return np.zeros((0, 8), dtype=np.int64)
    wanted, left, right = paired(texts, left, right)
    rank = pc.rank(wanted, tiebreaker="dense").to_numpy()
    turned = rank[left] > rank[right]
    left, right = np.where(turned, right, left), np.where(turned, left, right)
    found = tokens(wanted, backend)
    size = np.diff(found.first)
    if use_numba(backend, 0) or bool((size[left] * size[right] > LARGE_WINDOW).any()):
        from cleaner.minhash.compare import form_evidence as compiled

        rows = np.zeros((len(left), 8), dtype=np.int64)
        columns = (found.words, found.kind, found.digits, found.end - found.start, found.first)
        compiled(*columns, left, right, rows)
    else:
        rows = np.array([form_evidence(found, x, y) for x, y in zip(left, right, strict=True)], dtype=np.int64)
    for column in (4, 6):
        some = rows[:, column + 1] > 0
        rows[some, column] = found.start[rows[some, column]]
        rows[some, column + 1] = found.end[rows[some, column + 1] - 1]
    rows[turned, 4:] = rows[turned][:, [6, 7, 4, 5]]
    return rows


def paired(
    texts: pa.Array, left: NDArray[np.int64], right: NDArray[np.int64]
) -> tuple[pa.Array, NDArray[np.int64], NDArray[np.int64]]:
    """Return the texts that stand in pairs, and the pairs as places among these."""
    stands = np.zeros(len(texts), dtype=bool)
    stands[left], stands[right] = True, True
    place = np.cumsum(stands) - 1
    wanted = texts if stands.all() else texts.take(pa.array(np.flatnonzero(stands)))
    return wanted, place[left], place[right]


def form_evidence(found: Tokens, a: int, b: int) -> tuple[int, ...]:
    """Return words in common, differing places, those with other numerals, those with other names, and token rows.

    The rows say where the first run of five words or more starts in a and where the last one ends, and the
    same in b. This is the definition, for small inputs; the compiled kernel of the same name says the same.
    """
    (x, x_end), (y, y_end) = (found.first[text : text + 2].tolist() for text in (a, b))
    left, right = found.words[x:x_end].tolist(), found.words[y:y_end].tolist()
    runs = [(x + at, y + other, length) for at, other, length in align(left, right)]
    common = places = numerals = names = 0
    for at, other, length in [*runs, (x_end, y_end, 0)]:
        ours, theirs = range(x, at), range(y, other)
        places += bool(ours or theirs)
        if ours and theirs and (len(ours) <= PLACE or len(theirs) <= PLACE):
            digits, other_digits = _digits(found, ours), _digits(found, theirs)
            if digits and other_digits and digits != other_digits:
                numerals += 1
            elif _missing(found, ours, right) and _missing(found, theirs, left):
                names += 1
        common += length
        x, y = at + length, other + length
    long = [run for run in runs if run[2] >= SHINGLE]
    if not long:
        return common, places, numerals, names, 0, 0, 0, 0
    (first, first_other, _), (last, last_other, length) = long[0], long[-1]
    return common, places, numerals, names, first, last + length, first_other, last_other + length


def align(left: list[int], right: list[int]) -> list[tuple[int, int, int]]:
    """Return the runs of words that two texts share in order: (start in left, start in right, length).

    What both start with and what both end with first; of the rest the longest run, then the same to its left and
    right (J. Ratcliff, D. Metzener, Pattern matching: the gestalt approach, 1988).
    """
    head, least = 0, min(len(left), len(right))
    while head < least and left[head] == right[head]:
        head += 1
    tail = 0
    while tail < least - head and left[-1 - tail] == right[-1 - tail]:
        tail += 1
    inner, other_inner = left[head : len(left) - tail], right[head : len(right) - tail]
    blocks = SequenceMatcher(None, inner, other_inner, autojunk=False).get_matching_blocks()
    middle = [(block.a + head, block.b + head, block.size) for block in blocks]
    runs = [(0, 0, head), *middle, (len(left) - tail, len(right) - tail, tail)]
    return [run for run in runs if run[2]]


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
