"""Clusters of near-duplicates without chains: each member was verified against the copy that is kept."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.minhash.shingles import use_numba

#: From so many pairs on the compiled loop pays for its start.
LARGE = 200_000


class Clusters(NamedTuple):
    """One row for each passage that is flagged, sorted by member.

    Attributes:
        member: the passage; shape (flagged,).
        kept: the copy that is kept, never itself a member; shape (flagged,).
        pair: the row of the verified pair (member, kept) among the pairs given; shape (flagged,).

    """

    member: NDArray[np.int64]
    kept: NDArray[Any]
    pair: NDArray[np.int64]


def star_clusters(
    a: NDArray[Any],
    b: NDArray[Any],
    order: NDArray[Any],
    similarity: NDArray[np.float64] | None = None,
) -> Clusters:
    """Keep or flag each passage, from the first to the last: one that pairs with a kept copy is flagged.

    If A is like B, and B like C, but A not like C, then B is flagged for A, and C is kept.

    Args:
        a: one passage of each verified pair, in any order; shape (pairs,).
        b: the other one; shape (pairs,).
        order: ``order[p]`` is the place of passage p in the total order of preference; shape (passages,).
        similarity: where given, a member goes to the most similar of the kept copies that it pairs with,
            else to the first one; shape (pairs,).

    """
    swap = order[a] > order[b]
    first, second = np.where(swap, b, a), np.where(swap, a, b)
    strength = np.zeros(len(a)) if similarity is None else -similarity
    edges = np.lexsort((order[first], strength, order[second]))
    taken = np.full(len(order), -1, dtype=np.int64)
    loop = _compiled() if len(edges) >= LARGE or use_numba("auto", 0) else _assign
    loop(first[edges], second[edges], edges, taken)
    member = np.flatnonzero(taken >= 0)
    pair = taken[member]
    return Clusters(member, first[pair], pair)


def _assign(first: NDArray[Any], second: NDArray[Any], edges: NDArray[np.int64], taken: NDArray[np.int64]) -> None:
    for row in range(len(edges)):
        if taken[second[row]] < 0 and taken[first[row]] < 0 and first[row] != second[row]:
            taken[second[row]] = edges[row]


@functools.cache
def _compiled() -> Callable[..., None]:
    from cleaner.minhash.compiled import kernel

    return kernel(_assign)
