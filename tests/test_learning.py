"""What tells one article from another: its longest lines."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from cleaner import schemas
from cleaner.learning import LONGEST_LINES, articles

TEXTS = st.lists(st.text(st.sampled_from("abé中\n"), max_size=16), max_size=8)


def keys(texts: list[str | None], source: str | None = "one") -> list[int]:
    rows = [{"document": at, "source": source, "text": text, "reason": None} for at, text in enumerate(texts)]
    batch = pa.RecordBatch.from_pylist(rows, schema=schemas.DOCUMENTS)
    return articles(batch)["key"].to_pylist()


def longest(text: str) -> tuple[str, ...]:
    return tuple(sorted(set(text.split("\n")), key=lambda line: (-len(line), line))[:LONGEST_LINES])


@given(TEXTS)
def test_articles_are_alike_if_their_longest_lines_are(texts: list[str]) -> None:
    found = keys(texts)
    expected = [longest(text) for text in texts]
    assert [found.index(key) for key in found] == [expected.index(lines) for lines in expected]


def test_the_order_of_lines_and_short_ones_do_not_matter_but_the_source_does() -> None:
    one, other = keys(["the first line\nsecond one\nthird\na", "third\nb\nthe first line\nsecond one"])
    assert one == other
    assert keys(["the first line\nsecond one\nthird\na"], None) != [one]
