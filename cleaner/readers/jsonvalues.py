"""JSON that is not one record a line: an array of records, or objects that span lines."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from cleaner.errors import RecordError
from cleaner.readers.fields import Record
from cleaner.readers.jsonl import BLOCK
from cleaner.readers.options import ReaderOptions

SPACE = " \t\r\n"


def read_json(stream: BinaryIO, name: str, options: ReaderOptions) -> Iterator[Record]:
    """Yield the objects of an array or of a sequence, holding one at a time; they are named ``name#1``, ….

    What follows a place that is not JSON cannot be read, and is rejected as one.
    """
    text = _Text(stream, options)
    number = 0
    try:
        inside = text.skip("[")
        while text.more():
            if inside and text.skip("]"):
                break
            value = text.value()
            number += 1
            right = isinstance(value, dict)
            yield f"{name}#{number}", value if right else RecordError("it is JSON, but not an object")
            if not text.skip(",") and inside and text.more() and not text.at("]"):
                raise RecordError(f"not JSON after its record {number}: a comma is missing; the rest is not read")
    except RecordError as problem:
        yield f"{name}#{number + 1}", problem


class _Text:
    """Characters of a stream, of which the next JSON value is taken."""

    def __init__(self, stream: BinaryIO, options: ReaderOptions) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder(options.charset or "utf-8-sig")("surrogateescape").decode
        self._parse = json.JSONDecoder().raw_decode
        self._limit = options.max_record_bytes
        self._held = ""
        self._at = 0
        self._ended = False

    def _read(self, size: int) -> None:
        block = self._stream.read(size)
        self._ended = not block
        self._held = self._held[self._at :] + self._decode(block, not block)
        self._at = 0

    def more(self) -> bool:
        """Go to the next character that is not white space; False at the end."""
        while True:
            rest = len(self._held)
            while self._at < rest and self._held[self._at] in SPACE:
                self._at += 1
            if self._at < rest or self._ended:
                return self._at < rest
            self._read(BLOCK)

    def at(self, character: str) -> bool:
        """Say whether the next character is this one."""
        return self.more() and self._held[self._at] == character

    def skip(self, character: str) -> bool:
        """Pass over a character if it comes next; say whether it did."""
        found = self.at(character)
        self._at += found
        return found

    def value(self) -> Any:
        """Take the next value, reading as much as it needs, twice as much each time."""
        while True:
            try:
                value, end = self._parse(self._held, self._at)
                if end < len(self._held) or self._ended:
                    self._at = end
                    return value
            except json.JSONDecodeError as problem:
                if self._ended:
                    raise RecordError(f"not JSON: {problem.msg}; the rest of the file is not read") from None
            except RecursionError:
                raise RecordError("not JSON that can be read: it is nested too deeply") from None
            held = len(self._held) - self._at
            if held > self._limit:
                raise RecordError(f"not JSON, or more than --max-record-bytes {self._limit:,}; the rest is not read")
            self._read(max(BLOCK, held))
