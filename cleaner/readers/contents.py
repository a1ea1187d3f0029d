"""From the bytes of one file, or of one member of an archive, to rows."""

from __future__ import annotations

import lzma
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from cleaner.errors import InputError, RecordError
from cleaner.readers.fields import Record, rows
from cleaner.readers.formats import is_utf16, not_text
from cleaner.readers.jsonl import read_jsonl
from cleaner.readers.options import ReaderOptions
from cleaner.readers.rows import Row, rejected
from cleaner.readers.streams import recode, unpack

#: What the libraries below raise on broken data.
ERRORS = (
    RecordError,
    InputError,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
)


def records(kind: str) -> Callable[..., Iterator[Record]] | None:
    """Return the reader of a format whose records have named fields, None for other formats."""
    if kind == "jsonl":
        return read_jsonl
    if kind == "json":
        from cleaner.readers.jsonvalues import read_json

        return read_json
    if kind in {"csv", "tsv", "parquet"}:
        from cleaner.readers import tables

        return {"csv": tables.read_csv, "tsv": tables.read_tsv, "parquet": tables.read_parquet}[kind]
    return None


def read(stream: BinaryIO, name: str, kind: str, options: ReaderOptions, **place: Any) -> Iterator[Row]:
    """Yield the records of an unpacked stream of a known format; ``place`` is the part of it to read.

    Raises:
        RecordError: the rest cannot be read.
    """
    if kind in {"parquet", "zip", "warc"} and not stream.seekable():
        with _spooled(stream) as copy:
            yield from read(copy, name, kind, options, **place)
    elif reader := records(kind):
        stream = stream if place.get("start") else in_utf8(stream, kind)
        yield from rows(reader(stream, name, options, **place), options)
    elif kind == "warc":
        from cleaner.readers.warc import read_warc

        yield from read_warc(stream, name, options, **place)
    elif kind in {"tar", "zip"}:
        from cleaner.readers.archives import read_archive

        yield from read_archive(stream, name, kind, options)
    else:
        yield _document(stream, name, kind, options)


def unpacked(stream: BinaryIO, kind: str, compression: str | None, options: ReaderOptions) -> BinaryIO:
    """Decompress a stream, except web archives: their records are compressed one by one, and skipped so."""
    if compression is None or (kind == "warc" and compression in {"gzip", "zstd"}):
        return stream
    return unpack(stream, compression, options)


def in_utf8(stream: BinaryIO, kind: str) -> BinaryIO:
    """Recode a stream of records that is in UTF-16, as some programs export them."""
    return recode(stream) if kind != "parquet" and is_utf16(stream) else stream


def _document(stream: BinaryIO, name: str, kind: str, options: ReaderOptions) -> Row:
    """The one document of a file of text or HTML; its id is its name."""
    limit = options.max_record_bytes
    raw = stream.read(limit + 1)
    if len(raw) > limit:
        return rejected(name, f"it has more than --max-record-bytes {limit:,}", name)
    if what := not_text(raw, kind):
        return rejected(name, f"not text: {what}", name)
    kind = "html" if kind == "html" else "text"
    return Row(id=name, kind=kind, raw=raw, charset=options.charset, location=name)


@contextmanager
def _spooled(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Copy a stream to where one can seek: memory if small, else an unnamed temporary file."""
    with tempfile.SpooledTemporaryFile(max_size=16 << 20) as copy:
        shutil.copyfileobj(stream, copy, 1 << 20)
        copy.seek(0)
        yield cast(BinaryIO, copy)


def problem_of(error: Exception) -> str:
    """Say what went wrong while a file was read."""
    if isinstance(error, RecordError | InputError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"it cannot be read: {error.strerror}"
    return f"it cannot be read: {error or type(error).__name__}"
