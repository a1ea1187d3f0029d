"""Whatever comes in, nothing breaks and nothing is lost: each record is kept, or rejected with a reason."""

from __future__ import annotations

import bz2
import datetime
import gzip
import io
import json
import lzma
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from running import clean, records, restored

from cleaner.boilerplate.automata import check
from cleaner.boilerplate.rule_files import Rule, read_rules
from cleaner.boilerplate.rules import RuleSet
from cleaner.errors import ConfigError, InputError
from cleaner.lines import Lines
from cleaner.readers import ReaderOptions, plan
from cleaner.readers.formats import ENDINGS

#: Examples are files and whole corpora: shrinking one would take minutes.
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
PACK: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": zstandard.ZstdCompressor().compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}
MEMBERS = {"a.txt": b"words " * 50, "b.jsonl": b'{"text": "x"}\n' * 20, "c.csv": b"text,n\nx,1\n" * 9}


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in MEMBERS.items():
            facts = tarfile.TarInfo(name)
            facts.size = len(content)
            archive.addfile(facts, io.BytesIO(content))
    return out.getvalue()


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in MEMBERS.items():
            archive.writestr(name, content)
    return out.getvalue()


def _parquet(**columns: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def _warc(count: int) -> bytes:
    page = b"<html><p>A ferry left the harbour at nine.</p></html>"
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(page), page)
    head = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n"
    return head % (len(http), http) * count


DAYS = [datetime.date(2024, 2, 29), None, datetime.date(1, 1, 1)]
GOOD: dict[str, bytes] = {
    ".txt": "The ferry’s café was closed – “again”.\n".encode() * 9,
    ".html": b"<!doctype html><title>Ferry</title><p>A ferry left the harbour at nine, the captain said.</p>",
    ".jsonl": b'{"text": "x", "id": 1, "n": {"a": [1, 2.5e3]}}\n{"text": "\\u00e9", "authors": ["a"]}\n' * 9,
    ".json": b'[{"text": "x"}, {"text": "y", "tags": ["a", {"b": null}]}]',
    ".csv": b'text,id\n"a ""quoted"" cell,\nof two lines",1\nplain,2\n' * 5,
    ".tsv": b"text\tid\nwords\t1\n" * 5,
    ".tar": _tar(),
    ".zip": _zip(),
    ".parquet": _parquet(text=["a", "b", "c"], day=DAYS, tags=[["x"], [], None], raw=[b"\xff", b"", None]),
    ".warc": _warc(4),
}

#: Pieces that parsers stumble over.
ODD = st.sampled_from(
    [
        b'"', b'""', b"'", b",", b"\t", b"\n", b"\r", b"\r\n", b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff",
        b"\xed\xa0\x80", b"\\ud800", b"\\u0000", b"[" * 2_000, b'{"text":' * 2_000, b"9" * 5_000, b"1e999", b"-0",
        b"NaN", b'"text": "again",', b"\xff" * 8, b"\x7f\xff\xff\xff", bytes(40), b"\x80", b"</p>", b"<p>" * 3_000,
    ]
)  # fmt: skip
DAMAGE = st.lists(
    st.tuples(st.integers(0, 1 << 16), st.integers(0, 12), st.one_of(ODD, st.binary(max_size=9))), max_size=4
)


def damaged(content: bytes, damage: list[tuple[int, int, bytes]], end: int | None) -> bytes:
    """Put pieces in the place of some bytes, here and there, and cut off the rest."""
    for at, gone, piece in damage:
        at %= len(content) + 1
        content = content[:at] + piece + content[at + gone :]
    return content if end is None else content[: end % (len(content) + 1)]


def read(path: Path, **options: Any) -> list[dict[str, Any]]:
    """Read a file beside a good one; check that this comes through, and that each row is content or a reason."""
    (path.parent / "good.txt").write_text("x")
    splits = plan([str(path.parent)], ReaderOptions(**options)).splits
    rows = [row for split in splits for batch in split.read() for row in batch.to_pylist()]
    assert sum(row["id"] == "good.txt" and row["raw"] == b"x" for row in rows) == 1
    for row in rows:
        assert (row["reason"] is None) == (row["text"] is not None or row["raw"] is not None)
        assert row["location"].startswith(("good.txt", path.name))
    return [row for row in rows if row["location"] != "good.txt"]


