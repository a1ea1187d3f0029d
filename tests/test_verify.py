"""The exact check of pairs."""

import random
import tomllib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from cleaner.minhash.verify import REASONS, Thresholds, Verified, rethreshold, verify

CASES = tomllib.loads((Path(__file__).parent / "cases" / "near_duplicates.toml").read_text(encoding="utf-8"))["case"]
BACKENDS = ["numpy", "numba"]


def one(a: str, b: str, backend: str = "numpy", thresholds: Thresholds | None = None) -> Verified:
    texts = pa.array([a, b])
    return verify(texts, np.array([0]), np.array([1]), thresholds or Thresholds(), backend)  # type: ignore[arg-type]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", CASES, ids=[case["a"][:30] for case in CASES])
def test_cases(case: dict[str, str], backend: str) -> None:
    for a, b in ((case["a"], case["b"]), (case["b"], case["a"])):
        found = one(a, b, backend)
        assert (REASONS[found.reason[0]], bool(found.flag[0])) == (case["reason"], case["flag"])


def test_similarities_are_those_of_the_sets_of_shingles() -> None:
    found = one("a b c d e f g h", "c d e f g h i j k l m")
    assert found.jaccard[0] == pytest.approx(2 / 9)
    assert found.containment[0] == found.a_covered[0] == pytest.approx(2 / 4)
    assert found.b_covered[0] == pytest.approx(2 / 7)
    assert found.shared_words[0] == 6


def test_evidence_counts_places_numerals_and_names() -> None:
    text = "At {0} the {1} team beat its old rivals from the north by {2} goals and a crowd of {3} people saw it"
    a = text.format("noon", "Leeds", "3", "20,000")
    b = text.format("night", "Derby", "3", "30,000")
    found = one(a, b)
    assert (found.places[0], found.numerals[0], found.names[0]) == (3, 1, 1)
    assert found.common[0] == 21
    assert REASONS[found.reason[0]] == "form"
    assert one(a, b, thresholds=Thresholds(form=0)).flag[0]


def test_offsets_say_where_the_shared_text_is() -> None:
    inner = "“The bridge — all of it — was gone by the time the water fell”"
    outer = f"No one slept that night. {inner}, she said, and her brother had gone with it too. "
    outer += "The army sent boats the next morning, but by then most people had left on foot for the hills in the east."
    found = one(inner, outer)
    assert REASONS[found.reason[0]] == "containment"
    assert inner[found.a_start[0] : found.a_end[0]] == inner.strip("“”")
    assert outer[found.b_start[0] : found.b_end[0]] == inner.strip("“”")


@pytest.mark.parametrize("backend", BACKENDS)
def test_empty_passages_and_repeated_words(backend: str) -> None:
    texts = pa.array(["", None, "…", "spam " * 5000, "spam " * 9, "SPAM " * 9])
    a, b = np.triu_indices(6, 1)
    found = verify(texts, a, b, backend=backend)  # type: ignore[arg-type]
    flagged = [(x, y) for x, y, flag in zip(a.tolist(), b.tolist(), found.flag, strict=True) if flag]
    assert flagged == [(4, 5)]
    assert not np.isnan(found.jaccard).any()


def test_very_long_passages_are_aligned_without_comparing_all_words_with_all() -> None:
    source = random.Random(1)
    words = [f"w{source.randrange(5000)}" for _ in range(60_000)]
    edited = [word if source.random() > 0.01 else "edited" for word in words]
    found = one(" ".join(words), " ".join(edited), "numba")
    assert found.flag[0]
    assert found.common[0] > 0.98 * sum(x == y for x, y in zip(words, edited, strict=True))
    assert found.a_start[0] < 100


def test_a_long_passage_of_few_words_ends() -> None:
    source = random.Random(1)
    a, b = (" ".join(source.choice("xy") for _ in range(20_000)) for _ in range(2))
    assert one(a, b, "numba").jaccard[0] == 1.0


def test_both_backends_agree_on_edited_texts() -> None:
    source = random.Random(7)
    vocabulary = ["the", "of", "Paris", "12", "3", "Rome", "said", "and", "Minister", "1,000", "house.", "fell", "is"]
    texts, a, b = [], [], []
    for number in range(200):
        words = [source.choice(vocabulary) + str(source.randrange(8)) * source.randrange(2) for _ in range(60)]
        edited = [source.choice(vocabulary) if source.random() < 0.08 else word for word in words]
        texts += [" ".join(words), " ".join(edited[source.randrange(20) :])]
        a.append(2 * number)
        b.append(2 * number + 1)
    found = [verify(pa.array(texts), np.array(a), np.array(b), backend=backend) for backend in ("numpy", "numba")]
    for name in Verified._fields:
        assert getattr(found[0], name).tolist() == getattr(found[1], name).tolist(), name
    assert len(set(found[0].reason.tolist())) > 2


def test_stricter_thresholds_give_what_a_new_run_would() -> None:
    texts = pa.array([case[side] for case in CASES for side in "ab"])
    a, b = np.arange(0, len(texts), 2), np.arange(1, len(texts), 2)
    found = verify(texts, a, b)
    for stricter in (Thresholds(jaccard=0.6, containment=0.9), Thresholds(shared_words=19)):
        assert rethreshold(found, stricter).tolist() == verify(texts, a, b, stricter).flag.tolist()
        assert rethreshold(found, stricter).sum() < found.flag.sum()


def test_no_pairs() -> None:
    found = verify(pa.array(["a"]), np.zeros(0, np.int64), np.zeros(0, np.int64))
    assert len(found.flag) == 0
