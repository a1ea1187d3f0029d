"""Bands, keys and candidate pairs."""

import itertools
import random

import numpy as np
import pyarrow as pa
import pytest

from cleaner.minhash import bands
from cleaner.minhash.bands import (
    band_keys,
    candidate_pairs,
    distinct_pairs,
    explain_bands,
    maybe_shared,
    probability,
)
from cleaner.minhash.keys import explain_rate, neighbours_for, passage_keys
from cleaner.minhash.verify import Thresholds


def test_probability_is_that_of_the_book() -> None:
    assert probability(0.5, 14, 8) == pytest.approx(0.0533, abs=1e-4)
    assert probability(0.8, 20, 6) == pytest.approx(0.9977, abs=1e-4)
    assert probability(1.0, 1, 128) == 1.0
    assert probability(0.0, 20, 6) == 0.0


def test_the_table_of_probabilities_shows_every_similarity() -> None:
    lines = explain_bands(20, 6).splitlines()
    assert lines[0] == "20 bands of 6 rows (120 values)"
    assert len(lines) == 22
    assert lines[17].split() == ["0.80", "0.9977"]


def test_equal_bands_have_equal_keys_and_bands_do_not_mix() -> None:
    signatures = np.arange(24, dtype=np.uint32).reshape(2, 12) % 3
    signatures[1, 0] = 9
    keys = band_keys(signatures, 4, 3)
    assert keys.dtype == np.int64
    assert (keys[0] == keys[1]).tolist() == [False, True, True, True]
    assert len(set(keys[0].tolist())) == 4
    with pytest.raises(ValueError, match="places"):
        band_keys(signatures, 5, 3)


def pairs(keys: list[int], passages: list[int], largest: int = 100) -> list[tuple[int, int]]:
    found = candidate_pairs(np.array(keys, dtype=np.int64), np.array(passages, dtype=np.int64), largest)
    return list(zip(found.a.tolist(), found.b.tolist(), strict=True))


def test_passages_that_share_a_key_are_pairs_once_in_order() -> None:
    assert pairs([5, 5, 5, -7, -7, 1], [30, 10, 20, 20, 10, 10]) == [(10, 20), (10, 30), (20, 30)]
    assert pairs([5, 5], [1 << 40, 3]) == [(3, 1 << 40)]
    assert pairs([5, 5], [3, 3]) == []
    assert pairs([], []) == []


def test_candidates_do_not_hang_on_the_order_of_rows() -> None:
    source = random.Random(1)
    rows = [(source.randrange(40), source.randrange(300)) for _ in range(2000)]
    want = {
        pair for _, group in itertools.groupby(sorted(set(rows)), key=lambda row: row[0])
        for pair in itertools.combinations([passage for _, passage in group], 2)
    }  # fmt: skip
    for _ in range(3):
        source.shuffle(rows)
        assert pairs([key for key, _ in rows], [passage for _, passage in rows]) == sorted(want)


def test_compiled_loops_find_the_same_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    source = np.random.default_rng(8)
    keys = source.integers(-(1 << 63), 1 << 63, 300)[source.integers(0, 300, 2000)]
    keys = np.concatenate((keys, source.integers(-(1 << 63), 1 << 63, 20_000), np.full(50, -1)))
    passages = source.integers(0, 5000, len(keys))
    found = []
    for compiled in (False, True):
        monkeypatch.setattr(bands, "use_numba", lambda *_, compiled=compiled: compiled)
        found.append(candidate_pairs(*maybe_shared([keys[:9000], keys[9000:]], [passages[:9000], passages[9000:]]), 40))
    assert len(found[0].a) > 5000
    assert found[0].members.tolist() == [50]
    assert all((one == other).all() for one, other in zip(*found, strict=True))


def test_a_key_of_too_many_passages_is_capped_and_reported() -> None:
    keys, passages = np.full(10_000, 77, dtype=np.int64), np.arange(10_000)[::-1].copy()
    found = candidate_pairs(keys, passages, 256)
    assert len(found.a) < 6 * 10_000
    assert (found.capped.tolist(), found.members.tolist()) == ([77], [10_000])
    assert (np.bincount(np.concatenate((found.a, found.b))) > 0).all()
    assert set(zip(found.a, found.b, strict=True)) >= {(0, other) for other in range(1, 10_000)}


def test_the_first_passage_of_a_capped_key_is_named() -> None:
    keys, passages = np.repeat(np.array([3, -5], dtype=np.int64), 20), np.arange(40)[::-1] + 7
    for offset in (0, 1 << 40):
        found = candidate_pairs(keys, passages + offset, 10)
        assert dict(zip(found.capped.tolist(), found.first.tolist(), strict=True)) == {3: 27 + offset, -5: 7 + offset}


