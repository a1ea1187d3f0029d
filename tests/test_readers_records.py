"""Records with named fields: JSON lines, JSON, CSV, Parquet."""

from __future__ import annotations

import gzip
import tomllib
import tracemalloc
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleaner.readers import ReaderOptions, plan
from cleaner.schemas import INPUT

CASES = tomllib.loads((Path(__file__).parent / "cases" / "records.toml").read_text())["case"]


def read(path: Path, **options: Any) -> list[dict[str, Any]]:
    splits = plan([str(path)], ReaderOptions(**options)).splits
    return [row for split in splits for batch in split.read() for row in batch.to_pylist()]


def written(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_one_line(case: dict[str, Any], tmp_path: Path) -> None:
    line = case["line"].replace("@nested@", "[" * 200_000)
    (row,) = read(written(tmp_path, "in.jsonl", line.encode() + b"\n"), **case.get("options", {}))
    expected = dict(case["row"])
    if reason := expected.pop("reason", None):
        assert reason in row["reason"]
        assert row["text"] is None
        assert row["raw"] is None
    else:
        assert row["reason"] is None
    assert {name: row[name] for name in expected} == expected


def test_lines_are_numbered_and_blank_ones_skipped(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbf{"text": "a"}\r\n\r\n  \n{"text": "b"}\n{"text": "c"}'
    rows = read(written(tmp_path, "in.jsonl", content))
    assert [(row["location"], row["text"]) for row in rows] == [
        ("in.jsonl:1", "a"),
        ("in.jsonl:4", "b"),
        ("in.jsonl:5", "c"),
    ]


def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path) -> None:
    content = b'{"text": "a"}\n{"text": "' + b"x" * 5_000_000 + b'"}\n{"text": "c"}\n'
    rows = read(written(tmp_path, "in.jsonl", content), max_record_bytes=1_000)
    assert [row["text"] for row in rows] == ["a", None, "c"]
    assert rows[1]["reason"] == "its line has 5,000,012 bytes, more than --max-record-bytes 1,000"
    assert rows[1]["location"] == "in.jsonl:2"


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("in.jsonl", b'{"text": "'),
        ("in.json", b'[{"text": "'),
        ("in.csv", b'text,n\n"'),
        ("in.txt", b"words"),
        ("in.html", b"<html><p>words"),
    ],
)
def test_a_record_of_100_megabytes_is_rejected_in_little_memory(name: str, head: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, name, head)
    with path.open("r+b") as file:
        file.truncate(100 << 20)  # a sparse file: NULs that take no place on the disk
    tracemalloc.start()
    try:
        rows = read(path, max_record_bytes=1 << 20)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(rows) == 1
    assert "--max-record-bytes" in rows[0]["reason"]
    assert peak < 32 << 20


def test_lone_surrogates_and_odd_bytes_come_as_bytes(tmp_path: Path) -> None:
    content = rb'{"text": "a\ud800b"}' + b'\n{"text": "caf\xe9", "title": "\xe9", "id": "i\xe9"}\n'
    first, second = read(written(tmp_path, "in.jsonl", content))
    assert (first["text"], first["raw"]) == (None, b"a\xed\xa0\x80b")
    assert (second["text"], second["raw"], second["reason"]) == (None, b"caf\xe9", None)
    assert second["title"] is None
    assert second["metadata"] == r'{"title":"\\udce9"}'
    assert second["id"] == "i?"


def test_metadata_can_be_parsed_whatever_it_held(tmp_path: Path) -> None:
    line = rb'{"text": "x", "a": [NaN, 123456789012345678901234567890, "\ud800"], "\udc01": {"b": [true, null]}}'
    (row,) = read(written(tmp_path, "in.jsonl", line))
    assert orjson.loads(row["metadata"]) == {
        "a": [None, "123456789012345678901234567890", r"\ud800"],
        r"\udc01": {"b": [True, None]},
    }


@pytest.mark.parametrize("depth", [10, 190, 240, 250, 251, 252, 253, 254, 255, 300, 900, 1_020, 1_100])
def test_metadata_is_not_nested_too_deeply_for_writers(depth: int, tmp_path: Path) -> None:
    line = '{"text": "x", "a": ' + "[" * depth + "]" * depth + "}"
    (row,) = read(written(tmp_path, "in.jsonl", line.encode()))
    if row["reason"] is None:
        assert orjson.dumps({"id": "a", "metadata": orjson.loads(row["metadata"])})
    else:
        assert "nested" in row["reason"] or "not JSON" in row["reason"]
        assert depth > 190


