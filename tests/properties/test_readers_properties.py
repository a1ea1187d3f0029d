"""Splits decide nothing, and order decides nothing."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from cleaner.readers import ReaderOptions, plan
from cleaner.readers.fields import undecoded
from cleaner.readers.jsonl import lines

RECORDS = st.lists(
    st.one_of(
        st.fixed_dictionaries({"text": st.text(max_size=40)}).map(orjson.dumps),
        st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"")),
        st.just(b""),
    ),
    max_size=20,
)


def read(paths: list[Path], **options: Any) -> list[dict[str, Any]]:
    splits = plan([str(path) for path in paths], ReaderOptions(**options)).splits
    return [{**row, "document": 0} for split in splits for batch in split.read() for row in batch.to_pylist()]


@given(RECORDS, st.integers(1, 60), st.sampled_from([b"\n", b"\r\n"]))
@example([b'{"text":""}', b"\xfe\xff"], 1, b"\n")
@example([b'{"text":""}', b'\xef\xbb\xbf{"text":""}'], 1, b"\n")
def test_records_do_not_depend_on_splits(records: list[bytes], split: int, end: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.jsonl"
        path.write_bytes(end.join(records))
        assert read([path], split_bytes=split) == read([path])


@given(st.binary(max_size=200), st.integers(0, 40), st.integers(1, 64))
def test_lines_are_those_of_split(content: bytes, limit: int, block: int) -> None:
    class Slow(io.BytesIO):
        def read1(self, size: int | None = -1) -> bytes:
            return super().read1(min(size or block, block))

    found = list(lines(Slow(content), limit))
    expected = content.split(b"\n")
    if not expected[-1]:
        expected.pop()
    assert [size for _, size in found] == [len(line) for line in expected]
    assert [line for line, _ in found] == [line if len(line) <= limit else None for line in expected]


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_inputs_does_not_matter(contents: list[bytes], random: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.txt" for number in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
        sorted_rows = read(paths)
        random.shuffle(paths)
        assert read(paths) == sorted_rows
        good = [row for row in sorted_rows if row["reason"] is None]
        assert all(row["raw"] == contents[int(row["id"][0])] for row in good)


@given(st.text(st.characters()))
def test_undecoded_bytes_hold_the_string(text: str) -> None:
    raw = undecoded(text)
    for how in ("surrogateescape", "surrogatepass"):
        try:
            if raw.decode("utf-8", how) == text:
                return
        except UnicodeDecodeError:
            continue
    raise AssertionError(raw)
