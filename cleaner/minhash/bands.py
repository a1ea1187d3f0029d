"""Candidate pairs: passages that share a key, such as that of a whole band of rows of their signatures.

A signature is cut into ``bands`` bands of ``rows`` values. Two passages of Jaccard similarity s agree in at
least one band with probability 1 - (1 - s^rows)^bands (Leskovec, Rajaraman, Ullman, Mining of Massive
Datasets, section 3.4). Every candidate is verified on its shingles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from cleaner.minhash.shingles import use_numba

MIX = np.uint64(0x9E3779B97F4A7C15)
Number = TypeVar("Number", np.int64, np.uint64)

#: The cap: where more passages share a key, each is paired with the first few and with the next one only. Such phrases
#: make nearly all candidate pairs of a large corpus; near-duplicates that so many have are known by the first ones.
MOST_SHARING, FIRST = 128, 4


class Candidates(NamedTuple):
    """Distinct pairs, ``a < b``, sorted by a and then b.

    Attributes:
        a, b: passage numbers; shape (pairs,).
        capped: the keys that more passages share than may be paired with one another; shape (capped,).
        members: how many passages share each of them; shape (capped,).
        first: the first one of these passages; shape (capped,).
    """

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    capped: NDArray[np.int64]
    members: NDArray[np.int64]
    first: NDArray[np.int64]


def probability(similarity: float, bands: int, rows: int) -> float:
    """Return the probability that a pair of this Jaccard similarity agrees in at least one band."""
    return float(1.0 - (1.0 - similarity**rows) ** bands)


def explain_bands(bands: int, rows: int) -> str:
    """Return the table of how surely a pair of each similarity becomes a candidate."""
    lines = [f"{bands} bands of {rows} rows ({bands * rows} values)", "Jaccard  found"]
    lines += [f"   {step / 20:.2f}  {probability(step / 20, bands, rows):.4f}" for step in range(1, 21)]
    return "\n".join(lines)


def band_keys(signatures: NDArray[np.uint32], bands: int, rows: int) -> NDArray[np.int64]:
    """Return a 64-bit key of each band, its number folded in; shape (n, bands).

    Raises:
        ValueError: signatures with fewer than ``bands * rows`` places.
    """
    if bands * rows > signatures.shape[1]:
        raise ValueError(f"{bands} bands of {rows} rows need {bands * rows} places, not {signatures.shape[1]}")
    keys = np.empty((len(signatures), bands), dtype=np.int64)
    for band in range(bands):
        key = np.full(len(signatures), band + 1, dtype=np.uint64) * MIX
        for row in range(band * rows, (band + 1) * rows):
            key ^= signatures[:, row]
            key *= MIX
            key ^= key >> np.uint64(29)
        keys[:, band] = key.view(np.int64)
    return keys


def candidate_pairs(
    keys: NDArray[np.int64],
    passages: NDArray[np.int64],
    largest: int = MOST_SHARING,
    preference: Callable[[NDArray[np.int64]], NDArray[np.int32]] | None = None,
) -> Candidates:
    """Return the pairs of passages that share a key.

    A key that more than ``largest`` passages share would give pairs without end: each of its passages is
    paired with the first ones and with the next one only, and the key is reported. With the order of preference
    of copies, the copy that is kept is so among the partners of all others.

    Args:
        keys: one row a passage and key, in any order, all rows of a key in the same call; shape (rows,).
        passages: the passage's number; shape (rows,).
        largest: how many passages may all be paired with one another.
        preference: the place of each of so many passages in the order in which those of a capped key are taken;
            without it, they are taken by their numbers.
    """
    numbers = None
    if len(passages) and (passages.min() < 0 or passages.max() >= 1 << 32):
        numbers, passages = np.unique(passages, return_inverse=True)
    keys, places = shared_rows(keys, passages)
    start = np.flatnonzero(_fresh(keys))
    size = np.diff(np.append(start, len(keys)))
    capped = size > largest
    if preference and capped.any():
        _order_by(preference, numbers, places, np.repeat(np.where(capped, start, -1), size))
    a, b = _unpack(_distinct(_pairs_of(places, start, size, capped)))
    first = places[start[capped]]
    if numbers is not None:
        a, b, first = numbers[a], numbers[b], numbers[first]
    return Candidates(a, b, keys[start[capped]], size[capped], first)


def _order_by(
    preference: Callable[[NDArray[np.int64]], NDArray[np.int32]],
    numbers: NDArray[np.int64] | None,
    places: NDArray[np.int64],
    runs: NDArray[np.int64],
) -> None:
    """Bring the passages of each run into the order of preference, in place; those of no run (-1) stay."""
    rows = np.flatnonzero(runs >= 0)
    members, member = np.unique(places[rows], return_inverse=True)
    rank = preference(members if numbers is None else numbers[members])
    places[rows] = places[rows][np.lexsort((rank[member], runs[rows]))]


def distinct_pairs(a: NDArray[np.int64], b: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each pair of passages once, sorted by a and then b."""
    if len(a) and max(a.max(), b.max()) >= 1 << 32:
        numbers, places = np.unique(np.concatenate((a, b)), return_inverse=True)
        a, b = distinct_pairs(places[: len(a)], places[len(a) :])
        return numbers[a], numbers[b]
    return _unpack(_distinct(_pack(a, b)))


