"""Barrier B: near-duplicate passages across documents, from clean text to verified pairs and clusters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner import schemas
from cleaner.clusters import find_clusters, flag_rows
from cleaner.engines import Dataset, Engine, Part
from cleaner.minhash.bands import band_keys, candidate_pairs, choose_bands
from cleaner.minhash.signatures import signatures
from cleaner.minhash.verify import Thresholds, verify
from cleaner.passages import passages

#: Above this many passages in one band bucket not all of its pairs are looked at (see bands.candidate_pairs).
LARGEST_BUCKET = 256

DEFAULTS = Thresholds()

#: Pairs of this Jaccard similarity become candidates with probability .995.
BAND_SIMILARITY = 0.5

#: Candidate pairs that one call of ``verify`` holds at a time.
PAIRS_AT_ONCE = 200_000


def cut(batch: pa.RecordBatch) -> pa.RecordBatch:
    """CLEANED → PASSAGES: a batch function."""
    columns: dict[str, list[object]] = {name: [] for name in schemas.PASSAGES.names}
    for row in batch.select(["document", "id", "source", "published", "text", "reason"]).to_pylist():
        if row["reason"] is not None:
            continue
        for start, end in passages(row["text"]):
            for name in ("document", "id", "source", "published"):
                columns[name].append(row[name])
            columns["start"].append(start)
            columns["end"].append(end)
            columns["text"].append(row["text"][start:end])
    return pa.RecordBatch.from_pydict(columns, schema=schemas.PASSAGES)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A part of the passages, read with the number of each passage (its place among all) as a column."""

    part: Part
    first: int

    def read(self) -> Iterator[pa.RecordBatch]:
        """Yield the part's batches with the column ``passage``."""
        number = self.first
        for batch in self.part.read():
            numbers = pa.array(np.arange(number, number + batch.num_rows, dtype=np.int64))
            yield batch.append_column("passage", numbers)
            number += batch.num_rows


@dataclass(frozen=True, slots=True)
class Bands:
    """The batch function from numbered passages to BANDS."""

    bands: int
    rows: int

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One row for each band of each passage."""
        keys = band_keys(signatures(batch.column("text")), self.bands, self.rows)
        numbers = np.repeat(batch.column("passage").to_numpy(), self.bands)
        return pa.RecordBatch.from_arrays([pa.array(keys.reshape(-1)), pa.array(numbers)], schema=schemas.BANDS)


def candidates(table: pa.Table) -> pa.Table:
    """BANDS → CANDIDATES: a group function over the band keys."""
    found = candidate_pairs(table["key"].to_numpy(), table["passage"].to_numpy(), LARGEST_BUCKET)
    return pa.Table.from_arrays([pa.array(found.a), pa.array(found.b)], schema=schemas.CANDIDATES)


class Rows:
    """Rows of the passages by number, memory-mapped from the spool."""

    def __init__(self, data: Dataset) -> None:
        self.parts = data.parts
        self.first = np.cumsum([0, *(part.rows for part in data.parts)])

    def take(self, numbers: NDArray[np.int64], columns: Sequence[str]) -> pa.Table:
        """The rows of sorted, distinct passage numbers; shape (numbers, columns)."""
        names = list(columns)
        schema = pa.schema([schemas.PASSAGES.field(name) for name in names])
        tables = [schema.empty_table()]
        place = np.searchsorted(self.first, numbers, side="right") - 1
        for part in np.unique(place).tolist():
            batches = [batch.select(names) for batch in self.parts[part].read()]
            rows = numbers[place == part] - self.first[part]
            tables.append(pa.Table.from_batches(batches, schema=schema).take(pa.array(rows)))
        return pa.concat_tables(tables).combine_chunks()


@dataclass(frozen=True, slots=True)
class Verify:
    """The group function from CANDIDATES to PAIRS: compares the real texts; only flagged pairs come back."""

    passages: Dataset
    thresholds: Thresholds

    def __call__(self, table: pa.Table) -> pa.Table:
        """Verify each distinct pair once."""
        pairs = np.unique(np.stack([table["a"].to_numpy(), table["b"].to_numpy()], axis=1), axis=0)
        rows = Rows(self.passages)
        starts = range(0, len(pairs), PAIRS_AT_ONCE)
        found = [self._verified(rows, pairs[at : at + PAIRS_AT_ONCE]) for at in starts]
        return pa.concat_tables([schemas.PAIRS.empty_table(), *found])

    def _verified(self, rows: Rows, pairs: NDArray[np.int64]) -> pa.Table:
        numbers, places = np.unique(pairs, return_inverse=True)
        texts = rows.take(numbers, ["text", "document"])
        places = places.reshape(pairs.shape)
        documents = texts["document"].to_numpy()
        apart = documents[places[:, 0]] != documents[places[:, 1]]
        pairs, places = pairs[apart], places[apart]
        verified = verify(_column(texts, "text"), places[:, 0], places[:, 1], self.thresholds)
        columns = {
            "a": pairs[:, 0],
            "b": pairs[:, 1],
            "jaccard": verified.jaccard,
            "containment": verified.containment,
        }
        return pa.table(columns, schema=schemas.PAIRS).filter(pa.array(verified.flag))


def _column(table: pa.Table, name: str) -> pa.Array:
    column = table[name].combine_chunks()
    return column if isinstance(column, pa.Array) else pa.concat_arrays(column.chunks)


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What barrier B found.

    Attributes:
        flags: FLAGS, one row a near-duplicate passage, in one part of the spool.
        passages: the passages that stand in pairs, by number.
        pairs: PAIRS, all that are flagged.
        members: MEMBERS, the clusters.
    """

    flags: Dataset
    passages: pa.Table
    pairs: pa.Table
    members: pa.Table


def no_duplicates(engine: Engine) -> Duplicates:
    """Nothing found, as when the stage is not run."""
    flags = engine.keep("flags", schemas.FLAGS.empty_table())
    passages = schemas.PASSAGES.empty_table().append_column("passage", pa.array([], pa.int64()))
    return Duplicates(flags, passages, schemas.PAIRS.empty_table(), schemas.MEMBERS.empty_table())


def find_duplicates(engine: Engine, cleaned: Dataset, thresholds: Thresholds = DEFAULTS) -> Duplicates:
    """Find the near-duplicate passages of a corpus, every one verified."""
    passages = engine.map("passages", cleaned.parts, cut, schemas.PASSAGES)
    starts = np.cumsum([0, *(part.rows for part in passages.parts)]).tolist()
    numbered = [Numbered(part, first) for part, first in zip(passages.parts, starts, strict=False)]
    bands = Bands(*choose_bands(min(thresholds.jaccard, BAND_SIMILARITY)))
    keys = engine.map("bands", numbered, bands, schemas.BANDS)
    found = engine.shuffle("candidates", keys, "key", candidates, schemas.CANDIDATES)
    verified = engine.shuffle("pairs", found, "a", Verify(passages, thresholds), schemas.PAIRS).table()
    pairs = verified.sort_by([("a", "ascending"), ("b", "ascending")]).combine_chunks()
    numbers = np.unique(np.concatenate([pairs["a"].to_numpy(), pairs["b"].to_numpy()]))
    described = Rows(passages).take(numbers, [name for name in schemas.PASSAGES.names if name != "text"])
    described = described.append_column("passage", pa.array(numbers))
    members = find_clusters(described, pairs)
    return Duplicates(engine.keep("flags", flag_rows(members)), described, pairs, members)