@settings(max_examples=250, phases=NO_SHRINKING)
@given(
    st.binary(max_size=300),
    st.sampled_from(sorted(ENDINGS)),
    st.sampled_from(sorted(PACK)),
    st.sampled_from([b"", b"PK\x03\x04", b"PAR1", b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd", b"{", b"WARC/1.1\r\n"]),
)
def test_no_bytes_break_a_reader(content: bytes, ending: str, compression: str, head: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"in{ending}{compression}"
        path.write_bytes(head + content)
        read(path)


@pytest.mark.parametrize("ending", GOOD)
@settings(max_examples=60, phases=NO_SHRINKING)
@given(st.sampled_from(sorted(PACK)), DAMAGE, st.none() | st.integers(0, 1 << 16), st.booleans())
def test_no_damage_breaks_a_reader(
    ending: str, compression: str, damage: list[tuple[int, int, bytes]], end: int | None, inside: bool
) -> None:
    content = GOOD[ending]
    content = PACK[compression](damaged(content, damage, end)) if inside else PACK[compression](content)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"in{ending}{compression}"
        path.write_bytes(content if inside else damaged(content, damage, end))
        read(path, max_record_bytes=10_000)


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.integers(-(10**400), 10**400), st.floats(),
        st.text(st.characters(), max_size=9), st.text(st.characters(codec=None), max_size=9),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec=None)), inner, max_size=4),
)  # fmt: skip
NAMES = st.sampled_from(["text", "html", "id", "source", "url", "date", "title", "authors", "language", "x", "", "\0"])


@settings(max_examples=70, phases=NO_SHRINKING)
@given(st.lists(st.lists(st.tuples(NAMES, JSON), max_size=6), min_size=1, max_size=6))
def test_each_object_is_one_record_whatever_it_holds(objects: list[list[tuple[str, Any]]]) -> None:
    """Also with a name given twice, numbers beyond all limits, lone surrogates, and values of the wrong kind."""
    lines = ["{" + ",".join(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in one) + "}" for one in objects]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.jsonl"
        path.write_text("\n".join(lines), encoding="ascii")
        places = [int(row["location"].partition(":")[2].partition("#")[0]) for row in read(path)]
        assert sorted(set(places)) == list(range(1, len(objects) + 1))


