"""Which format an input has, by the ending of its name, then by its first bytes."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable
from typing import Any

#: Formats by the ending of the name. ``json?`` is decided by content: one value, or one a line.
ENDINGS = {
    ".txt": "text", ".text": "text", ".md": "text",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json?",
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv",
    ".parquet": "parquet",
    ".warc": "warc", ".wet": "warc",
    ".tar": "tar", ".zip": "zip",
}  # fmt: skip
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bzip2", ".xz": "xz"}
SHORT = {".tgz": (".tar", "gzip"), ".tbz2": (".tar", "bzip2"), ".txz": (".tar", "xz")}
FORMATS = ("text", "html", "jsonl", "json", "csv", "tsv", "parquet", "warc", "tar", "zip")

#: Compressed and packed data by its first bytes.
MAGIC = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"PAR1": "parquet",
    b"PK\x03\x04": "zip",
    b"WARC/": "warc",
}

#: What a file begins with that is no text, whatever its name says.
NO_TEXT = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF-": "a PDF document",
    b"PK\x03\x04": "a zip archive or an office document",
    b"\x1f\x8b": "gzip data",
    b"\x28\xb5\x2f\xfd": "zstd data",
    b"\x7fELF": "a program",
    b"PAR1": "Parquet data",
}
UTF16 = (b"\xff\xfe", b"\xfe\xff")
HEAD = 4096
_JSON = re.compile(rb'\s*\{\s*["}]')
_ARRAY = re.compile(rb"\s*\[\s*\{")
_HTML = re.compile(rb"\s*(<\?xml[^>]*>\s*)?<(!doctype html|html)\b", re.IGNORECASE)


def ending(name: str) -> tuple[str | None, str | None]:
    """Return the format and the compression that a name's ending tells, None for what it does not."""
    stem, last = posixpath.splitext(name.partition("?")[0].lower())
    compression = COMPRESSIONS.get(last)
    if compression:
        last = posixpath.splitext(stem)[1]
    elif last in SHORT:
        last, compression = SHORT[last]
    return ENDINGS.get(last), compression


def compression_of(head: bytes) -> str | None:
    """Return the compression that the first bytes tell."""
    found = next((name for magic, name in MAGIC.items() if head.startswith(magic)), None)
    return found if found in COMPRESSIONS.values() else None


def of_content(known: str | None, head: Callable[[], bytes]) -> str:
    """Return the format: ``known`` if that is one, else by the unpacked bytes; ``other`` for no text."""
    if known and known != "json?":
        return known
    start = head().removeprefix(b"\xef\xbb\xbf")
    if start.startswith(UTF16):
        start = start.decode("utf-16", "ignore").encode()
    if known is None:
        found = next((name for magic, name in MAGIC.items() if start.startswith(magic)), None)
        if found in FORMATS:
            return found
        if start[257:262] == b"ustar":
            return "tar"
    if _ARRAY.match(start):
        return "json"
    if _JSON.match(start):
        return "jsonl" if _one_a_line(start) else "json"
    if known == "json?":
        return "json"
    if _HTML.match(start):
        return "html"
    return "other" if not_text(start, "other") else "text"


def _one_a_line(start: bytes) -> bool:
    line, separator, _ = start.lstrip().partition(b"\n")
    if not separator:
        return True
    try:
        json.loads(line.decode("utf-8", "replace"))
    except ValueError:
        return False
    return True


def is_utf16(stream: Any) -> bool:
    """Say whether a buffered stream begins with the byte order mark of UTF-16."""
    return bool(stream.peek(2)[:2] in UTF16)


def not_text(head: bytes, kind: str) -> str | None:
    """Say what the bytes of a file of this kind are if they are surely no text, else None."""
    for magic, what in NO_TEXT.items():
        if head.startswith(magic):
            return what
    if kind == "other" and b"\0" in head and not head.startswith(UTF16):
        return "it has NUL characters"
    return None
