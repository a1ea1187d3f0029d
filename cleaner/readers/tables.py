"""Tables: comma- and tab-separated values, and Parquet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from cleaner.errors import RecordError, reason_of
from cleaner.readers.fields import Record
from cleaner.readers.jsonl import BOM, lines
from cleaner.readers.options import ReaderOptions

BATCH_BYTES = 4 << 20
LARGE_GROUP = 64 << 20


def read_csv(stream: BinaryIO, name: str, options: ReaderOptions, delimiter: str | None = None) -> Iterator[Record]:
    """Yield the records of a table (RFC 4180) with a header line, named after the lines that they begin at.

    The delimiter is the one of ``, ; tab |`` that the header holds most of.
    """
    source = _Lines(stream, options)
    header = next(iter(source), "").rstrip("\r\n")
    delimiter = delimiter or max(",;\t|", key=header.count)
    try:
        names = _distinct(next(csv.reader([header], delimiter=delimiter), []))
    except csv.Error as problem:
        raise RecordError(f"its first line is no header of a table: {problem}") from None
    csv.field_size_limit(options.max_record_bytes)
    table = csv.reader(source, delimiter=delimiter)
    while True:
        location = f"{name}:{source.number + 1}"
        try:
            cells = next(table, None)
        except csv.Error as problem:
            if "limit" in str(problem):
                source.leave_quotes()
            yield location, RecordError(f"not a row of a table: {problem}")
            continue
        if cells is None:
            return
        if cells or source.overlong:
            yield location, _record(names, cells, source)


def read_tsv(stream: BinaryIO, name: str, options: ReaderOptions) -> Iterator[Record]:
    """Yield the records of a table whose delimiter is the tab."""
    return read_csv(stream, name, options, "\t")


def _record(names: list[str], cells: list[str], source: _Lines) -> dict[str, Any] | RecordError:
    overlong, source.overlong = source.overlong, 0
    if overlong:
        return RecordError(f"it has a line of {overlong:,} bytes, more than --max-record-bytes")
    if len(cells) != len(names):
        return RecordError(f"its number of cells is {len(cells):,}, but that of the header is {len(names):,}")
    return dict(zip(names, cells, strict=True))


class _Lines:
    """Lines of a stream as strings, with their line feeds; one that is too long as an empty one."""

    def __init__(self, stream: BinaryIO, options: ReaderOptions) -> None:
        self.number = 0
        self.overlong = 0
        self._lines = lines(stream, options.max_record_bytes)
        self._charset = options.charset or "utf-8"

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        content, size = next(self._lines)
        self.number += 1
        if content is None:
            self.overlong = size
            return "\n"
        if self.number == 1:
            content = content.removeprefix(BOM)
        return content.decode(self._charset, "surrogateescape") + "\n"

    def leave_quotes(self) -> None:
        """Go past the end of a quoted cell: the next line with an odd number of quotes."""
        next((line for line in self if line.count('"') % 2), None)


def _distinct(names: list[str]) -> list[str]:
    """Give columns of the same name numbers, so that none hides another."""
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return distinct


def read_parquet(
    stream: BinaryIO,
    name: str,
    options: ReaderOptions,
    start: int = 0,
    end: int | None = None,
    line: int | None = 1,
) -> Iterator[Record]:
    """Yield the rows of row groups ``start`` to ``end``; ``line`` is the number of the first row."""
    import pyarrow as pa

    number = line or 1
    try:
        file = _opened(stream)
        groups = range(start, file.metadata.num_row_groups if end is None else end)
        for group in groups:
            facts = file.metadata.row_group(group)
            rows = max(1, min(2_000, BATCH_BYTES * facts.num_rows // max(1, facts.total_byte_size)))
            for batch in file.iter_batches(rows, row_groups=[group]):
                for record in _records(batch.rename_columns(_distinct(batch.schema.names))):
                    yield f"{name}:{number}", record
                    number += 1
    except (pa.ArrowException, OSError, ValueError) as problem:
        raise RecordError(f"the Parquet data cannot be read from row {number:,} on: {reason_of(problem)}") from None


def _opened(stream: BinaryIO) -> Any:
    """Open a Parquet file; the columns of large row groups are read page by page.

    Others are read whole, for a page takes what its header says, and a damaged one may say 2 GiB.
    """
    import pyarrow.parquet as pq

    facts = pq.ParquetFile(stream).metadata
    groups = map(facts.row_group, range(facts.num_row_groups))
    large = any(group.total_byte_size > LARGE_GROUP for group in groups)
    return pq.ParquetFile(stream, metadata=facts, buffer_size=1 << 20 if large else 0, pre_buffer=False)


def _records(batch: Any) -> list[dict[str, Any] | RecordError]:
    """Return the rows of a batch; one of values that Python cannot hold becomes an error of its own."""
    try:
        return cast(list[dict[str, Any] | RecordError], batch.to_pylist())
    except (ValueError, ArithmeticError, LookupError) as problem:
        if len(batch) == 1:
            return [RecordError(f"it holds a value that cannot be read: {problem}")]
    return [record for row in range(len(batch)) for record in _records(batch.slice(row, 1))]


def row_groups(stream: BinaryIO) -> list[tuple[int, int]]:
    """Return rows and uncompressed bytes of each row group, or nothing if it is no Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        facts = pq.ParquetFile(stream).metadata
    except (pa.ArrowException, OSError, ValueError):
        return []
    groups = [facts.row_group(number) for number in range(facts.num_row_groups)]
    return [(group.num_rows, group.total_byte_size) for group in groups]
