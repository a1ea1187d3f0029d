"""JSON lines: one record a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from cleaner.errors import RecordError
from cleaner.readers.fields import Record
from cleaner.readers.options import ReaderOptions

BLOCK = 1 << 20
BOM = b"\xef\xbb\xbf"


def read_jsonl(
    stream: BinaryIO,
    name: str,
    options: ReaderOptions,
    start: int = 0,
    end: int | None = None,
    line: int | None = 1,
) -> Iterator[Record]:
    """Yield the records of the lines from byte ``start``, where the stream is, to ``end``, or to its end.

    ``line`` is the number of the first line. Where it is unknown (None), records are named by their byte.
    """
    at, limit = start, options.max_record_bytes
    for content, size in lines(stream, limit, None if end is None else end - start):
        location = f"{name}@{at}" if line is None else f"{name}:{line}"
        if content is None:
            yield (
                location,
                RecordError(f"its line has {size:,} bytes, more than --max-record-bytes {limit:,}"),
            )
        else:
            if at == 0 and content.startswith(BOM):
                content = content[3:]
            if content and not content.isspace():
                yield location, parse(content, options)
        at += size + 1
        line = None if line is None else line + 1


def lines(stream: BinaryIO, limit: int, length: int | None = None) -> Iterator[tuple[bytes | None, int]]:
    """Yield each line without its line feed, and its size; None for a line of more than ``limit`` bytes.

    Never holds more than ``limit`` and a block. Reads ``length`` bytes, or to the end.
    """
    held: list[bytes] = []
    size = 0
    while block := stream.read1(BLOCK if length is None else min(BLOCK, length)):  # type: ignore[attr-defined]
        length = None if length is None else length - len(block)
        first, *rest = block.split(b"\n")
        size += len(first)
        if size > limit:
            held.clear()
        else:
            held.append(first)
        if not rest:
            continue
        yield (b"".join(held) if size <= limit else None), size
        last = rest.pop()
        for one in rest:
            yield (one if len(one) <= limit else None), len(one)
        held, size = [last], len(last)
    if size:
        yield (b"".join(held) if size <= limit else None), size


def parse(content: bytes, options: ReaderOptions) -> dict[str, Any] | RecordError:
    """Parse one JSON object."""
    try:
        record = orjson.loads(content)
    except orjson.JSONDecodeError:
        record = _lenient(content, options.charset or "utf-8")
    if isinstance(record, dict | RecordError):
        return record
    return RecordError('it is JSON, but not an object: a record is {"text": …}')


def _lenient(content: bytes, charset: str) -> Any:
    """Parse what orjson refuses though records hold it: lone surrogates, bytes that are not UTF-8."""
    try:
        return json.loads(content.decode(charset, "surrogateescape"))
    except json.JSONDecodeError as problem:
        return RecordError(f"not JSON: {problem.msg} at character {problem.pos + 1:,} of the line")
    except (RecursionError, ValueError) as problem:
        return RecordError(f"not JSON that can be read: {problem}")
