"""Compressed files, archives, web archives, and the limits on what they unpack to."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from cleaner.errors import InputError
from cleaner.readers import ReaderOptions, plan

LINES = b'{"text": "a"}\n{"text": "b"}\n'
PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}


def read(path: Path, **options: Any) -> list[dict[str, Any]]:
    splits = plan([str(path)], ReaderOptions(**options)).splits
    return [row for split in splits for batch in split.read() for row in batch.to_pylist()]


def written(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def contents(rows: list[dict[str, Any]]) -> list[Any]:
    return [row["reason"] or row["text"] or row["raw"] for row in rows]


@pytest.mark.parametrize("ending", PACK)
def test_compressed_files(ending: str, tmp_path: Path) -> None:
    twice = PACK[ending](LINES) + PACK[ending](b'{"text": "c"}')
    assert contents(read(written(tmp_path, "in.jsonl" + ending, twice))) == ["a", "b", "c"]
    text = read(written(tmp_path, "in.txt" + ending, PACK[ending](b"words")))
    assert (text[0]["id"], text[0]["raw"]) == (f"in.txt{ending}", b"words")
    assert contents(read(written(tmp_path, "in" + ending, PACK[ending](LINES)))) == ["a", "b"]


@pytest.mark.parametrize("ending", PACK)
def test_cut_off_data_keeps_what_came_before(ending: str, tmp_path: Path) -> None:
    import random

    source = random.Random(1)
    lines = b"".join(b'{"text": "%s"}\n' % source.randbytes(500).hex().encode() for _ in range(500))
    rows = read(written(tmp_path, "in.jsonl" + ending, PACK[ending](lines)[:-9]))
    assert "data is cut off after" in rows[-1]["reason"]
    assert rows[-1]["location"] == "in.jsonl" + ending
    assert len(rows) > 100
    assert all(row["reason"] is None for row in rows[:-1])


@pytest.mark.parametrize(
    ("ending", "why"),
    [
        (".gz", r"Not a gzipped file \(b'no'\)"),
        (".bz2", "Invalid data stream"),
        (".xz", "Input format not supported by decoder"),
        (".zst", "Unknown frame descriptor"),
    ],
)
def test_broken_data(ending: str, why: str, tmp_path: Path) -> None:
    (row,) = read(written(tmp_path, "in.txt" + ending, b"no such data at all" * 9))
    assert re.search(rf"its \w+ data is broken after 0 bytes: .*{why}; is it \w+ data at all\?$", row["reason"])


def test_data_that_was_changed_says_what_does_not_fit(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(LINES))
    packed[-8] ^= 1
    rows = read(written(tmp_path, "in.jsonl.gz", bytes(packed)))
    assert re.search(r"its gzip data is broken after [\d,]+ bytes: CRC check failed", rows[-1]["reason"])


@pytest.mark.parametrize("ending", PACK)
def test_bombs(ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.readers.streams.FREE_BYTES", 1_000_000)
    path = written(tmp_path, "in.jsonl" + ending, PACK[ending](bytes(9 << 20)))
    (row,) = read(path)
    assert "like a decompression bomb" in row["reason"]
    (row,) = read(path, max_ratio=1_000_000, max_file_bytes=2 << 20)
    assert "it unpacks to more than 2,097,152 bytes" in row["reason"]


def tar(members: dict[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return out.getvalue()


def packed(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


MEMBERS = {
    "./a.txt": b"words",
    "sub/b.jsonl": LINES,
    "sub/c.jsonl.gz": gzip.compress(LINES),
    "noending": b"other words",
    "table.csv": b"text,n\nx,1\n",
    ".hidden": b"x",
    "../../up.txt": b"x",
    "/etc/abs.txt": b"x",
    "inner.zip": packed({"a.txt": b"x"}),
    "photo.txt": b"\x89PNG\r\n",
}
EXPECTED = {
    "a.txt": b"words",
    "sub/b.jsonl:1": "a",
    "sub/b.jsonl:2": "b",
    "sub/c.jsonl.gz:1": "a",
    "sub/c.jsonl.gz:2": "b",
    "noending": b"other words",
    "table.csv:2": "x",
    "../../up.txt": "its name in the archive leads out of it",
    "/etc/abs.txt": "its name in the archive leads out of it",
    "inner.zip": "it is an archive in an archive: unpack the outer one first",
    "photo.txt": "not text: a PNG image",
}


@pytest.mark.parametrize(("name", "mode"), [("in.tar", "w"), ("in.tar.gz", "w:gz"), ("in.tgz", "w:gz")])
def test_tar(name: str, mode: str, tmp_path: Path) -> None:
    rows = read(written(tmp_path, name, tar(MEMBERS, mode)))
    found = dict(zip((row["location"].removeprefix(name + "/") for row in rows), contents(rows), strict=True))
    assert found == {**EXPECTED, "link.txt": "it is a link or a device, which are not followed"}


@pytest.mark.parametrize("pack", [tar, packed])
def test_parquet_and_web_archives_in_archives(pack: Callable[[dict[str, bytes]], bytes], tmp_path: Path) -> None:
    pytest.importorskip("fastwarc")
    table = io.BytesIO()
    pq.write_table(pa.table({"text": ["a", "b"]}), table)
    members = {"p.parquet": table.getvalue(), "w.warc.gz": gzip.compress(RECORDS[0])}
    name = "in.tar" if pack is tar else "in.zip"
    rows = read(written(tmp_path, name, pack(members)))
    assert [row["location"] for row in rows][:3] == [
        f"{name}/p.parquet:1",
        f"{name}/p.parquet:2",
        f"{name}/w.warc.gz@0",
    ]
    assert rows[2]["raw"] == PAGE


def test_names_in_archives_that_are_not_utf8(tmp_path: Path) -> None:
    rows = read(written(tmp_path, "in.tar", tar({"caf\udce9.txt": b"words", "a/./b.txt": b"words"})))
    assert [row["id"] for row in rows[:2]] == ["in.tar/caf\\udce9.txt", "in.tar/a/./b.txt"]


def test_zip(tmp_path: Path) -> None:
    members = {name.removeprefix("./"): content for name, content in MEMBERS.items()}
    rows = read(written(tmp_path, "in.zip", packed(members)))
    assert dict(zip((row["location"][7:] for row in rows), contents(rows), strict=True)) == EXPECTED


@pytest.mark.parametrize("name", ["in.tar", "in.tar.gz", "in.zip"])
def test_broken_archives(name: str, tmp_path: Path) -> None:
    good = packed(MEMBERS) if name == "in.zip" else tar(MEMBERS, "w:gz" if name.endswith("gz") else "w")
    rows = read(written(tmp_path, name, good[: len(good) // 2]))
    assert rows[-1]["reason"]
    rows = read(written(tmp_path, name, b"nothing of the kind" * 100))
    assert [row["location"] for row in rows] == [name]
    assert rows[0]["reason"]


def test_members_of_a_zip_that_share_their_data_are_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.readers.streams.FREE_BYTES", 1_000_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"".join(b"%d words\n" % number for number in range(10_000)))
        archive.filelist *= 1_000
    rows = read(written(tmp_path, "in.zip", out.getvalue()))
    assert "like a decompression bomb" in rows[-1]["reason"]


def test_a_member_of_a_zip_without_a_name(tmp_path: Path) -> None:
    archive = bytearray(packed({"a": b"words"}))
    central = archive.index(b"PK\x01\x02")
    archive[central + 28] = 0
    archive[central + 32] = 1  # the name becomes the comment
    (row,) = read(written(tmp_path, "in.zip", bytes(archive)))
    assert row["reason"] is not None


def test_zip_bombs_and_locked_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.readers.streams.FREE_BYTES", 1_000_000)
    (row,) = read(written(tmp_path, "in.zip", packed({"a.txt": bytes(2_000_000)})))
    assert "like a decompression bomb" in row["reason"]
    locked = bytearray(packed({"a.txt": b"words", "b.txt": b"words"}))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    locked[6] |= 1
    first, second = read(written(tmp_path, "locked.zip", bytes(locked)))
    assert "encrypted" in first["reason"]
    assert second["raw"] == b"words"


def record(number: int, body: bytes, content_type: str, status: str = "200 OK", headers: str = "") -> bytes:
    http = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n{headers}\r\n".encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:record-{number}>\r\n"
        f"WARC-Date: 2024-05-01T00:00:00Z\r\nWARC-Target-URI: https://www.example.org/{number}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


PAGE = b"<html><p>caf\xe9</p></html>"
RECORDS = [
    record(0, PAGE, 'text/html; charset="ISO-8859-1"'),
    record(1, b"\x89PNG", "image/png"),
    record(2, PAGE, "text/html", "404 Not Found"),
    record(3, gzip.compress(PAGE), "text/html", headers="Content-Encoding: gzip\r\n"),
    record(4, PAGE, "text/html", headers="Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
    record(5, b"18\r\n" + PAGE + b"\r\n0\r\n\r\n", "text/html", headers="Transfer-Encoding: chunked\r\n"),
    record(6, b"words", "text/plain"),
]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_warc(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    pytest.importorskip("fastwarc")
    name = "in.warc" if pack is bytes else "in.warc.gz"
    rows = read(written(tmp_path, name, b"".join(pack(one) for one in RECORDS)))
    assert [row["id"] for row in rows] == [f"record-{number}" for number in (0, 2, 3, 4, 5, 6)]
    first, missing, *others, text = rows
    assert (first["url"], first["source"]) == ("https://www.example.org/0", "example.org")
    assert (first["kind"], first["raw"], first["charset"]) == ("html", PAGE, "iso-8859-1")
    assert (first["published"], first["location"]) == (None, f"{name}@0")
    assert missing["reason"] == "the server answered 404: it is no article"
    assert [row["raw"] for row in others] == [PAGE] * 3
    assert (text["kind"], text["raw"]) == ("text", b"words")


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_warc_with_broken_records(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    pytest.importorskip("fastwarc")
    parts = [pack(record(number, PAGE, "text/html")) for number in range(4)]
    parts[1] = bytes(60) + parts[1][60:]
    parts[3] = parts[3][:-30]
    rows = read(written(tmp_path, "in.warc.gz" if pack is gzip.compress else "in.warc", b"".join(parts)))
    assert [row["id"] for row in rows if row["raw"] == PAGE] == ["record-0", "record-2"]
    assert "records are broken here or after" in rows[1]["reason"]
    assert "cut off" in rows[-1]["reason"] or "broken" in rows[-1]["reason"]


def test_warc_pieces_make_the_whole(tmp_path: Path) -> None:
    pytest.importorskip("fastwarc")
    parts = [gzip.compress(one) for _ in range(4) for one in RECORDS]
    parts[9] = parts[9][:40] + bytes(30) + parts[9][70:]
    parts[15] = bytes(60) + parts[15][60:]
    parts[16] = b"\x1f\x8b\x08\x00" + parts[16][20:]
    path = written(tmp_path, "in.warc.gz", b"".join(parts))
    whole = [{**row, "document": 0} for row in read(path)]
    assert len(whole) == 22 + 2
    for size in (1, 7, 100, 333, 500, 1_000, 2_500):
        assert [{**row, "document": 0} for row in read(path, split_bytes=size)] == whole


def test_warc_record_that_is_too_large(tmp_path: Path) -> None:
    pytest.importorskip("fastwarc")
    path = written(tmp_path, "in.warc", record(0, b"x" * 200_000, "text/html") + record(1, b"x", "text/html"))
    first, second = read(path, max_record_bytes=1_000)
    assert "more than --max-record-bytes 1,000" in first["reason"]
    assert second["raw"] == b"x"


def test_warc_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "fastwarc", None)
    with pytest.raises(InputError, match=r"pip install 'news-corpus-cleaner\[warc\]'"):
        plan([str(written(tmp_path, "in.warc", RECORDS[0]))], ReaderOptions())
