"""Web archives (WARC 1.0 and 1.1, ISO 28500): the HTML and text responses of a crawl."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from cleaner.errors import InputError, RecordError
from cleaner.readers.fields import host
from cleaner.readers.options import ReaderOptions
from cleaner.readers.rows import Row, rejected

KINDS = {"text/html": "html", "application/xhtml+xml": "html", "text/plain": "text"}

#: Where a record may begin again after a broken one: a gzip member, or a version line after an empty one.
_NEXT = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]|\r\n\r\nWARC/1\.")
_BLOCK = 1 << 20


def require() -> None:
    """Raise InputError if web archives cannot be read here."""
    try:
        import fastwarc  # noqa: F401
    except ImportError:
        message = "reading WARC files needs fastwarc: pip install 'news-corpus-cleaner[warc]'"
        raise InputError(message) from None


def read_warc(stream: BinaryIO, name: str, options: ReaderOptions) -> Iterator[Row]:
    """Yield HTML and text records of a seekable stream, compressed or not.

    Responses, resources and conversions are read; images, scripts, requests and redirects are no documents.
    A broken record is rejected, and reading goes on where the next one seems to begin.
    """
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    wanted = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion
    start: int | None = 0
    while start is not None:
        at = start
        stream.seek(start)
        try:
            for record in ArchiveIterator(stream, record_types=wanted, auto_decode="all", fsspec_args=False):
                at = start + record.stream_pos
                if row := _row(record, f"{name}@{at}", options):
                    yield row
            return
        except (OSError, ValueError, UnicodeError) as problem:
            yield rejected(f"{name}@{at}", f"a record at or after this byte is broken: {problem}")
        start = _resume(stream, at + 1)


def _row(record: Any, location: str, options: ReaderOptions) -> Row | None:
    headers = record.headers
    media = record.http_content_type or (headers.get("Content-Type") or "").split(";")[0].strip().lower()
    kind = KINDS.get(media)
    url = headers.get("WARC-Target-URI")
    if kind is None or (url or "").endswith("/robots.txt"):
        return None
    identifier = (record.record_id or "").removeprefix("<").removesuffix(">").removeprefix("urn:uuid:")
    status = record.http_headers.status_code if record.http_headers is not None else None
    if status is not None and status != 200:
        return rejected(location, f"the server answered {status}", identifier or None)
    limit = options.max_record_bytes
    raw = record.reader.read(limit + 1)
    if len(raw) > limit:
        return rejected(location, f"it has more than --max-record-bytes {limit:,}", identifier or None)
    if record.reader.read(1):
        raise RecordError("unreachable")
    charset = options.charset or record.http_charset
    facts = {"warc_date": headers.get("WARC-Date")}
    return Row(
        id=identifier or location,
        source=host(url),
        url=url,
        kind=kind,
        raw=raw,
        charset=charset,
        metadata=orjson.dumps(facts).decode(),
        location=location,
    )


def _resume(stream: BinaryIO, at: int) -> int | None:
    stream.seek(at)
    tail = b""
    while block := stream.read(_BLOCK):
        window = tail + block
        if found := _NEXT.search(window):
            begin = at - len(tail) + found.start()
            return begin if window[found.start()] == 0x1F else begin + 4
        at += len(block)
        tail = window[-16:]
    return None
