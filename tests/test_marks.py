"""Marks as columns say what the marks themselves say."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cleaner.boilerplate.automata import Hits
from cleaner.boilerplate.marks import DETECTORS, Mark, Marks
from cleaner.lines import Lines

LINES = Lines.of(["one line\nanother\nthird", "the last"])
MARKS = st.lists(
    st.tuples(
        st.integers(0, len(LINES) - 1),
        st.sampled_from(DETECTORS),
        st.sampled_from(["share", "advert", "menu"]),
        st.sampled_from([0.3, 0.8, 0.9]),
        st.sampled_from(["remove", "keep", "note"]),
        st.sampled_from([0, 2]),
        st.sampled_from([-1, 3, 8]),
    ).map(lambda one: Mark(*one))
)
WHOLE = st.tuples(st.integers(0, len(LINES) - 1), st.sampled_from([0, 1]))


def joined(pairs: list[tuple[int, int]], marks: list[Mark]) -> Marks:
    row, rule = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    of_rules = Marks.of_rules(len(LINES), ["top", "menu"], row, rule, np.array([0.9, 0.8])[rule], rule == 0)
    return of_rules.joined(Marks.of(marks, LINES))


@given(st.lists(WHOLE), MARKS)
def test_columns_and_marks_say_the_same(pairs: list[tuple[int, int]], marks: list[Mark]) -> None:
    columns = joined(pairs, marks)
    each = columns.listed()
    assert each[len(pairs) :] == marks
    removing = [mark for mark in each if mark.action == "remove"]
    for row, name in enumerate(columns.surest(np.arange(len(LINES)))):
        own = [mark for mark in removing if mark.row == row]
        assert name == max(((mark.confidence, mark.rule) for mark in own), default=(0, ""))[1]
        kept = [mark.confidence for mark in each if mark.row == row and mark.action == "keep"]
        assert columns.kept()[row] == max(kept, default=-1)
        for detector in DETECTORS:
            said = [mark.confidence for mark in own if mark.detector == detector and is_whole(mark)]
            assert columns.said()[detector][row] == max(said, default=0)
    parts = [mark for mark in removing if not is_whole(mark) and mark.confidence >= 0.8]
    assert columns.parts(0.8) == sorted(parts, key=lambda mark: mark.row)
    assert sorted(columns.rows_of("menu").tolist()) == sorted(mark.row for mark in each if mark.rule == "menu")


def is_whole(mark: Mark) -> bool:
    return mark.start == 0 and (mark.end < 0 or mark.end >= len(LINES.text[mark.row]))


@given(st.sets(st.tuples(st.integers(0, 30), st.integers(0, 5))), st.sets(st.integers(0, 30)))
def test_hits_by_row_by_rule_and_of_some_rows(pairs: set[tuple[int, int]], rows: set[int]) -> None:
    hits = Hits(*np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2).T)
    assert {(row, rule) for row, own in hits.by_row().items() for rule in own} == pairs
    assert {(row, rule) for rule, own in hits.by_rule().items() for row in own.tolist()} == pairs
    number = {row: at for at, row in enumerate(sorted(rows))}
    left = hits.take(np.array(sorted(rows), dtype=np.int64))
    assert list(zip(*(column.tolist() for column in left), strict=True)) == [
        (number[row], rule) for row, rule in sorted(pairs) if row in number
    ]
