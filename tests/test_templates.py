"""Templates: what repeats in a source is learned in any order, and news that repeats is not."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from cleaner.boilerplate import templates
from cleaner.boilerplate.templates import Templates
from cleaner.errors import ConfigError
from cleaner.learning import day_of
from cleaner.lines import Lines

WIRE = (
    "The central bank raised its key rate by a quarter of a point on Tuesday, saying that prices had risen faster "
    "than it had expected and that it would not hesitate to act again before the end of the year if needed."
)


def learned(
    documents: list[tuple[str | None, str]], days: list[int | None] | None = None, batch: int = 1000
) -> pa.Table:
    days = days or [None] * len(documents)
    batches = []
    for at in range(0, len(documents), batch):
        some = documents[at : at + batch]
        texts = pa.array([text for _, text in some])
        batches.append(templates.count_rows(texts, [source for source, _ in some], days[at : at + batch]))
    sizes = Counter(source or "" for source, _ in documents)
    return templates.learn(pa.Table.from_batches(batches, templates.ROWS), sizes)


def pages(source: str | None, count: int) -> list[tuple[str | None, str]]:
    return [
        (
            source,
            f"Home | News\nStory {'abcdefghij'[n % 10]}{n} of {source}.\nUpdated {n} May 20{n:02}\nShare this",
        )
        for n in range(count)
    ]


def test_lines_of_a_source_are_learned_with_their_place_and_share() -> None:
    rows = {row["text"]: row for row in learned(pages("one", 8), days=list(range(8))).to_pylist()}
    assert {"Home | News", "Share this"} <= set(rows)
    assert rows["Home | News"]["documents"] == 8
    assert rows["Home | News"]["share"] == 1.0
    assert rows["Home | News"]["days"] == 8
    assert any(text.startswith("Updated") for text in rows)


def test_days_before_1970_are_days_and_no_day_is_none() -> None:
    written = ("1969-12-31", "1969-12-30T08:00", "1901-01-01", "1970-01-01", None, "?")
    days = [day_of(published) for published in written]
    assert days == [-1, -2, -25202, 0, None, None]
    rows = {row["text"]: row for row in learned(pages("one", 6), days=days, batch=2).to_pylist()}
    assert rows["Home | News"]["days"] == 4


def test_order_and_batches_do_not_matter() -> None:
    documents = pages("one", 12) + pages("two", 7) + pages(None, 9)
    expected = learned(documents)
    shuffled = list(documents)
    random.Random(3).shuffle(shuffled)
    assert learned(shuffled, batch=5).equals(expected)


def test_wire_copy_in_many_sources_is_not_a_template() -> None:
    documents = [(f"paper{n}", WIRE) for n in range(40)] + [("paper1", WIRE)] * 3
    assert learned(documents).num_rows == 0


def test_a_reprinted_paragraph_is_not_a_template_but_a_notice_on_every_page_is() -> None:
    notice = "All rights reserved. No part of this page may be copied or sent on without leave, in any form."
    documents = [
        ("one", f"Story {'abcdefghijklmnopqrst'[n]} begins.\n{notice}" + (f"\n{WIRE}" if n < 3 else ""))
        for n in range(20)
    ]
    texts = learned(documents)["text"].to_pylist()
    assert notice in texts
    assert WIRE not in texts


def test_without_sources_the_corpus_is_one_source_with_less_trust() -> None:
    named = {row["text"]: row["confidence"] for row in learned(pages("one", 8)).to_pylist()}
    unnamed = {row["text"]: row["confidence"] for row in learned(pages(None, 8)).to_pylist()}
    assert unnamed["Share this"] < named["Share this"]


def test_matching_is_by_source_and_folds_numbers_and_case() -> None:
    known = Templates.of([learned(pages("one", 8))])
    lines = Lines.of(["SHARE THIS\nSomething else", "Share this", "Updated 77 June 1999"])
    marks = known.match(lines, ["one", "two", "one"])
    assert [mark.row for mark in marks] == [0, 3]
    assert all(mark.detector == "templates" and mark.confidence >= 0.5 for mark in marks)


def test_templates_are_saved_and_loaded(tmp_path: Path) -> None:
    known = Templates.of([learned(pages("one", 8)), learned(pages("two", 8))])
    known.save(tmp_path / "templates.jsonl")
    again = Templates.load(tmp_path / "templates.jsonl")
    assert again.table.equals(known.table)
    lines = Lines.of(["Share this\nNews\nHome | News"])
    assert again.match(lines, ["two"]) == known.match(lines, ["two"])


@pytest.mark.parametrize(
    "broken",
    [
        *("{", "[]", '{"source": "x"}', '{"text": "a\\nb"}', '{"text": "a", "documents": "many"}'),
        *(
            f'{{"text": "a", "{name}": {value}}}'
            for name in ("documents", "confidence")
            for value in (1 << 63, -1 << 63)
        ),
    ],
)
def test_a_broken_file_is_a_clear_error(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "templates.jsonl"
    path.write_text(broken + "\n")
    with pytest.raises(ConfigError, match="templates"):
        Templates.load(path)


def test_no_templates_match_nothing() -> None:
    assert Templates.of([]).match(Lines.of(["Share this"]), ["one"]) == []
    assert Templates.of([learned(pages("one", 8))]).match(Lines.of([]), []) == []
    assert templates.count_rows(pa.array(["", "***"]), [None, "a"], [None, 3]).num_rows == 0
