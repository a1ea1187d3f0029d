"""What must hold for any texts."""

import re

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.minhash.bands import candidate_pairs
from cleaner.minhash.characters import characters, folded
from cleaner.minhash.keys import passage_keys
from cleaner.minhash.prints import may_be_alike, prints
from cleaner.minhash.shingles import Backend, shingle_hashes
from cleaner.minhash.signatures import signatures
from cleaner.minhash.tokens import tokens
from cleaner.minhash.verify import REASONS, Thresholds, Verified, verify

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=80), max_size=8)
WORDS = st.sampled_from(
    [
        "the",
        "storm",
        "hit",
        "Leeds",
        "and",
        "Derby",
        "on",
        "12",
        "or",
        "13",
        "May",
        ",",
        "while",
        "many",
        "slept",
        ".",
        "1,200",
        "fled",
    ]
)
PASSAGES = st.lists(st.lists(WORDS, max_size=40).map(" ".join), min_size=2, max_size=8)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_backends_agree_on_any_text(texts: list[str]) -> None:
    array = pa.array(texts, pa.string())
    fast, plain = shingle_hashes(array, "numba", 64), shingle_hashes(array, "numpy", 64)
    assert [column.tolist() for column in fast] == [column.tolist() for column in plain]
    assert (signatures(array, backend="numba") == signatures(array, backend="numpy")).all()


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_tokens_agree_with_shingles_and_stand_in_the_text_in_order(texts: list[str]) -> None:
    array = pa.array(texts, pa.string())
    fast, plain = tokens(array, "numba"), tokens(array, "numpy")
    assert [column.tolist() for column in fast] == [column.tolist() for column in plain]
    assert np.diff(fast.first).tolist() == shingle_hashes(array).words.tolist()
    for text in range(len(texts)):
        rows = slice(fast.first[text], fast.first[text + 1])
        assert (fast.start[rows] < fast.end[rows]).all()
        assert (fast.end[rows] <= len(texts[text])).all()
        assert (np.diff(fast.start[rows]) >= 0).all()


@given(st.text(st.characters(exclude_categories=["Cs"])))
@settings(max_examples=300, deadline=None)
def test_folding_is_final(text: str) -> None:
    kind = characters().kind
    once = "".join(one for one in folded(text) if kind[ord(one)] != 3)
    array = pa.array([text, once])
    assert (signatures(array)[0] == signatures(array)[1]).all() or folded(once) != once


def by_hand(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    size = min(5, len(words))
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)} if words else set()


@given(PASSAGES)
@settings(max_examples=200, deadline=None)
def test_no_flagged_pair_is_below_the_thresholds_when_recomputed(texts: list[str]) -> None:
    limits = Thresholds()
    a, b = np.triu_indices(len(texts), 1)
    found = verify(pa.array(texts), a, b, limits)
    for pair, (x, y) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        left, right = by_hand(texts[x]), by_hand(texts[y])
        shared = len(left & right)
        jaccard = shared / max(len(left | right), 1)
        containment = shared / max(min(len(left), len(right)), 1)
        assert found.jaccard[pair] == jaccard
        assert found.containment[pair] == containment
        if found.flag[pair]:
            assert jaccard >= limits.jaccard or containment >= limits.containment


