"""Splits: the parts of the inputs that are read independently of each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from cleaner.errors import InputError, RecordError
from cleaner.readers.files import read_document
from cleaner.readers.jsonl import read_json, read_jsonl
from cleaner.readers.options import ReaderOptions
from cleaner.readers.rows import Row, batches, rejected
from cleaner.readers.streams import open_bytes, unpack


@dataclass(frozen=True, slots=True)
class Part:
    """A file, or a range of its bytes.

    Attributes:
        path: where it is: a local path or URL.
        name: what documents of it are called after: the path relative to the inputs' common folder.
        format: a key of ``FORMATS``.
        compression: gzip, zstd, bzip2 or None.
        start, end: range of bytes; None: to the end of the file.
        line: number of the first line, None where it is not known.

    """

    path: str
    name: str
    format: str
    compression: str | None = None
    start: int = 0
    end: int | None = None
    line: int | None = 1

    def rows(self, options: ReaderOptions) -> Iterator[Row]:
        """Yield its records; what cannot be read comes as a rejected row."""
        try:
            with open_bytes(self.path) as stream:
                if self.start:
                    stream.seek(self.start)
                with unpack(stream, self.compression, options) as content:
                    if self.format == "jsonl":
                        yield from read_jsonl(content, self.name, options, self.start, self.end, self.line)
                    elif self.format == "json":
                        yield from read_json(content, self.name, options)
                    else:
                        yield from read_document(content, self.name, self.format, options)
        except (RecordError, InputError) as problem:
            yield rejected(self.name, str(problem))
        except OSError as problem:
            yield rejected(self.name, f"it cannot be read: {problem.strerror or problem}")


@dataclass(frozen=True, slots=True)
class Split:
    """What one worker reads at a time. Which records are in it decides nothing but the order of work."""

    number: int
    parts: tuple[Part, ...]
    options: ReaderOptions

    def read(self) -> Iterator[pa.RecordBatch]:
        """Yield INPUT batches of at most 2,000 rows and 8 MiB (a larger record has its own)."""
        return batches((row for part in self.parts for row in part.rows(self.options)), self.number)
