"""Lines counted from their bytes are the lines, and have the keys, that detectors of boilerplate look up."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.boilerplate import kernels, scan
from cleaner.boilerplate.line_keys import LONGEST, line_keys
from cleaner.lines import Lines

TEXTS = st.lists(st.text(st.sampled_from("aB7é,. \n\r\t\u2028\u3000中ß\U00020000𝄞\x1c"), max_size=30), max_size=6)


def expected(texts: list[str]) -> list[tuple[int, ...]]:
    lines = Lines.of(texts)
    seen = scan.scan(lines)
    rows = np.flatnonzero((seen.key != 0) & (seen.length <= LONGEST))
    first, before = lines.first, np.cumsum([0, *(len(text.encode()) for text in texts)])
    found = []
    for row in rows.tolist():
        document = int(lines.document[row])
        text, own = texts[document], before[document]
        start, end = (int(own) + len(text[: side[row]].encode()) for side in (lines.start, lines.end))
        place, back = row - int(first[document]), int(first[document + 1]) - row - 1
        found.append((int(seen.key[row]), document, start, end, int(seen.counts[row, kernels.WORDS]), place, back))
    return found


def rows(texts: list[str]) -> list[tuple[int, ...]]:
    return list(zip(*(column.tolist() for column in line_keys(pa.array(texts, pa.large_string()))), strict=True))


@given(TEXTS)
def test_lines_and_keys_are_those_of_the_scan(texts: list[str]) -> None:
    assert rows(texts) == expected(texts)


@pytest.mark.parametrize("plain", [1 << 40, -1])
def test_compiled_and_plain_find_the_same(plain: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "PLAIN", plain)
    kernels.compiled.cache_clear()
    long = "word " * 199 + "fifth"
    texts = ["", f"{long}\n \n{long}s\n7 May 2020 \n", f"{long} a\u2003\nЗавтра\n中国 5\n\U00020000x", "\n.\n"]
    assert rows(texts) == expected(texts)
    assert [row[1] for row in rows(texts)] == [1, 1, 2, 2, 2]
    kernels.compiled.cache_clear()


def test_no_texts_have_no_lines() -> None:
    assert rows([]) == rows([""]) == []