def test_a_declared_charset_is_used_for_lines_that_are_not_utf8(tmp_path: Path) -> None:
    path = written(tmp_path, "in.jsonl", b'{"text": "caf\xe9"}\n{"text": "caf\xc3\xa9"}\n')
    assert [row["text"] for row in read(path, charset="windows-1252")] == ["café", "café"]


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (b'[{"text": "a"}, {"text": "b"}]', ["a", "b"]),
        (b"\xef\xbb\xbf [\n]", []),
        (b'{\n "text": "a"\n}', ["a"]),
        (b'{"text": "a"}\n{"text": "b"}\n', ["a", "b"]),
        (b'{\n"text": "a"}{\n"text": "b"}', ["a", "b"]),
        (b'{\n"status": "ok", "articles": [{"content": "a"}, {"content": "b"}]}', ["a", "b"]),
        (b'{"status": "ok", "articles": [{"content": "a"}, {"content": "b"}]}', ["a", "b"]),
        (b'{"articles": [{"content": "a"}, 5]}', ["a", "not an object"]),
        (b'{\n"a": [{"text": "a"}], "b": [{"text": "b"}]}', ["no field known to hold text"]),
        (b'[{"text": "a"}, 5, {"text": "b"}]', ["a", "not an object", "b"]),
        (b'[{"text": "a"} {"text": "b"}]', ["a", "a comma is missing"]),
        (b'[{"text": "a"}, {"text"', ["a", "not JSON"]),
        (b"[" + b"[" * 100_000, ["nested too deeply"]),
    ],
)
def test_json_files(content: bytes, texts: list[str], tmp_path: Path) -> None:
    rows = read(written(tmp_path, "in.json", content))
    assert len(rows) == len(texts)
    for row, text in zip(rows, texts, strict=True):
        assert text in (row["text"] or row["reason"])


def test_a_long_array_is_read_a_record_at_a_time(tmp_path: Path) -> None:
    long = "ü" * 700_000
    content = "[" + ",\n".join(f'{{"text": "{number}{long}"}}' for number in range(9)) + "]"
    rows = read(written(tmp_path, "in.json", content.encode()), max_record_bytes=2_000_000)
    assert [row["text"][0] for row in rows] == list("012345678")
    assert [row["id"] for row in rows][:2] == ["in.json#1", "in.json#2"]
    (row,) = read(tmp_path / "in.json", max_record_bytes=300_000)
    assert "more than --max-record-bytes 300,000" in row["reason"]


def test_csv(tmp_path: Path) -> None:
    content = '\ufeffid;title;body;note\r\n1;"a;b";"two\r\nlines";\r\n2;x\r\n3;;"a ""word""";n\n'
    first, second, third = read(written(tmp_path, "in.csv", content.encode()))
    assert (first["id"], first["title"], first["text"]) == ("1", "a;b", "two\r\nlines")
    assert first["metadata"] == '{"note":""}'
    assert second["reason"] == "its number of cells is 2, but that of the header is 4"
    assert second["location"] == "in.csv:4"
    assert (third["id"], third["title"], third["text"]) == ("3", None, 'a "word"')


def test_csv_in_another_charset_and_with_repeated_columns(tmp_path: Path) -> None:
    (row,) = read(written(tmp_path, "in.tsv", b"text\ttext\tn\ncaf\xe9\tb\tc\n"))
    assert row["raw"] == b"caf\xe9"
    assert row["metadata"] == '{"text_2":"b","n":"c"}'


def test_csv_cells_and_lines_that_are_too_large(tmp_path: Path) -> None:
    content = b"id,text\n1," + b"x" * 300 + b'\n2,"' + b"word\n" * 60 + b'"\n3,ok\n'
    rows = read(written(tmp_path, "in.csv", content), max_record_bytes=200)
    assert "it has a line of 302 bytes" in rows[0]["reason"]
    assert "field larger than field limit" in rows[1]["reason"]
    assert [row["text"] for row in rows if row["reason"] is None] == ["ok"]


def parquet(path: Path) -> Path:
    table = pa.table(
        {
            "uid": pa.array(range(50), pa.int64()),
            "body": [f"text {number}" for number in range(49)] + [None],
            "date": pa.array([date(2024, 5, 1)] * 50),
            "blob": [b"caf\xe9"] * 50,
        }
    )
    pq.write_table(table, path, row_group_size=10)
    return path


