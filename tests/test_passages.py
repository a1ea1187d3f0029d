"""Clean text cut into passages."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from cleaner.passages import LONGEST, passage_spans, passages

SENTENCE = "The council of the small town met again on Tuesday and spoke about the bridge. "
PIECES = st.sampled_from(
    [
        "\n",
        "\n\n",
        " ",
        "word ",
        SENTENCE,
        SENTENCE * 30,
        "x" * 70 + "\n",
        "x" * (2 * LONGEST),
        "句子。" * 700,
        "\u3000",
        "!? ",
    ]
)


def _texts(text: str) -> list[str]:
    return [text[start:end] for start, end in passages(text)]


@given(st.lists(PIECES, max_size=8).map("".join))
def test_passages_are_in_order_and_hold_everything_but_white_space(text: str) -> None:
    at = 0
    for start, end in passages(text):
        assert at <= start < end <= len(text)
        assert text[at:start].strip() == ""
        assert end - start <= max(LONGEST, text.find("\n", start) - start)
        at = end
    assert text[at:].strip() == ""


def test_each_line_is_a_paragraph() -> None:
    assert _texts("Title\nFirst paragraph.\n\n  Second paragraph.  \n") == [
        "Title",
        "First paragraph.",
        "Second paragraph.",
    ]


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    wrapped = (
        "The council of the small town met again on Tuesday evening and spoke at\n"
        "length about the bridge, which has been closed since the storm of last\n"
        "winter, and about the money that its repair would take from the school\n"
        "and the library.\n"
    )
    assert _texts(wrapped + "\n" + wrapped) == [wrapped.strip(), wrapped.strip()]


def test_a_long_paragraph_is_cut_at_sentence_ends() -> None:
    sentences = [f"Sentence number {number} tells of {number * 7919 % 100} boats in the bay." for number in range(200)]
    parts = _texts(" ".join(sentences))
    assert len(parts) > 3
    assert all(part.endswith("bay.") and part.startswith("Sentence") for part in parts)


def test_copies_are_cut_alike_again_after_a_difference() -> None:
    sentences = [f"Sentence number {number} tells of {number * 7919 % 100} boats in the bay." for number in range(300)]
    whole, other = " ".join(sentences), " ".join(["Something else stands at the start of this one.", *sentences[1:]])
    assert len(set(_texts(whole)) & set(_texts(other))) >= len(_texts(whole)) - 2


def test_text_without_sentences_is_cut_nevertheless() -> None:
    assert [len(part) for part in _texts("x" * (3 * LONGEST + 5))] == [LONGEST, LONGEST, LONGEST, 5]
    assert _texts("") == []


@given(st.lists(st.text(st.sampled_from("Aéb \n\t\u3000\x85“中𝄞."), max_size=30), max_size=5))
@example(["A", "", "\n", f"{9 * ' '}A{12 * chr(0x2009)}\nB", "É" * (LONGEST + 1), f"A\n{'Ab. ' * LONGEST}\nb"])
def test_passages_of_a_column_are_those_of_each_text(texts: list[str]) -> None:
    column = pa.array(texts, pa.large_string())
    found = passage_spans(column)
    offsets = np.cumsum([0, *(len(text.encode()) for text in texts)])
    expected = [
        (row, *(int(offsets[row]) + len(text[:place].encode()) for place in passage))
        for row, text in enumerate(texts)
        for passage in passages(text)
    ]
    assert list(zip(*(part.tolist() for part in found), strict=True)) == expected


def test_passages_of_sliced_and_empty_columns() -> None:
    column = pa.array(["One line.", "Two\nLines.", None, "End."], pa.large_string())
    assert passage_spans(column[1:]).text.tolist() == [0, 0, 2]
    assert passage_spans(column[:0]).text.tolist() == passage_spans(column[2:3]).text.tolist() == []
