"""Texts cut into lines."""

from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cleaner.boilerplate.cuts import cut
from cleaner.boilerplate.verdicts import Verdicts
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


@given(TEXTS, st.randoms(use_true_random=False))
def test_what_cuts_leave_has_the_lines_of_its_text(texts: list[str], chance: Random) -> None:
    lines = Lines.of(texts)
    for _ in range(3):
        row = np.flatnonzero([chance.random() < 0.5 for _ in lines.text])
        ends, sure = lines.end[row] - lines.start[row], np.full(len(row), 0.9)
        edits, taken = cut(lines, Verdicts(row, 0 * row, ends, sure, ["x"] * len(row), [()] * len(row), len(row)))
        assert taken is not None
        documents = np.array(sorted(edits), dtype=np.int64)
        left, rows = lines.without(taken, documents, [edits[at] for at in documents.tolist()])
        whole = Lines.of([left.texts[at] for at in range(len(left.texts))])
        assert whole.text == left.text == [lines.text[at] for at in rows.tolist()]
        for name in ("document", "start", "end", "begin", "feed", "first"):
            assert getattr(whole, name).tolist() == getattr(left, name).tolist()
        inside = np.isin(np.arange(len(left)), left.first, invert=True)
        assert whole.breaks[inside].tolist() == left.breaks[inside].tolist()
        lines = left
