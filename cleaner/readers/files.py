"""Files that are one document each: plain text and HTML."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from cleaner.readers.options import ReaderOptions
from cleaner.readers.rows import Row, rejected

#: What a file begins with that is surely no text, whatever its name says.
MAGIC = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a zip archive or office document",
    b"\x1f\x8b": "gzip data",
    b"\x28\xb5\x2f\xfd": "zstd data",
    b"BZh": "bzip2 data",
    b"\x7fELF": "a program",
    b"PAR1": "Parquet data",
}
UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_document(stream: BinaryIO, name: str, kind: str, options: ReaderOptions) -> Iterator[Row]:
    """Yield the one document of a file; its id is its name."""
    raw = stream.read(options.max_record_bytes + 1)
    if len(raw) > options.max_record_bytes:
        yield rejected(name, f"larger than --max-record-bytes {options.max_record_bytes:,}", name)
    elif what := not_text(raw, kind):
        yield rejected(name, f"not text: {what}", name)
    else:
        yield Row(id=name, kind=kind, raw=raw, charset=options.charset, location=name)


def not_text(head: bytes, kind: str = "other") -> str | None:
    """Say what the bytes are if they are surely no text."""
    found = next((what for magic, what in MAGIC.items() if head.startswith(magic)), None)
    if found is None and kind == "other" and b"\0" in head and not head.startswith(UTF16):
        found = "it has NUL characters"
    return found
