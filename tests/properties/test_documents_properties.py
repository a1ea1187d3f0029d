"""Edits of any shape: apply, invert, merge and compose agree with each other."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cleaner.documents import Edit, apply, compose, invert, merge

ALPHABET = "ab\n é𝄞"


@st.composite
def edit_lists(draw: st.DrawFn, text: str, stage: str) -> list[Edit]:
    """Sorted edits that do not overlap: deletions, insertions, replacements, adjacent ones, empty ones."""
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=10)))
    edits: list[Edit] = []
    for start, end in zip(places[::2], places[1::2], strict=False):
        replacement = draw(st.one_of(st.just(""), st.text("XYZ", max_size=4)))
        edits.append(Edit(start, end, replacement, stage, f"rule-{len(edits)}"))
    return edits


@st.composite
def two_lists(draw: st.DrawFn) -> tuple[str, list[Edit], list[Edit]]:
    """A text, edits of it, and edits of what those make of it."""
    text = draw(st.text(ALPHABET, max_size=14))
    first = draw(edit_lists(text, "first"))
    second = draw(edit_lists(apply(first, text), "second"))
    return text, first, second


@given(two_lists())
def test_compose_does_what_both_lists_do(case: tuple[str, list[Edit], list[Edit]]) -> None:
    text, first, second = case
    assert apply(compose(first, second, text), text) == apply(second, apply(first, text))


@given(two_lists())
def test_a_composed_list_is_sorted_and_can_be_undone(case: tuple[str, list[Edit], list[Edit]]) -> None:
    text, first, second = case
    composed = compose(first, second, text)
    assert all(a.end <= b.start for a, b in pairwise(composed))
    assert apply(invert(composed, text), apply(composed, text)) == text


@given(two_lists())
def test_composing_keeps_what_no_later_edit_touches(case: tuple[str, list[Edit], list[Edit]]) -> None:
    text, first, second = case
    back = invert(first, text)
    untouched = [
        edit
        for edit, inverse in zip(first, back, strict=True)
        if all(inverse.end < later.start or later.end < inverse.start for later in second)
    ]
    composed = compose(first, second, text)
    assert [edit for edit in composed if edit in untouched] == untouched


@given(two_lists())
def test_inverting_takes_back_and_twice_is_nothing(case: tuple[str, list[Edit], list[Edit]]) -> None:
    text, first, _ = case
    clean = apply(first, text)
    back = invert(first, text)
    assert apply(back, clean) == text
    assert invert(back, clean) == first


@given(st.data(), st.text(ALPHABET, max_size=30))
def test_merged_deletions_take_out_what_each_of_them_covers(data: st.DataObject, text: str) -> None:
    spans = data.draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted), max_size=8))
    scores = data.draw(st.lists(st.floats(0, 1), min_size=len(spans), max_size=len(spans)))
    edits = [
        Edit(start, end, "", "stage", f"rule-{i}", score)
        for i, ((start, end), score) in enumerate(zip(spans, scores, strict=True))
    ]
    merged = merge(edits)
    covered = {place for start, end in spans for place in range(start, end)}
    assert apply(merged, text) == "".join(c for place, c in enumerate(text) if place not in covered)
    assert merge(reversed(edits)) == merged
