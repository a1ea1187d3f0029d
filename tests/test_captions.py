"""Second copies within a document, and what only looks like one."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.boilerplate import captions
from cleaner.lines import Lines

CASES = tomllib.loads((Path(__file__).parent / "cases" / "captions.toml").read_text(encoding="utf-8"))["case"]
SENTENCE = "The council met on Monday to talk about the plan for the river, and stayed until late."


def removed(text: str) -> set[int]:
    return {mark.row for mark in captions.match(Lines.of([text]))}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_cases(case: dict[str, str]) -> None:
    written = [line for line in case["text"].split("\n") if line.strip()]
    text = "\n".join(line[2:] for line in written)
    assert removed(text) == {row for row, line in enumerate(written) if line.startswith("- ")}


def test_documents_do_not_see_each_other() -> None:
    assert captions.match(Lines.of([SENTENCE, SENTENCE])) == []


def test_many_equal_lines_take_linear_time() -> None:
    marks = captions.match(Lines.of(["\n".join([SENTENCE] * 20_000)]))
    assert len(marks) == 19_999


def test_many_lines_with_the_same_beginning() -> None:
    text = "\n".join(
        f"The council met on Monday to talk about plan {number} and other things of note" for number in range(5_000)
    )
    assert len(captions.match(Lines.of([text]))) < 5_000


@given(
    st.lists(st.sampled_from([SENTENCE, "Read more", "Why?", SENTENCE[:-1] + " at night.", "河" * 40, ""]), max_size=12)
)
def test_one_copy_of_every_line_stays_and_runs_come_to_rest(written: list[str]) -> None:
    left = Lines.of(["\n".join(written)]).text
    for _ in range(4):
        gone = {mark.row for mark in captions.match(Lines.of(["\n".join(left)]))}
        left = [text for row, text in enumerate(left) if row not in gone]
    assert not gone
    assert {text[:20] for text in left} == {text.strip()[:20] for text in written if text}


BLOCKS = st.sampled_from(
    [
        SENTENCE,
        SENTENCE.replace("late", "night"),
        "(Photo: Valley Press)",
        "Ann Lee walks over the bridge (AFP)",
        "x" * 70,
    ]
)


@given(st.lists(st.lists(st.one_of(BLOCKS, st.text("ab. ", min_size=24, max_size=70)), max_size=9), max_size=4))
def test_lines_that_cannot_be_alike_change_nothing(documents: list[list[str]]) -> None:
    lines = Lines.of(["\n".join(document) for document in documents])
    long = lines.end - lines.start >= captions.CHARACTERS
    assert captions.match(lines) == captions.match(lines, long)


@given(
    st.lists(st.sampled_from([*"([)] ,:/.aIıİſK", *captions._TRACES, "Getty Images", "PHOTOS", "by", "é", "crédito"]))
)
def test_what_may_hold_a_credit_is_asked_for_less_than_the_expression_finds(parts: list[str]) -> None:
    text = "".join(parts).swapcase()
    for one in (text, text.upper(), text.title()):
        assert captions._may_credit(one) or not captions._CREDIT.search(one)
