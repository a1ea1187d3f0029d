"""Clusters without chains."""

import random

import numpy as np
import pytest

from cleaner.minhash import clusters
from cleaner.minhash.clusters import star_clusters


def stars(pairs: list[tuple[int, int]], order: list[int], similarity: list[float] | None = None) -> dict[int, int]:
    a, b = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    given = None if similarity is None else np.array(similarity)
    found = star_clusters(a, b, np.array(order, dtype=np.int64), given)
    for member, kept, pair in zip(*found, strict=True):
        assert {int(member), int(kept)} == set(pairs[pair])
    return dict(zip(found.member.tolist(), found.kept.tolist(), strict=True))


def test_a_chain_does_not_flag_its_end() -> None:
    assert stars([(0, 1), (1, 2)], [0, 1, 2]) == {1: 0}
    assert stars([(0, 1), (1, 2), (2, 3)], [0, 1, 2, 3]) == {1: 0, 3: 2}


def test_the_kept_copy_is_the_first_in_the_order_of_preference() -> None:
    assert stars([(0, 1), (0, 2), (1, 2)], [2, 0, 1]) == {0: 1, 2: 1}
    assert stars([(2, 0)], [5, 1, 3]) == {0: 2}


def test_a_member_goes_to_the_most_similar_kept_copy_if_asked() -> None:
    pairs = [(0, 2), (1, 2)]
    assert stars(pairs, [0, 1, 2]) == {2: 0}
    assert stars(pairs, [0, 1, 2], [0.5, 0.9]) == {2: 1}
    assert stars(pairs, [0, 1, 2], [0.7, 0.7]) == {2: 0}


def test_no_pairs_and_a_passage_paired_with_itself() -> None:
    assert stars([], [0, 1]) == {}
    assert stars([(1, 1)], [0, 1]) == {}


def test_a_million_pairs_in_any_order_give_the_same_without_chains() -> None:
    source = np.random.default_rng(2)
    a, b = source.integers(0, 200_000, (2, 1_000_000))
    a, b = np.minimum(a, b), np.maximum(a, b)
    order = source.permutation(200_000)
    found = star_clusters(a, b, order)
    assert not np.isin(found.kept, found.member).any()
    assert (order[found.kept] < order[found.member]).all()
    shuffled = source.permutation(len(a))
    again = star_clusters(b[shuffled], a[shuffled], order)
    assert (again.member == found.member).all()
    assert (again.kept == found.kept).all()


def test_both_loops_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    source = random.Random(4)
    a, b = (np.array([source.randrange(200) for _ in range(500)]) for _ in range(2))
    plain = star_clusters(a, b, np.arange(200))
    monkeypatch.setattr(clusters, "LARGE", 0)
    fast = star_clusters(a, b, np.arange(200))
    assert [column.tolist() for column in plain] == [column.tolist() for column in fast]
