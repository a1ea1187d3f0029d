"""The passages that stand in pairs: where they are, in which order they are named, and which copy is preferred.

Their ids and sources stay in the spool. What orders them is held as numbers, about 60 bytes a passage.
"""

from __future__ import annotations

import datetime
import email.utils
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cleaner import schemas
from cleaner.engines import Dataset, Engine, Part

#: Orders of preference: what comes first is kept. Ids and places differ, so that each is a total order.
ORDERS = {
    "earliest": ("published", "length", "source", "id", "start"),
    "longest": ("length", "published", "source", "id", "start"),
}
#: The columns of PASSAGES that say where a passage is.
PLACES = tuple(name for name in schemas.PASSAGES.names if name != "text")


class Standing(NamedTuple):
    """Passages by number; all of shape (passages,).

    Attributes:
        passage: their numbers, sorted.
        row: where each stands in the dataset (a passage of an earlier corpus may stand in it several times).
        length: characters.
        earlier: whether it is of an earlier corpus.
        rank: the place in the order of ids and starts, in which clusters and pairs are written.
        preference: the place in the total order of preference of copies.
    """

    passage: NDArray[np.int64]
    row: NDArray[np.int64]
    length: NDArray[np.int64]
    earlier: NDArray[np.bool_]
    rank: NDArray[np.int32]
    preference: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A part of the passages, read with the number of each passage (its place among all) as a column."""

    part: Part
    first: int

    @property
    def bytes(self) -> int:
        """Size of the part."""
        return self.part.bytes

    def read(self) -> Iterator[pa.RecordBatch]:
        """Yield the part's batches with the column ``passage``."""
        number = self.first
        for batch in self.part.read():
            yield with_numbers(batch, number)
            number += batch.num_rows


@dataclass(frozen=True, slots=True)
class Places:
    """A part of the passages without their texts, as one batch, numbered."""

    part: Part
    first: int

    def read(self) -> Iterator[pa.RecordBatch]:
        """Yield the batch, if there is any passage."""
        batches = list(self.part.read(PLACES))
        if batches:
            yield with_numbers(pa.concat_batches(batches), self.first)


def with_numbers(batch: pa.RecordBatch, first: int) -> pa.RecordBatch:
    """The batch with the column ``passage``, counting from ``first``."""
    return batch.append_column("passage", pa.array(np.arange(first, first + batch.num_rows, dtype=np.int64)))


def numbered(data: Dataset, kind: type[Numbered] | type[Places] = Numbered) -> list[Numbered | Places]:
    """The parts of the passages with the number that each starts at."""
    starts = np.cumsum([0, *(part.rows for part in data.parts)]).tolist()
    return [kind(part, first) for part, first in zip(data.parts, starts, strict=False)]


@dataclass(frozen=True, slots=True)
class Stand:
    """The batch function from numbered places to STANDING: those whose number is in the side input ``wanted``."""

    wanted: Dataset

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The rows of the passages that stand in pairs."""
        first = batch["passage"][0].as_py()
        wanted = self.wanted.table()["passage"]
        numbers = wanted.chunk(0).to_numpy() if wanted.num_chunks else np.zeros(0, dtype=np.int64)
        start, end = np.searchsorted(numbers, [first, first + batch.num_rows])
        return standing_rows(batch.take(pa.array(numbers[start:end] - first)))


def standing_rows(places: pa.RecordBatch, earlier: bool = False) -> pa.RecordBatch:
    """STANDING from passages with their numbers."""
    columns = {name: places[name] for name in (*PLACES, "passage")}
    columns["moment"] = moments(columns.pop("published"))
    columns["earlier"] = pa.array(np.full(places.num_rows, earlier))
    return pa.RecordBatch.from_arrays([columns[name] for name in schemas.STANDING.names], schema=schemas.STANDING)


def find_standing(engine: Engine, passages: Dataset, numbers: NDArray[np.int64]) -> Dataset:
    """STANDING of this corpus's passages by their sorted numbers."""
    wanted = engine.keep("paired", pa.table({"passage": pa.array(numbers, pa.int64())}))
    return engine.map("standing", numbered(passages, Places), Stand(wanted), schemas.STANDING)


def standing_of(table: pa.Table, keep: str) -> Standing:
    """What orders the passages of a table of STANDING; ``keep`` is one of ORDERS."""
    passage, row = np.unique(table["passage"].to_numpy(), return_index=True)
    start, end = (table[name].to_numpy()[row] for name in ("start", "end"))
    earlier = table["earlier"].to_numpy()[row]
    ids = _ranks(table["id"])[row]
    keys = {
        "published": _ranks(table["moment"])[row],
        "length": start - end,
        "source": _ranks(pc.fill_null(table["source"], ""))[row],
        "id": ids,
        "start": start,
    }
    order = [keys[name] for name in ORDERS[keep]]
    earlier_first = [~earlier, np.where(earlier, passage, 0)]
    preference = np.lexsort([*order[::-1], *earlier_first[::-1]])
    return Standing(passage, row, end - start, earlier, _places(np.lexsort((start, ids))), _places(preference))


def _ranks(strings: pa.ChunkedArray) -> NDArray[np.uint32]:
    """For each string its place in the order of all, by code points; equal ones share it."""
    ranks: NDArray[np.uint32] = pc.rank(strings, tiebreaker="dense").to_numpy().astype(np.uint32)
    return ranks


def _places(order: NDArray[np.int64]) -> NDArray[np.int32]:
    places = np.empty(len(order), dtype=np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    return places


def moments(published: pa.Array) -> pa.Array:
    """Dates as ISO 8601 in UTC, to be ordered by; what is no date comes last, and one without a zone is in UTC."""
    known = {day: _moment(day) for day in published.unique().to_pylist()}
    return pa.array([known[day] for day in published.to_pylist()], pa.string())


def _moment(published: str | None) -> str:
    for read in (datetime.datetime.fromisoformat, email.utils.parsedate_to_datetime):
        try:
            moment = read(published or "")
        except (ValueError, OverflowError):  # a zone of many digits overflows
            continue
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
        try:
            return zoned.astimezone(datetime.UTC).isoformat()
        except OverflowError:
            return zoned.isoformat()
    return "9999"