@settings(max_examples=150, phases=NO_SHRINKING)
@given(
    st.lists(st.lists(st.text(st.sampled_from('a",\n\r\t;\0é'), max_size=5), max_size=4), max_size=6),
    st.sampled_from([".csv", ".tsv"]),
)
def test_stray_quotes_and_cells(rows: list[list[str]], ending: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"in{ending}"
        sign = "," if ending == ".csv" else "\t"
        body = "\n".join(sign.join(row) for row in rows)
        path.write_text(f"text{sign}n\n{body}", encoding="utf-8", newline="")
        assert bool(read(path)) == bool(body.strip("\r\n"))


ARROW = st.sampled_from(
    [
        pa.date32(), pa.date64(), pa.timestamp("s"), pa.timestamp("ns"), pa.timestamp("us", "UTC"), pa.duration("us"),
        pa.timestamp("ms", "No/Where"), pa.time64("us"), pa.float64(), pa.decimal128(30, 3), pa.binary(), pa.bool_(),
    ]
)  # fmt: skip
STORED = {pa.date32(): 4, pa.decimal128(30, 3): 16}


@settings(max_examples=150, phases=NO_SHRINKING)
@given(ARROW, st.binary(min_size=48, max_size=48), st.sampled_from(["n", "text", "date", "id", "text_2"]))
def test_each_row_of_parquet_is_one_record_whatever_its_columns_hold(kind: Any, raw: bytes, name: str) -> None:
    """Values are any bits of their type: years that no calendar of Python's has, unknown time zones, not-a-number."""
    values = [raw[place : place + STORED.get(kind, 8)] for place in (0, 16, 32)]
    column = (
        pa.array([values[0], None, values[2]]) if kind == pa.binary()
        else pa.Array.from_buffers(kind, 3, [None, pa.py_buffer(b"".join(values))])
    )  # fmt: skip
    table = pa.Table.from_arrays([pa.array(["a", "b", "c"]), column], ["text", name])
    out = io.BytesIO()
    try:
        pq.write_table(table, out)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return  # what cannot be written does not come in
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.parquet"
        path.write_bytes(out.getvalue())
        assert [row["location"] for row in read(path)] == [f"in.parquet:{number}" for number in (1, 2, 3)]


@settings(max_examples=60, phases=NO_SHRINKING)
@given(st.one_of(st.text(st.characters(codec=None), max_size=12), st.sampled_from(["rot13", "hex", "idna", "utf-7"])))
def test_any_declared_charset(charset: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("in.csv", "in.jsonl", "in.json"):
            path = Path(folder) / name
            path.write_bytes(GOOD[path.suffix] + b"\xe9")
            try:
                read(path, charset=charset)
            except InputError as error:
                assert "unknown charset" in str(error)  # noqa: PT017
            path.unlink()


@settings(max_examples=5, phases=NO_SHRINKING, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(sorted(GOOD)), DAMAGE), min_size=20, max_size=30))
def test_the_counts_of_a_run_add_up(files: list[tuple[str, list[tuple[int, int, bytes]]]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        for number, (ending, damage) in enumerate(files):
            (folder / "in" / f"{number:03d}{ending}").write_bytes(damaged(GOOD[ending], damage, None))
        (folder / "in" / "good.txt").write_bytes(GOOD[".txt"])
        counts = clean(folder / "in", folder / "out", id_field="")["counts"]
        rejected = records(folder / "out" / "rejected.jsonl")
        kept = records(folder / "out" / "corpus.jsonl")
        assert counts["read"] == len(kept) + len(rejected)
        assert all(row["reason"] for row in rejected)
        back = restored(folder / "out", folder / "back")
        assert len(back) == len(kept)
        assert back["good.txt"] == GOOD[".txt"]


VALUES = st.recursive(
    st.one_of(
        st.integers(-(10**30), 10**30), st.booleans(), st.floats(), st.text(st.characters(codec="utf-8"), max_size=12),
        st.sampled_from(["start 3", "end 99999999999999", "start ²", "remove", "keep", "valley", "en", "{date}"]),
        st.text(st.sampled_from("ab (|)[]{}*-,date"), max_size=20),
    ),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
KEYS = st.sampled_from([field.name for field in fields(Rule)])
RULE: dict[str, Any] = {
    "name": "valley", "why": "w", "phrases": ["valley greets you"], "changes": ["Valley greets you"], "keeps": ["b"]
}  # fmt: skip


@settings(max_examples=200, phases=NO_SHRINKING)
@given(st.dictionaries(KEYS, VALUES, max_size=3), st.one_of(VALUES, st.dictionaries(st.just("piece"), VALUES)))
def test_any_rule_works_or_is_refused(values: dict[str, Any], pieces: Any) -> None:
    lines = [f"{key} = {_toml(one)}" for key, one in (RULE | values).items()]
    _use("\n".join([f"pieces = {_toml(pieces)}", "[[rule]]", *lines]))


@settings(max_examples=150, phases=NO_SHRINKING)
@given(st.text(st.characters(codec="utf-8")) | st.lists(st.sampled_from(["[", "]", "rule", "=", "3", '"', "{", "\n"])))
def test_any_rule_file_works_or_is_refused(content: str | list[str]) -> None:
    _use("".join(content))


def _use(content: str) -> None:
    """Use rules alone, without those of the package, which take long to read."""
    try:
        rules, pieces = read_rules([("own.toml", content)])
        for rule in rules:
            check(rule, pieces)
        marks = RuleSet(rules, pieces).match(Lines.of(["Valley greets you\nA ferry left at nine, we heard.\nb"]))
    except ConfigError as error:
        assert "own.toml" in str(error)  # noqa: PT017
        return
    assert {mark.rule for mark in marks} <= {rule.name for rule in rules}


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + "}"
    return repr(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
