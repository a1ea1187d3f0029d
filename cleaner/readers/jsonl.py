"""JSON lines and JSON: one record a line, or an array of records, or a single one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from cleaner.readers.fields import row
from cleaner.readers.options import ReaderOptions
from cleaner.readers.rows import Row, rejected

BLOCK = 1 << 20
BOM = b"\xef\xbb\xbf"


def read_jsonl(
    stream: BinaryIO,
    name: str,
    options: ReaderOptions,
    start: int = 0,
    end: int | None = None,
    line: int | None = 1,
) -> Iterator[Row]:
    """Yield the records of the lines that begin at bytes ``start`` to ``end`` (at a line break, or the end).

    ``line`` is the number of the first line. Where it is unknown (None), records are named by their byte.
    """
    at = start
    for content, size in lines(stream, options.max_record_bytes, None if end is None else end - start):
        location = f"{name}@{at}" if line is None else f"{name}:{line}"
        at += size
        line = None if line is None else line + 1
        if content is None:
            limit = options.max_record_bytes
            yield rejected(location, f"the line has {size:,} bytes, more than --max-record-bytes {limit:,}")
            continue
        if at == size and content.startswith(BOM):
            content = content[3:]
        if content and not content.isspace():
            yield parse(content, location, options)


def lines(stream: BinaryIO, limit: int, length: int | None = None) -> Iterator[tuple[bytes | None, int]]:
    """Yield each line without its line feed, and its size; None for a line of more than ``limit`` bytes.

    Never holds more than ``limit`` and one block. ``length`` bytes are read, all for None.
    """
    carry, skipped = b"", 0
    while block := stream.read(BLOCK if length is None else min(BLOCK, length)):
        length = None if length is None else length - len(block)
        first, *rest = block.split(b"\n")
        if not rest:
            skipped += len(block)
            carry = carry + block if skipped <= limit else b""
            continue
        carry += first
        skipped += len(first)
        yield (carry if skipped <= limit else None), skipped + 1
        carry = rest.pop()
        skipped = len(carry)
        for one in rest:
            yield (one if len(one) <= limit else None), len(one) + 1
    if skipped:
        yield (carry if skipped <= limit else None), skipped


def parse(content: bytes, location: str, options: ReaderOptions) -> Row:
    """Turn one line, or a whole small file, into a row."""
    try:
        record = orjson.loads(content)
    except orjson.JSONDecodeError:
        record = _lenient(content, options)
    if isinstance(record, dict):
        return row(record, location, options)
    if isinstance(record, _Problem):
        return rejected(location, str(record))
    return rejected(location, 'it is JSON, but not an object: a record is {"text": …}')


class _Problem(str):
    """Why a line is not JSON."""


def _lenient(content: bytes, options: ReaderOptions) -> Any:
    """Parse what orjson refuses though records hold it: lone surrogates, bytes that are not UTF-8."""
    try:
        return json.loads(content.decode(options.charset or "utf-8", "surrogateescape"))
    except json.JSONDecodeError as problem:
        return _Problem(f"not JSON: {problem.msg} at character {problem.pos + 1:,} of the line")
    except (RecursionError, ValueError) as problem:
        return _Problem(f"not JSON that can be read: {problem}")
    except LookupError:
        return _Problem(f"unknown charset {options.charset!r}")


def read_json(stream: BinaryIO, name: str, options: ReaderOptions) -> Iterator[Row]:
    """Yield the records of a file that holds a JSON array of objects, or one object."""
    content = stream.read(options.max_record_bytes + 1)
    if len(content) > options.max_record_bytes:
        yield rejected(name, f"more than --max-record-bytes {options.max_record_bytes:,}: make it JSON lines")
        return
    content = content.removeprefix(BOM)
    try:
        records = orjson.loads(content)
    except orjson.JSONDecodeError:
        records = _lenient(content, options)
    if not isinstance(records, list):
        yield parse(content, name, options)
        return
    for number, record in enumerate(records, 1):
        location = f"{name}:{number}"
        if isinstance(record, dict):
            yield row(record, location, options)
        else:
            yield rejected(location, 'it is not an object: a record is {"text": …}')
