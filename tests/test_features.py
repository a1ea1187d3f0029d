"""The scan and the features: the same bits on both paths, whatever the text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.boilerplate import classes, features, kernels, scan
from cleaner.boilerplate.prose import prose
from cleaner.lines import Lines

TEXTS = [
    "The minister said on Monday, 12 May 2020, that it was \u201cready\u201d. It was not.\n\nMore: a@b.org http://x.y/z",
    "\u4e2d\u56fd\u548c\u4fc4\u7f57\u65af\u540c\u610f\u52a0\u5f3a\u5408\u4f5c\u3002\n"
    "\u0627\u0644\u0635\u064a\u0646 \u062a\u062a\u0641\u0642\u0627\u0646\u061f\nПутин заявил, что 5 мая",
    "",
    "*** | \ud800 \U0001f600 \U00020000\n" + "wide\u3000space\tand\u00a0more " * 300,
]


def both(texts: list[str], monkeypatch: pytest.MonkeyPatch) -> list[tuple[scan.Scan, np.ndarray]]:
    lines = Lines.of(texts)
    results = []
    for plain in (1 << 40, -1):
        monkeypatch.setattr(kernels, "PLAIN", plain)
        kernels.compiled.cache_clear()
        seen = scan.scan(lines)
        results.append((seen, features.extract(lines, seen, seen.counts[:, kernels.WORDS] * 7 - 20)))
    return results


def test_compiled_and_plain_scan_give_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    (seen, columns), (other, others) = both(TEXTS * 3, monkeypatch)
    for left, right in zip(seen, other, strict=True):
        assert left.tobytes() == right.tobytes()
    assert columns.tobytes() == others.tobytes()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_text_has_finite_features_that_do_not_depend_on_its_neighbours_in_the_batch(texts: list[str]) -> None:
    lines = Lines.of(texts)
    seen = scan.scan(lines)
    columns = features.extract(lines, seen, np.zeros(len(lines), dtype=np.int32))
    assert columns.shape == (len(features.NAMES), len(lines))
    assert np.isfinite(columns).all()
    for at, text in enumerate(texts):
        alone = Lines.of([text])
        single = features.extract(alone, scan.scan(alone), np.zeros(len(alone), dtype=np.int32))
        assert np.array_equal(single, columns[:, lines.first[at] : lines.first[at + 1]])


def test_counts_are_what_the_line_says() -> None:
    seen = scan.scan(Lines.of(["BBC News: 3 people said it. Then, 44 left!"]))
    row = dict(enumerate(seen.counts[0].tolist()))
    assert row[kernels.WORDS] == 9
    assert row[kernels.CAPITALISED] == 3
    assert row[kernels.SHOUTED] == 1
    assert row[kernels.NUMBERS] == 2
    assert row[kernels.SENTENCES] == 1
    assert row[kernels.LAST] == classes.TERMINAL


def test_keys_fold_case_numbers_and_dates() -> None:
    lines = Lines.of(["Updated 3 May 2020, 10:15\nUPDATED 12 June 1999, 9:01\nUpdated by 3 May\n***"])
    key = scan.scan(lines).key.tolist()
    assert key[0] == key[1]
    assert len({key[0], key[2], 0}) == 3
    assert key[3] == 0


def test_a_sentence_in_pieces_is_one_piece_of_prose() -> None:
    text = "The council said in a report by\nthe mayor\n, who had asked for it, that the bridge would be closed.\nMenu"
    lines = Lines.of([text])
    is_prose, pieces, _ = prose(lines, scan.scan(lines))
    assert is_prose.tolist() == [1, 1, 1, 0]
    assert pieces.tolist() == [3, 3, 3, 1]


def test_a_line_of_many_megabytes_is_seen_by_its_ends() -> None:
    lines = Lines.of(["word " * 2_000_000])
    seen = scan.scan(lines)
    assert seen.length[0] == 10_000_000 - 1
    assert len(seen.words) < (scan.HEAD + scan.TAIL) // 4


def test_repeats_and_first_words_are_counted_within_the_document() -> None:
    lines = Lines.of(["Age: 19\nMenu\nAge: 20\nMenu\nMenu", "Menu"])
    columns = features.extract(lines, scan.scan(lines), np.zeros(len(lines), dtype=np.int32))
    named = dict(zip(features.NAMES, columns.tolist(), strict=True))
    assert named["copies"] == [1, 3, 1, 3, 3, 1]
    assert named["copy"] == [0, 0, 0, 1, 2, 0]
    assert named["opening"] == [2, 3, 2, 3, 3, 1]
