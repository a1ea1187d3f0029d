"""URLs: fsspec's memory file system, and a web server on this machine."""

from __future__ import annotations

import functools
import gzip
import http.server
import io
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from cleaner.config import Config
from cleaner.errors import InputError
from cleaner.readers import ReaderOptions, plan, remote
from cleaner.resuming import differences, identity

LINES = b"".join(b'{"text": "%d"}\n' % number for number in range(100))


def read(*urls: str, **options: Any) -> list[dict[str, Any]]:
    splits = plan(urls, ReaderOptions(**options)).splits
    return [{**row, "document": 0} for split in splits for b in split.read() for row in b.to_pylist()]


@pytest.fixture
def memory() -> Iterator[str]:
    system = fsspec.filesystem("memory")
    system.pipe(
        {
            "/corpus/a.txt": b"words",
            "/corpus/.hidden": b"x",
            "/corpus/sub/b.jsonl": LINES,
            "/corpus/sub/c.txt.gz": gzip.compress(b"other words"),
        }
    )
    yield "memory://corpus"
    system.rm("/corpus", recursive=True)


def test_a_remote_folder(memory: str) -> None:
    first, *records, last = read(memory)
    assert (first["id"], first["raw"]) == ("a.txt", b"words")
    assert (last["id"], last["raw"]) == ("sub/c.txt.gz", b"other words")
    assert [row["text"] for row in records] == [str(number) for number in range(100)]
    assert records[1]["id"] == "sub/b.jsonl@14"
    assert read(memory, split_bytes=100) == [first, *records, last]


def test_remote_patterns_and_files(memory: str) -> None:
    assert [row["id"] for row in read(f"{memory}/*.txt")] == ["a.txt"]
    assert [row["id"] for row in read(f"{memory}/a.txt", f"{memory}/sub/*.gz")] == ["a.txt", "sub/c.txt.gz"]
    assert len(read(f"{memory}/**/*.jsonl")) == 100


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("memory://nowhere", "there is nothing at this URL"),
        ("memory://corpus/*.pdf", "there are no files there"),
        ("nosuch://a/b", "nosuch://a/b: cannot be read"),
    ],
)
def test_missing_urls(url: str, message: str, memory: str) -> None:
    with pytest.raises(InputError, match=message):
        plan([url], ReaderOptions())


def test_a_missing_driver_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(url: str) -> Any:
        raise ImportError("no driver")

    monkeypatch.setattr("fsspec.core.url_to_fs", missing)
    with pytest.raises(InputError, match=r"pip install 'news-corpus-cleaner\[s3\]'"):
        plan(["s3://bucket/corpus"], ReaderOptions())


def test_a_driver_that_fails_while_reading(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = plan([f"{memory}/a.txt"], ReaderOptions())

    def failing(*_: Any, **__: Any) -> Any:
        raise LookupError("the lease ended")

    monkeypatch.setattr("fsspec.implementations.memory.MemoryFileSystem._open", failing)
    ((row,),) = [batch.to_pylist() for batch in found.splits[0].read()]
    assert row["reason"] == "it cannot be opened: the lease ended"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    pytest.importorskip("aiohttp")
    (tmp_path / "a.jsonl").write_bytes(LINES)
    (tmp_path / "page").write_bytes(b"<!doctype html><p>x</p>")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("b.txt", "words")
    (tmp_path / "in.zip").write_bytes(packed.getvalue())
    handler = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_web(web: str) -> None:
    rows = read(f"{web}/a.jsonl", split_bytes=100)
    assert [row["text"] for row in rows] == [str(number) for number in range(100)]
    assert rows[1]["id"] == "a.jsonl:2"
    (page,) = read(f"{web}/page")
    assert (page["id"], page["kind"], page["url"], page["source"]) == ("page", "html", f"{web}/page", "127.0.0.1")
    (packed,) = read(f"{web}/in.zip")
    assert (packed["id"], packed["raw"]) == ("in.zip/b.txt", b"words")


def test_pages_that_differ_in_their_query_have_different_names(web: str) -> None:
    first, second = read(f"{web}/page?secret=1", f"{web}/page?secret=2")
    assert first["id"] != second["id"]
    assert "secret" not in first["id"] + second["id"]


def test_the_web_without_the_page_or_the_server(web: str) -> None:
    with pytest.raises(InputError, match="there is nothing at this URL"):
        plan([f"{web}/nothing"], ReaderOptions())
    found = plan(["http://127.0.0.1:9/a.txt"], ReaderOptions())
    assert "it cannot be reached" in found.notes[0]
    ((row,),) = [batch.to_pylist() for batch in found.splits[0].read()]
    assert row["reason"].startswith("it cannot be opened")


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"ETag": '"a"', "LastModified": "today", "size": 3}, 'etag "a"'),
        ({"e_tag": None, "Last-Modified": "today"}, "lastmodified today"),
        ({"md5Hash": "b", "updated": "today"}, "md5hash b"),
        ({"mtime": 12.5, "created": 3}, "mtime 12.5"),
        ({"size": 3, "name": "a"}, ""),
    ],
)
def test_the_state_of_a_remote_file_is_the_surest_that_is_said(facts: dict[str, Any], state: str) -> None:
    assert remote._state(facts) == state


def test_a_remote_file_that_was_changed_is_another_input(memory: str) -> None:
    def now() -> dict[str, Any]:
        return identity(Config(), plan([memory], ReaderOptions()))

    before = now()
    assert now() == before
    fsspec.filesystem("memory").pipe("/corpus/a.txt", b"WORDS")
    assert list(differences(before, now())) == ["the input files were changed or renamed"]
