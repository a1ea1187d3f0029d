"""Web archives (WARC 1.0 and 1.1, ISO 28500): the HTML and text responses of a crawl."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Literal

import orjson

from cleaner.errors import InputError, RecordError
from cleaner.readers.fields import host
from cleaner.readers.options import ReaderOptions
from cleaner.readers.rows import Row, rejected

KINDS = {"text/html": "html", "application/xhtml+xml": "html", "text/plain": "text"}

#: Where a record may begin again after a broken one: a gzip member, or a version line after an empty one.
_NEXT = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]|\r\n\r\nWARC/1\.")
_BLOCK = 1 << 20

#: HTTP headers may take this many bytes beside the content.
HEADERS = 64 << 10


def require() -> None:
    """Raise InputError if web archives cannot be read here."""
    try:
        import fastwarc  # noqa: F401
    except ImportError:
        message = "reading WARC files needs fastwarc: pip install 'news-corpus-cleaner[warc]'"
        raise InputError(message) from None


def read_warc(
    stream: BinaryIO,
    name: str,
    options: ReaderOptions,
    start: int = 0,
    end: int | None = None,
    line: int | None = None,
) -> Iterator[Row]:
    """Yield the HTML and text records of a seekable stream, compressed or not, named by their byte in it.

    Responses, resources and conversions are read; images, scripts and requests are no documents. A broken
    record is rejected, and reading goes on where the next one seems to begin. Of a piece of a stream, the
    records are read that begin in it; what is broken is rejected once, with the last good record before it.
    ``line`` is of no meaning here.
    """
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    wanted = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion
    place = _next(stream, start) if start else 0
    broken = start > 0
    while place is not None and (end is None or place < end):
        stream.seek(place)
        try:
            for record in ArchiveIterator(stream, record_types=wanted, parse_http=False, fsspec_args=False):
                place, broken = record.stream_pos, False
                if end is not None and place >= end:
                    return
                if found := _row(record, f"{name}@{place}", options):
                    yield found
            return
        except (OSError, ValueError) as problem:
            if not broken:
                yield rejected(f"{name}@{place}", f"records are broken here or after the one here: {problem}")
            broken = True
        place = _next(stream, place + 1)


def _row(record: Any, location: str, options: ReaderOptions) -> Row | None:
    headers = record.headers
    identifier = (record.record_id or "").strip("<>").removeprefix("urn:uuid:") or None
    url = headers.get("WARC-Target-URI")
    try:
        media, charset, raw = _payload(record, options.max_record_bytes)
    except RecordError as problem:
        return rejected(location, str(problem), identifier)
    kind = KINDS.get(media)
    if kind is None or (url or "").endswith("/robots.txt"):
        return None
    return Row(
        id=identifier or location,
        source=host(url),
        url=url,
        kind=kind,
        raw=raw,
        charset=options.charset or charset,
        metadata=orjson.dumps({"warc_date": headers.get("WARC-Date")}).decode(),
        location=location,
    )


def _payload(record: Any, limit: int) -> tuple[str, str | None, bytes]:
    """Return media type, charset and content of a record; content that is no document may be left out."""
    if not record.is_http:
        media, _, parameters = (record.headers.get("Content-Type") or "").lower().partition(";")
        charset = parameters.partition("charset=")[2].strip(" \"';")
        return media.strip(), charset or None, _block(record, limit) if media.strip() in KINDS else b""
    block = _block(record, limit)
    for decoding in ("all", "none"):
        try:
            answer = _parse(block, decoding)
            media = answer.http_content_type or ""
            raw = answer.reader.read(limit + 1) if media in KINDS else b""
        except OSError:  # servers declare encodings that the content does not have
            continue
        status = answer.http_headers.status_code
        if media in KINDS and status != 200:
            raise RecordError(f"the server answered {status}: it is no article")
        if len(raw) > limit:
            raise RecordError(f"it has more than --max-record-bytes {limit:,}")
        return media, (answer.http_charset or "").strip("\"' ") or None, raw
    raise RecordError("its HTTP response cannot be parsed")


def _block(record: Any, limit: int) -> bytes:
    block: bytes = record.reader.read(limit + HEADERS)
    if len(block) < min(record.content_length, limit + HEADERS):
        raise RecordError(f"it is cut off after {len(block):,} of {record.content_length:,} bytes")
    if len(block) == limit + HEADERS:
        raise RecordError(f"it has {record.content_length:,} bytes, more than --max-record-bytes {limit:,}")
    return block


def _parse(block: bytes, decoding: Literal["none", "content", "transfer", "all"]) -> Any:
    """Parse an HTTP response; ``decoding`` undoes its content and transfer encodings, or does not."""
    from fastwarc.warc import WarcRecord, WarcRecordType

    answer = WarcRecord()
    answer.init_headers(WarcRecordType.response)
    answer.is_http = True
    answer.set_bytes_content(block)
    answer.parse_http(auto_decode=decoding)
    return answer


def _next(stream: BinaryIO, at: int) -> int | None:
    """Return the first place from ``at`` on where a record may begin."""
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
