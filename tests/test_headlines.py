"""Headlines of other stories between paragraphs: the quick way says what the whole document does."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from cleaner.boilerplate import headlines
from cleaner.lines import Lines

WORDS = st.sampled_from("bridge council river market garden winter Bridge street harbour library the of".split())  # noqa: SIM905


def by_the_whole_document(lines: Lines, rows: list[int]) -> list[int]:
    words = [set(headlines._WORD.findall(text.casefold())) for text in lines.text]
    times = Counter(word for some in words for word in some)
    new = {row: sum(times[word] == 2 for word in words[row] & words[row + 1]) for row in rows}
    return [row for row in rows if new[row] < 2 and new[row] * 6 <= len(words[row])]


@given(st.lists(st.lists(WORDS, min_size=1, max_size=14).map(" ".join), min_size=3, max_size=9), st.data())
def test_a_headline_that_introduces_what_follows_is_told_by_the_whole_document(
    texts: list[str], data: st.DataObject
) -> None:
    lines = Lines.of(["\n".join(texts)])
    rows = sorted(data.draw(st.sets(st.sampled_from(range(1, len(texts) - 1, 2)), min_size=1)))
    assert headlines._not_introducing(lines, rows, 0, len(lines)) == by_the_whole_document(lines, rows)
