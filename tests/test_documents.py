"""Edits on texts: single cases; arbitrary ones are in properties/."""

from __future__ import annotations

import pytest

from cleaner.documents import Edit, apply, compose, invert, merge


def edit(start: int, end: int, replacement: str = "", rule: str = "rule", confidence: float = 1.0) -> Edit:
    return Edit(start, end, replacement, "stage", rule, confidence)


def test_apply_deletes_replaces_and_inserts() -> None:
    assert apply([edit(0, 2), edit(3, 4, "XY"), edit(5, 5, "!")], "abcdef") == "cXYe!f"


def test_offsets_count_characters_and_not_bytes() -> None:
    assert apply([edit(2, 3)], "é𝄞bß") == "é𝄞ß"


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([edit(0, 3), edit(2, 4)], id="overlap"),
        pytest.param([edit(3, 4), edit(0, 1)], id="out of order"),
        pytest.param([edit(4, 99)], id="behind the end"),
        pytest.param([edit(-1, 2)], id="before the start"),
        pytest.param([edit(3, 2)], id="backwards"),
    ],
)
def test_edits_that_make_no_sense_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="overlaps another or lies outside"):
        apply(edits, "abcdef")


def test_invert_keeps_the_names_and_brings_the_text_back() -> None:
    edits = [edit(0, 2, rule="one"), edit(3, 4, "XY", rule="two")]
    back = invert(edits, "abcdef")
    assert back == [edit(0, 0, "ab", rule="one"), edit(1, 3, "d", rule="two")]
    assert apply(back, "cXYef") == "abcdef"


def test_merge_names_a_union_after_its_most_confident_part() -> None:
    merged = merge([edit(4, 9, rule="weak", confidence=0.5), edit(0, 6, rule="strong", confidence=0.9)])
    assert merged == [edit(0, 9, rule="strong", confidence=0.9)]


def test_merge_leaves_adjacent_edits_apart() -> None:
    assert merge([edit(2, 4, rule="b"), edit(0, 2, rule="a")]) == [edit(0, 2, rule="a"), edit(2, 4, rule="b")]


def test_merge_refuses_a_replacement_in_a_deletion() -> None:
    with pytest.raises(ValueError, match="not both deletions"):
        merge([edit(0, 5), edit(2, 3, "X")])


def test_compose_takes_a_repair_into_the_deletion_of_its_line() -> None:
    text = "a â€” b\nnext"
    first = [edit(2, 5, "—", rule="mojibake")]
    second = [edit(0, 6, rule="boilerplate")]
    assert compose(first, second, text) == [edit(0, 8, rule="boilerplate")]


def test_compose_keeps_a_repair_beside_a_deletion() -> None:
    first = [edit(0, 3, "—", rule="mojibake")]
    second = [edit(1, 3, rule="boilerplate")]
    assert compose(first, second, "â€”xyz") == [edit(0, 3, "—", rule="mojibake"), edit(3, 5, rule="boilerplate")]