@pytest.mark.parametrize("offset", [0, 1 << 40])
def test_passages_of_a_capped_key_are_taken_by_preference(offset: int) -> None:
    keys = np.concatenate((np.full(30, 77), np.full(5, 3), np.full(20, -4)))
    passages = np.concatenate((np.arange(30), [1, 5, 9, 13, 29], np.arange(20, 40))) + offset
    ranks = np.random.default_rng(4).permutation(40).astype(np.int32)
    found = candidate_pairs(keys, passages, 10, lambda numbers: ranks[numbers - offset])
    best = {key: min(passages[keys == key], key=lambda number: ranks[number - offset]) for key in (77, -4)}
    assert dict(zip(found.capped.tolist(), found.first.tolist(), strict=True)) == best
    got = set(zip(found.a.tolist(), found.b.tolist(), strict=True))
    assert all((found.a < found.b).tolist())
    for key, first in best.items():
        assert got >= {(min(first, one), max(first, one)) for one in passages[keys == key] if one != first}
    assert got >= set(itertools.combinations((passages[keys == 3]).tolist(), 2))


@pytest.mark.parametrize("offset", [0, (1 << 32) - 2, 1 << 40])
def test_pairs_are_distinct_and_in_order(offset: int) -> None:
    a, b = distinct_pairs(np.array([5, 1, 5, 1, 3]) + offset, np.array([6, 9, 6, 2, 4]) + offset)
    assert (a - offset).tolist() == [1, 1, 3, 5]
    assert (b - offset).tolist() == [2, 9, 4, 6]


def test_keys_of_short_and_empty_texts() -> None:
    texts = pa.array(["", "One, two!", "one two", "a b c d e f g h i j", "a b c d e f g h i j k l m n o p"])
    found = passage_keys(texts, 20, 6, rate=1.0)
    by_text = [set(found.key[found.text == text].tolist()) for text in range(5)]
    assert [len(keys) for keys in by_text] == [0, 1, 1, 1 + 20 + 5, 1 + 20 + 11]
    assert by_text[1] == by_text[2]
    assert len(by_text[3] & by_text[4]) >= 5
    single = passage_keys(texts, 0, 1, neighbours=1)
    assert np.bincount(single.text).tolist() == [0, 1, 1, 1 + 6, 1 + 12]


def test_words_in_another_order_are_not_equal() -> None:
    found = passage_keys(pa.array(["a b c d e f a b c d e g a", "a b c d e g a b c d e f a"]), 0, 1, rate=0)
    assert len(set(found.key.tolist())) == 2


@pytest.mark.parametrize(("inner", "outer"), [(8, 300), (8, 8), (11, 60), (30, 400)])
def test_near_duplicates_of_any_lengths_are_candidates(inner: int, outer: int) -> None:
    source = random.Random(inner + outer)
    texts = []
    for _ in range(1000):
        shared, rest = ([str(source.randrange(10**9)) for _ in range(size)] for size in (inner, outer))
        texts += [" ".join(shared), " ".join([*rest[: outer // 2], *shared, *rest[outer // 2 :]])]
    found = passage_keys(pa.array(texts))
    made = candidate_pairs(found.key, found.text, 100)
    got = set(zip(made.a.tolist(), made.b.tolist(), strict=True))
    assert all((at, at + 1) in got for at in range(0, len(texts), 2))


@pytest.mark.parametrize(
    ("thresholds", "neighbours"),
    [
        (Thresholds(), 2),
        (Thresholds(jaccard=0.7, containment=0.8), 2),
        (Thresholds(jaccard=0.1), 1),  # a share of .18
        (Thresholds(containment=0.25), 1),
        (Thresholds(containment=0.26), 2),
        (Thresholds(shared_words=5), 1),
        (Thresholds(shared_words=6), 1),
        (Thresholds(shared_words=7), 2),
        (Thresholds(shared_words=1, containment=1, jaccard=1), 1),
    ],
)
def test_keys_are_of_as_many_shingles_as_all_near_duplicates_share(thresholds: Thresholds, neighbours: int) -> None:
    assert neighbours_for(thresholds) == neighbours


def test_the_rarest_pairs_of_the_loosest_thresholds_share_a_key() -> None:
    words = [str(number) for number in range(12)]  # eight shingles, of which four are shared: two and two
    texts = pa.array([" ".join(words), " ".join([*words[:6], "between", *words[6:]])])
    found = passage_keys(texts, 0, 1)
    assert len(candidate_pairs(found.key, found.text, 100).a) == 1


def test_the_table_of_the_rate_shows_where_a_pair_is_certain() -> None:
    lines = explain_rate(0.5).splitlines()
    assert lines[0] == "0.5 of all runs of 6 words are chosen; a candidate pair shares one"
    assert lines[2].split() == ["6", "0.5000"]
    assert lines[3].split() == ["7", "0.7500"]
    assert explain_rate(1.0, Thresholds(jaccard=0.1)).splitlines()[2].split() == ["5", "1.0000"]
