"""Texts cut into lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cleaner.lines import Lines

TEXTS = st.lists(st.text(st.sampled_from("ab \n\r\t\u2028é𝄞\x0c"), max_size=20), max_size=6)


@given(TEXTS)
def test_offsets_lead_to_the_lines(texts: list[str]) -> None:
    lines = Lines.of(texts)
    for row, text in enumerate(lines.text):
        assert texts[lines.document[row]][lines.start[row] : lines.end[row]] == text
        assert text == text.strip() != ""


@given(TEXTS)
def test_only_white_space_lies_between_lines(texts: list[str]) -> None:
    lines = Lines.of(texts)
    assert len(lines.first) == len(texts) + 1
    for number, text in enumerate(texts):
        own = range(lines.first[number], lines.first[number + 1])
        assert all(lines.document[row] == number for row in own)
        assert [lines.text[row] for row in own] == [one.strip() for one in text.split("\n") if one.strip()]


def test_nothing_gives_no_lines() -> None:
    lines = Lines.of([])
    assert len(lines) == 0
    assert lines.first.tolist() == [0]
    assert Lines.of(["", "\n \n"]).first.tolist() == [0, 0, 0]
