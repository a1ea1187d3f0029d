"""Splits: the parts of the inputs that are read independently of each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from cleaner.readers.contents import ERRORS, problem_of, read, unpacked
from cleaner.readers.fields import host
from cleaner.readers.options import ReaderOptions
from cleaner.readers.rows import Row, batches, rejected
from cleaner.readers.streams import is_web, open_bytes, scheme


@dataclass(frozen=True, slots=True)
class Part:
    """A file, or a piece of one.

    Attributes:
        path: where it is: a local path or a URL.
        name: what its documents are called after: the path relative to the common folder of the inputs.
        format: one of ``cleaner.readers.formats.FORMATS``, or ``other``.
        compression: gzip, zstd, bzip2, xz or None.
        size: bytes as they are stored.
        start, end: the piece: bytes of a JSONL file or web archive, row groups of a Parquet file; None: all of it.
        line: number of the piece's first line or row; None where it is not known.
        state: of a URL what its file system says of the content: its ETag, say, or when it was changed.
    """

    path: str
    name: str
    format: str
    compression: str | None
    size: int
    start: int | None = None
    end: int | None = None
    line: int | None = None
    state: str = ""

    def rows(self, options: ReaderOptions) -> Iterator[Row]:
        """Yield its records; what cannot be read comes as a rejected row."""
        try:
            with open_bytes(self.path) as stream:
                content = self._content(stream, options)
                for row in read(content, self.name, self.format, options, **self._place()):
                    page = is_web(self.path) and row.id == self.name
                    yield row._replace(url=self.path, source=host(self.path)) if page else row
        except ERRORS as problem:
            yield rejected(self.name, problem_of(problem))

    def _content(self, stream: Any, options: ReaderOptions) -> Any:
        if self.format == "jsonl" and self.start:
            stream.seek(self.start)
        return unpacked(stream, self.format, self.compression, options)

    def _place(self) -> dict[str, int | None]:
        return {} if self.start is None else {"start": self.start, "end": self.end, "line": self.line}


@dataclass(frozen=True, slots=True)
class Split:
    """What one worker reads at a time. Which records share a split decides nothing but the order of work."""

    number: int
    parts: tuple[Part, ...]
    options: ReaderOptions

    def read(self) -> Iterator[pa.RecordBatch]:
        """Yield INPUT batches of at most 2,000 rows and 8 MiB (a larger record has its own)."""
        return batches((row for part in self.parts for row in part.rows(self.options)), self.number)

    def __str__(self) -> str:
        """Where it begins, in the words of the input: ``news.jsonl:3695``."""
        first, more = self.parts[0], len(self.parts) - 1
        place = first.name if first.line is None else f"{first.name}:{first.line}"
        return f"{place} and {more:,} more" if more else place

    def files(self) -> Iterator[str]:
        """Yield the paths of its parts that are no URLs."""
        return (part.path for part in self.parts if scheme(part.path) is None)