def shared_rows(keys: NDArray[np.int64], places: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of keys that more than one passage has, each once, sorted by unsigned key and passage.

    Most keys have one passage. They are found by sorting the upper bits of the key with the number of the
    row in the lower bits: one array of numbers, which NumPy sorts many times faster than it sorts by two
    columns. Where rows are many, ``maybe_shared`` first leaves out what need not be sorted.
    """
    bits = np.uint64(max(1, len(keys).bit_length()))
    packed = (keys.view(np.uint64) >> bits) << bits
    packed |= np.arange(len(keys), dtype=np.uint64)
    packed.sort()
    row_of = (np.uint64(1) << bits) - np.uint64(1)
    same = np.zeros(len(packed) + 1, dtype=bool)
    np.less_equal(packed[1:] ^ packed[:-1], row_of, out=same[1:-1])
    rows = (packed[same[:-1] | same[1:]] & row_of).astype(np.int64)
    values = keys.view(np.uint64)
    rows = rows[np.argsort(values[rows], kind="stable")]  # they are nearly in order
    rows = rows[_repeated(values[rows])]
    found = values[rows]
    fresh = _fresh(found)
    ordered = _distinct(_pack(np.cumsum(fresh) - 1, places[rows]))
    run, places = _unpack(ordered[_repeated(ordered >> np.uint64(32))])
    return found[fresh][run].view(np.int64), places


def maybe_shared(
    keys: Sequence[NDArray[np.int64]], passages: Sequence[NDArray[np.int64] | NDArray[np.int32]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Unite arrays of rows, and leave out most of those whose key no other row has.

    Few keys are shared, so little is copied and sorted. Without compiled code all rows stay.
    """
    count = sum(map(len, keys))
    if not use_numba("auto", 8 * count):
        return _united(keys), _united(passages)
    from cleaner.minhash.pair_kernels import mark_keys, marked_rows

    bits = max(6, (8 * count).bit_length())
    shift, seen, again = np.uint64(64 - bits), *(np.zeros(1 << (bits - 6), np.uint64) for _ in range(2))
    for one in keys:
        mark_keys(one.view(np.uint64), shift, seen, again)
    rows = [marked_rows(one.view(np.uint64), shift, again) for one in keys]
    left = [[one[some] for one, some in zip(column, rows, strict=True)] for column in (keys, passages)]
    return _united(left[0]), _united(left[1])


def _united(arrays: Sequence[NDArray[Any]]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(0, dtype=np.int64), *arrays], dtype=np.int64)


def _distinct(values: NDArray[Number]) -> NDArray[Number]:
    """Sort values in place and return each once (``np.unique`` goes by hashing, many times slower)."""
    values.sort()
    return values[_fresh(values)]


def _fresh(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Say which of sorted values are there for the first time."""
    fresh = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=fresh[1:])
    return fresh


def _repeated(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Say which of sorted values are there more than once."""
    same = np.zeros(len(values) + 1, dtype=bool)
    same[1:-1] = values[1:] == values[:-1]
    result: NDArray[np.bool_] = same[:-1] | same[1:]
    return result


def _pack(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.uint64]:
    return first.astype(np.uint64) << np.uint64(32) | second.astype(np.uint64)


def _unpack(pairs: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _pairs_of(
    places: NDArray[np.int64], start: NDArray[np.int64], size: NDArray[np.int64], capped: NDArray[np.bool_]
) -> NDArray[np.uint64]:
    """Return the pairs that runs of passages make, once for each run."""
    packed = _pairs_within(places, start[~capped], size[~capped])
    packed += _pairs_with_first(places, start[capped], size[capped])
    return np.concatenate([np.zeros(0, dtype=np.uint64), *packed])


def _pairs_within(
    places: NDArray[np.int64], start: NDArray[np.int64], size: NDArray[np.int64]
) -> list[NDArray[np.uint64]]:
    """Return all pairs within each run of passages, one array for each distance between the two."""
    if use_numba("auto", 0):
        from cleaner.minhash.pair_kernels import pairs_within

        every = np.empty(int((size * (size - 1) // 2).sum()), dtype=np.uint64)
        pairs_within(places, start, size, every)
        return [every]
    packed = []
    distance = 1
    while (more := size > distance).any():
        start, size = start[more], size[more]
        count = size - distance
        row = np.repeat(start - np.cumsum(count) + count, count) + np.arange(count.sum())
        packed.append(_pack(places[row], places[row + distance]))
        distance += 1
    return packed


def _pairs_with_first(
    places: NDArray[np.int64], start: NDArray[np.int64], size: NDArray[np.int64]
) -> list[NDArray[np.uint64]]:
    """Return the pairs of each run's passages with its first few and with the one after it."""
    packed = []
    for begin, count in zip(start.tolist(), size.tolist(), strict=True):
        members = places[begin : begin + count]
        partners = [(members[FIRST:-1], members[FIRST + 1 :])]
        partners += [(members[at], members[at + 1 :]) for at in range(min(FIRST, count))]
        packed += [_pack(np.minimum(one, other), np.maximum(one, other)) for one, other in partners]
    return packed
