"""Clean text cut into passages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cleaner.passages import LONGEST, passages

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
