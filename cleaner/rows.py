"""Rows of a dataset by number, and pieces of one: what a worker reads of a side input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.engines import Dataset, Part

#: Batches in a slice, at most: each slice becomes a part.
BATCHES = 8
#: A dataset is cut in so many slices at least, unless they would have less than a quarter of a batch; and at most.
SLICES, MOST_SLICES = 8, 2048


class Rows:
    """Rows of a dataset, memory-mapped from the spool one part at a time: only what is taken is read."""

    def __init__(self, data: Dataset) -> None:
        self.data = data
        self.first = np.cumsum([0, *(part.rows for part in data.parts)])

    def take(self, numbers: NDArray[np.int64], columns: Sequence[str]) -> pa.Table:
        """The rows of sorted, distinct numbers; shape (numbers, columns)."""
        names = list(columns)
        schema = pa.schema([self.data.schema.field(name) for name in names])
        ends = np.searchsorted(numbers, self.first).tolist()
        taken: list[pa.RecordBatch] = []
        for part, first, (start, end) in zip(self.data.parts, self.first, pairwise(ends), strict=False):
            if start < end:
                taken.extend(_taken(part, numbers[start:end] - first, names))
        return pa.Table.from_batches(taken, schema=schema).combine_chunks()

    def pick(self, numbers: NDArray[np.int64], columns: Sequence[str]) -> pa.Table:
        """The rows of numbers in any order, also repeated."""
        distinct, places = np.unique(numbers, return_inverse=True)
        return self.take(distinct, columns).take(pa.array(places))


def _taken(part: Part, rows: NDArray[np.int64], names: list[str]) -> Iterator[pa.RecordBatch]:
    """Copy sorted rows of a part, from each of its batches that has some."""
    first = 0
    for batch in part.mapped():
        start, end = np.searchsorted(rows, [first, first + batch.num_rows])
        if start < end:
            yield batch.select(names).take(pa.array(rows[start:end] - first))
        first += batch.num_rows


def column_of(table: pa.Table, name: str) -> pa.Array:
    """A column of a table in one piece."""
    column = table[name].combine_chunks()
    return column if isinstance(column, pa.Array) else pa.concat_arrays(column.chunks)


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows ``start`` to ``end`` of a part, ``at_once`` in a batch."""

    part: Part
    start: int
    end: int
    at_once: int

    def read(self) -> Iterator[pa.RecordBatch]:
        """Yield them, memory-mapped."""
        first = 0
        for batch in self.part.mapped():
            start, end = max(self.start - first, 0), min(self.end - first, batch.num_rows)
            for at in range(start, end, self.at_once):
                yield batch.slice(at, min(self.at_once, end - at))
            first += batch.num_rows


def slices(data: Dataset, at_once: int) -> list[Slice]:
    """The dataset in pieces of a few batches of ``at_once`` rows, in order: smaller ones where they would be few."""
    rows = min(BATCHES * at_once, max(at_once // 4, -(-data.rows // SLICES), 1))
    rows = max(rows, -(-data.rows // MOST_SLICES))
    return [
        Slice(part, start, min(start + rows, part.rows), at_once)
        for part in data.parts
        for start in range(0, part.rows, rows)
    ]