@given(PASSAGES, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_candidates_and_flags_do_not_hang_on_the_order_of_texts(texts: list[str], source) -> None:  # type: ignore[no-untyped-def]
    def flagged(order: list[int]) -> set[tuple[int, int]]:
        array = pa.array([texts[one] for one in order])
        keys = passage_keys(array, 20, 6)
        pairs = candidate_pairs(keys.key, keys.text, 256)
        found = verify(array, pairs.a, pairs.b)
        rows = zip(pairs.a[found.flag].tolist(), pairs.b[found.flag].tolist(), strict=True)
        return {(min(order[x], order[y]), max(order[x], order[y])) for x, y in rows}

    order = list(range(len(texts)))
    shuffled = order.copy()
    source.shuffle(shuffled)
    assert flagged(order) == flagged(shuffled)


@given(PASSAGES)
@settings(max_examples=100, deadline=None)
def test_the_shared_run_starts_and_ends_with_the_same_words(texts: list[str]) -> None:
    a, b = np.triu_indices(len(texts), 1)
    found = verify(pa.array(texts), a, b)
    for pair in np.flatnonzero(found.a_end).tolist():
        left = texts[a[pair]][found.a_start[pair] : found.a_end[pair]]
        right = texts[b[pair]][found.b_start[pair] : found.b_end[pair]]
        words, others = (re.findall(r"\w+", text.lower()) for text in (left, right))
        size = 1 if found.reason[pair] == REASONS.index("equal") else 5
        assert words[:size] == others[:size]
        assert words[-size:] == others[-size:]


@st.composite
def reworked(draw: st.DrawFn) -> list[str]:
    """Two texts, the other one with words replaced and runs of words moved, so that they align in several ways."""
    words = draw(st.lists(WORDS, min_size=15, max_size=45))
    other = list(words)
    for at, to, word in draw(st.lists(st.tuples(*[st.integers(0, 44)] * 2, st.none() | WORDS), min_size=1, max_size=6)):
        at, to = at % len(other), to % len(other)
        if word is None:
            run = other[at : at + 6]
            del other[at : at + 6]
            other[to:to] = run
        else:
            other[at] = word
    return [" ".join(words), " ".join(other)]


#: Fields of ``Verified`` that are of one side, and those of the other side.
MIRRORED = {name: ("b" if name[0] == "a" else "a") + name[1:] for name in Verified._fields if name[1] == "_"}


@given(st.lists(reworked(), min_size=1, max_size=10), st.sampled_from(["numpy", "numba"]))
@settings(max_examples=150, deadline=None)
def test_a_pair_compares_as_it_does_the_other_way_round(pairs: list[list[str]], backend: Backend) -> None:
    texts = pa.array([text for pair in pairs for text in pair])
    a = np.arange(0, len(texts), 2)
    found, other = verify(texts, a, a + 1, backend=backend), verify(texts, a + 1, a, backend=backend)
    for name in Verified._fields:
        assert getattr(found, name).tolist() == getattr(other, MIRRORED.get(name, name)).tolist(), name


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_backends_make_the_same_keys(texts: list[str]) -> None:
    array = pa.array([text + tail for text in texts for tail in ("", " one two three four five six")], pa.string())
    rows = [passage_keys(array, 20, 6, rate=0.5, short=4, backend=backend) for backend in ("numpy", "numba")]
    fast, plain = (sorted(zip(found.text.tolist(), found.key.tolist(), strict=True)) for found in rows)
    assert fast == plain


@st.composite
def edited(draw: st.DrawFn) -> list[str]:
    """A text of words that are all different, and another one with runs of them replaced, left out and moved."""
    words = [f"w{number}" for number in range(draw(st.integers(8, 60)))]
    other = list(words)
    places = st.integers(0, 59)
    for number, (at, size, to) in enumerate(draw(st.lists(st.tuples(places, st.integers(0, 4), places), max_size=12))):
        run = other[at : at + size]
        other[at : at + size] = [f"new{number}"] if to % 3 else []
        if to % 3 == 2:
            other[to:to] = run
    return [" ".join(words), " ".join(other)]


@given(st.lists(edited(), min_size=1, max_size=20))
@settings(max_examples=200, deadline=None)
def test_all_near_duplicates_share_a_key(pairs: list[list[str]]) -> None:
    texts = pa.array([text for pair in pairs for text in pair])
    a = np.arange(0, len(texts), 2)
    near = a[verify(texts, a, a + 1, Thresholds(form=0)).flag]
    keys = passage_keys(texts, 0, 1)
    for one in near.tolist():
        assert set(keys.key[keys.text == one].tolist()) & set(keys.key[keys.text == one + 1].tolist())


@given(PASSAGES, st.sampled_from([0.0, 0.2, 0.5, 1.0]), st.sampled_from([0.2, 0.38, 1.0]), st.integers(5, 12))
@settings(max_examples=200, deadline=None)
def test_prints_drop_no_pair_that_is_flagged(texts: list[str], jaccard: float, containment: float, words: int) -> None:
    array, limits = pa.array(texts), Thresholds(jaccard, containment, words, short=2)
    fast, plain = prints(array, "numba"), prints(array, "numpy")
    assert fast.to_pylist() == plain.to_pylist()
    assert [len(one) for one in fast.to_pylist()] == [len(by_hand(text)) for text in texts]
    a, b = np.triu_indices(len(texts), 1)
    kept = may_be_alike(fast, fast, a, b, limits, "numba")
    assert (kept == may_be_alike(plain, plain, a, b, limits, "numpy")).all()
    assert kept[verify(array, a, b, limits).flag].all()
