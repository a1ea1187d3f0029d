"""Splits decide nothing, order decides nothing, and no bytes break a reader or get lost."""

from __future__ import annotations

import io
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cleaner.readers import ReaderOptions, plan
from cleaner.readers.fields import undecoded
from cleaner.readers.formats import ENDINGS
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


@settings(max_examples=300)
@given(
    st.binary(max_size=300),
    st.sampled_from(sorted({*ENDINGS} - {".warc", ".wet"})),
    st.sampled_from(["", ".gz", ".zst", ".bz2", ".xz"]),
    st.sampled_from([b"", b"PK\x03\x04", b"PAR1", b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd", b"{", b'[{"text":']),
)
def test_no_bytes_break_a_reader(content: bytes, ending: str, compression: str, head: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"in{ending}{compression}"
        path.write_bytes(head + content)
        (Path(folder) / "good.txt").write_text("x")
        rows = read([Path(folder)])
        assert rows[0]["id"] == "good.txt"
        for row in rows[1:]:
            content_given = row["text"] is not None or row["raw"] is not None
            assert content_given == (row["reason"] is None)
            assert row["location"].startswith("in")


def _archive(kind: str) -> bytes:
    out = io.BytesIO()
    members = {"a.txt": b"words " * 50, "b.jsonl": b'{"text": "x"}\n' * 20, "c.csv": b"text,n\nx,1\n" * 9}
    if kind == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in members.items():
                packed.writestr(name, content)
    elif kind == "parquet":
        pq.write_table(pa.table({"text": ["words"] * 50, "n": range(50)}), out)
    else:
        with tarfile.open(fileobj=out, mode="w:gz" if kind == "tgz" else "w") as archive:
            for name, content in members.items():
                facts = tarfile.TarInfo(name)
                facts.size = len(content)
                archive.addfile(facts, io.BytesIO(content))
    return out.getvalue()


ARCHIVES = {kind: _archive(kind) for kind in ("tar", "tgz", "zip", "parquet")}


@settings(max_examples=300)
@given(
    st.sampled_from(sorted(ARCHIVES)),
    st.lists(st.tuples(st.integers(0, 20_000), st.binary(min_size=1, max_size=9)), max_size=4),
    st.integers(0, 20_000),
)
def test_no_damage_to_an_archive_breaks_a_reader(kind: str, damage: list[tuple[int, bytes]], end: int) -> None:
    content = bytearray(ARCHIVES[kind])
    for place, change in damage:
        at = place % len(content)
        content[at : at + len(change)] = change
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"in.{kind}"
        path.write_bytes(content[: end or None])
        rows = read([path])
        assert all((row["reason"] is None) == (row["text"] is not None or row["raw"] is not None) for row in rows)


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