def test_parquet(tmp_path: Path) -> None:
    rows = read(parquet(tmp_path / "in.parquet"))
    assert (rows[3]["id"], rows[3]["text"], rows[3]["published"]) == ("3", "text 3", "2024-05-01")
    assert rows[3]["metadata"] == r'{"blob":"caf\\xe9"}'
    assert rows[3]["location"] == "in.parquet:4"
    assert rows[49]["reason"] == "its text (field 'body') is null, not a string"


def test_parquet_is_cut_at_row_groups(tmp_path: Path) -> None:
    path = parquet(tmp_path / "in.parquet")
    cut = plan([str(path)], ReaderOptions(split_bytes=1))
    parts = [part for split in cut.splits for part in split.parts]
    assert [(part.start, part.end, part.line) for part in parts] == [(n, n + 1, n * 10 + 1) for n in range(5)]
    whole = [{**row, "document": 0} for row in read(path)]
    assert [{**row, "document": 0} for row in read(path, split_bytes=1)] == whole


def test_binary_column_as_text(tmp_path: Path) -> None:
    (row, *_) = read(parquet(tmp_path / "in.parquet"), text_field="blob")
    assert (row["text"], row["raw"]) == (None, b"caf\xe9")


def test_a_value_of_parquet_that_python_lacks_costs_its_row_alone(tmp_path: Path) -> None:
    days = pa.array([1, 2**31 - 1, 3, 4], pa.date32())
    texts = pa.Array.from_buffers(pa.string(), 4, pa.array([b"a", b"b", b"\xff", b"d"]).buffers())
    pq.write_table(pa.table({"text": texts, "day": days}), tmp_path / "in.parquet")
    rows = read(tmp_path / "in.parquet")
    assert [row["text"] for row in rows] == ["a", None, None, "d"]
    assert all("it holds a value that cannot be read" in row["reason"] for row in rows[1:3])


def test_a_damaged_page_of_parquet_takes_little_memory(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a", "b"]}), tmp_path / "in.parquet")
    content = bytearray((tmp_path / "in.parquet").read_bytes())
    content[9:14] = b"\xfe\xff\xff\xff\x0f"  # the size of the first page: 2 GiB
    before = pa.default_memory_pool().max_memory()
    rows = read(written(tmp_path, "in.parquet", bytes(content)))
    assert "the Parquet data cannot be read from row 1 on" in rows[0]["reason"]
    assert pa.default_memory_pool().max_memory() < before + (100 << 20)


def test_columns_of_parquet_of_one_name_are_all_kept(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], ["text", "text"]), tmp_path / "in.parquet")
    (row,) = read(tmp_path / "in.parquet")
    assert (row["text"], row["metadata"]) == ("a", '{"text_2":"b"}')


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no parquet at all", b"PAR1" + bytes(100) + b"PAR1"])
def test_broken_parquet_is_rejected(content: bytes, tmp_path: Path) -> None:
    (row,) = read(written(tmp_path, "in.parquet", content))
    assert row["location"] == "in.parquet"
    assert "the Parquet data cannot be read" in row["reason"]


def test_batches_are_bounded_and_numbered(tmp_path: Path) -> None:
    lines = b'{"text": "a"}\n' * 4_500 + b'{"text": "' + b"x" * (9 << 20) + b'"}\n{"text": "b"}\n'
    path = written(tmp_path, "in.jsonl.gz", gzip.compress(lines, 1))  # a compressed file is one split
    (split,) = plan([str(path)], ReaderOptions()).splits
    batches = list(split.read())
    assert [len(batch) for batch in batches] == [2_000, 2_000, 500, 1, 1]
    assert all(batch.schema == INPUT for batch in batches)
    numbers = [number for batch in batches for number in batch["document"].to_pylist()]
    assert numbers == list(range(4_502))


@pytest.mark.parametrize("name", ["in.jsonl", "in.json", "in.csv"])
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_exports(name: str, codec: str, tmp_path: Path) -> None:
    lines = ["id,text"] + [f"{n},ü€{n}" for n in range(500)]
    if name != "in.csv":
        lines = [f'{{"id": {n}, "text": "ü€{n}"}}' for n in range(500)]
    path = written(tmp_path, name, ("\ufeff" + "\n".join(lines)).encode(codec))
    rows = read(path, split_bytes=1_000)
    assert [(row["id"], row["text"]) for row in rows] == [(str(n), f"ü€{n}") for n in range(500)]


def test_utf16_that_is_cut_off(tmp_path: Path) -> None:
    rows = read(written(tmp_path, "in.jsonl", '\ufeff{"text": "a"}\n{"te'.encode("utf-16-le") + b"x"))
    assert rows[-1]["reason"]
