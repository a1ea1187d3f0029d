"""Barrier B: near-duplicate passages across documents, from clean text to verified pairs and clusters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cleaner import schemas
from cleaner.clusters import find_clusters, flag_rows, preference
from cleaner.config import Config
from cleaner.earlier import find_earlier
from cleaner.engines import Dataset, Engine, Part
from cleaner.minhash.bands import Candidates, candidate_pairs, distinct_pairs
from cleaner.minhash.keys import passage_keys
from cleaner.minhash.verify import REASONS, Thresholds, verify
from cleaner.passages import passages

#: Above this many passages that share a key not all of its pairs are looked at (see bands.candidate_pairs).
MOST_SHARING = 256

#: Candidate pairs that one call of ``verify`` holds at a time.
PAIRS_AT_ONCE = 20_000


def cut(batch: pa.RecordBatch) -> pa.RecordBatch:
    """CLEANED → PASSAGES: a batch function."""
    batch = batch.filter(pc.is_null(batch["reason"]))
    texts = batch["text"].to_pylist()
    places = [passages(text) for text in texts]
    rows = pa.array(np.repeat(np.arange(len(places)), [len(one) for one in places]))
    columns: dict[str, object] = {name: batch[name].take(rows) for name in ("document", "id", "source", "published")}
    columns["start"] = [start for one in places for start, _ in one]
    columns["end"] = [end for one in places for _, end in one]
    columns["text"] = [text[start:end] for text, one in zip(texts, places, strict=True) for start, end in one]
    return pa.RecordBatch.from_pydict(columns, schema=schemas.PASSAGES)


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
            numbers = pa.array(np.arange(number, number + batch.num_rows, dtype=np.int64))
            yield batch.append_column("passage", numbers)
            number += batch.num_rows


def numbered(data: Dataset) -> list[Numbered]:
    """The parts of the passages with the number that each starts at."""
    starts = np.cumsum([0, *(part.rows for part in data.parts)]).tolist()
    return [Numbered(part, first) for part, first in zip(data.parts, starts, strict=False)]


@dataclass(frozen=True, slots=True)
class MakeKeys:
    """The batch function from numbered passages to KEYS."""

    bands: int
    rows: int
    rate: float
    short: int

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One row for each key of each passage."""
        made = passage_keys(batch.column("text"), self.bands, self.rows, self.rate, self.short)
        numbers = batch.column("passage").to_numpy()[made.text]
        return pa.RecordBatch.from_arrays([pa.array(made.key), pa.array(numbers)], schema=schemas.KEYS)


@dataclass(frozen=True, slots=True)
class FindCandidates:
    """The group function from KEYS to CANDIDATES; ``keep`` is the order of preference of copies.

    Where too many passages share a key, each is compared with the first ones only: with those that would be kept, in
    the order of preference and not in that of the input.
    """

    passages: Dataset
    keep: str

    def __call__(self, table: pa.Table) -> pa.Table:
        """The pairs among these keys."""
        keys, numbers = table["key"].to_numpy(), table["passage"].to_numpy()
        found = candidate_pairs(keys, numbers, MOST_SHARING)
        if not len(found.capped):
            return _candidate_rows(found)
        capped = np.isin(keys, found.capped)
        own = _candidate_rows(candidate_pairs(keys[~capped], numbers[~capped], MOST_SHARING))
        return pa.concat_tables([own, self._preferred(keys[capped], numbers[capped])])

    def _preferred(self, keys: NDArray[np.int64], numbers: NDArray[np.int64]) -> pa.Table:
        members, places = np.unique(numbers, return_inverse=True)
        rank = preference(standing(self.passages, members), self.keep)
        found = candidate_pairs(keys, rank[places], MOST_SHARING)
        by_rank = members[np.argsort(rank)]
        a, b = by_rank[found.a], by_rank[found.b]
        return _candidate_rows(found._replace(a=np.minimum(a, b), b=np.maximum(a, b), first=by_rank[found.first]))


def _candidate_rows(found: Candidates) -> pa.Table:
    columns = [
        np.concatenate([found.a, found.first]),
        np.concatenate([found.b, found.first]),
        np.concatenate([np.zeros(len(found.a), np.int64), found.members]),
    ]
    return pa.Table.from_arrays([pa.array(column) for column in columns], schema=schemas.CANDIDATES)


class Rows:
    """Rows of the passages by number, memory-mapped from the spool one part at a time: only what is taken is read."""

    def __init__(self, data: Dataset) -> None:
        self.parts = data.parts
        self.first = np.cumsum([0, *(part.rows for part in data.parts)])

    def take(self, numbers: NDArray[np.int64], columns: Sequence[str]) -> pa.Table:
        """The rows of sorted, distinct passage numbers; shape (numbers, columns)."""
        names = list(columns)
        schema = pa.schema([schemas.PASSAGES.field(name) for name in names])
        ends = np.searchsorted(numbers, self.first).tolist()
        taken: list[pa.RecordBatch] = []
        for part, first, (start, end) in zip(self.parts, self.first, pairwise(ends), strict=False):
            if start < end:
                taken.extend(_taken(part, numbers[start:end] - first, names))
        return pa.Table.from_batches(taken, schema=schema).combine_chunks()


def _taken(part: Part, rows: NDArray[np.int64], names: list[str]) -> Iterator[pa.RecordBatch]:
    """Copy sorted rows of a part, from each of its batches that has some."""
    first = 0
    for batch in part.mapped():
        start, end = np.searchsorted(rows, [first, first + batch.num_rows])
        if start < end:
            yield batch.select(names).take(pa.array(rows[start:end] - first))
        first += batch.num_rows


@dataclass(frozen=True, slots=True)
class Verify:
    """The group function from CANDIDATES to PAIRS: compares the real texts; only flagged pairs come back."""

    passages: Dataset
    thresholds: Thresholds

    def __call__(self, table: pa.Table) -> pa.Table:
        """Verify each distinct pair once."""
        table = table.filter(pc.equal(table["sharing"], 0))
        pairs = np.stack(distinct_pairs(table["a"].to_numpy(), table["b"].to_numpy()), axis=1)
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
        verified = verify(_column(texts, "text"), places[:, 0], places[:, 1], self.thresholds)._asdict()
        flag = verified.pop("flag")
        columns = {schemas.shared_name(name): column for name, column in verified.items()}
        columns |= {"a": pairs[:, 0], "b": pairs[:, 1]}
        columns["reason"] = pa.array(REASONS, pa.string()).take(pa.array(verified["reason"]))
        table = pa.table({name: columns[name] for name in schemas.PAIRS.names}, schema=schemas.PAIRS)
        return table.filter(pa.array(flag))


def _column(table: pa.Table, name: str) -> pa.Array:
    column = table[name].combine_chunks()
    return column if isinstance(column, pa.Array) else pa.concat_arrays(column.chunks)


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What barrier B found.

    Attributes:
        flags: FLAGS, the passages of all clusters, in one part of the spool.
        passages: the passages that stand in pairs, by number; ``earlier`` marks those of an earlier corpus.
        pairs: PAIRS, all that are flagged.
        members: MEMBERS, the clusters.
        shared: for each key that too many passages share how many they are.
    """

    flags: Dataset
    passages: pa.Table
    pairs: pa.Table
    members: pa.Table
    shared: tuple[int, ...] = ()


def no_duplicates(engine: Engine) -> Duplicates:
    """Nothing found, as when the stage is not run."""
    flags = engine.keep("flags", schemas.FLAGS.empty_table())
    tables = (schemas.STANDING, schemas.PAIRS, schemas.MEMBERS)
    return Duplicates(flags, *(schema.empty_table() for schema in tables))


def find_duplicates(engine: Engine, cleaned: Dataset, config: Config, against: Sequence[Path]) -> Duplicates:
    """Find the near-duplicate passages of a corpus and of earlier ones (``against``), every one verified."""
    data = engine.map("passages", cleaned.parts, cut, schemas.PASSAGES)
    make = MakeKeys(config.bands, config.rows, config.shingle_rate, config.short_words)
    keys = engine.map("keys", numbered(data), make, schemas.KEYS, then="key")
    found = engine.shuffle("candidates", keys, "key", FindCandidates(data, config.keep), schemas.CANDIDATES)
    engine.drop(keys)
    limits = Thresholds(config.jaccard, config.containment, config.shared_words, config.short_words, config.form)
    verified = engine.shuffle("pairs", found, "a", Verify(data, limits), schemas.PAIRS).table()
    earlier = find_earlier(engine, numbered(data), data.rows, against, limits)
    pairs = (
        pa.concat_tables([verified, earlier.pairs]).sort_by([("a", "ascending"), ("b", "ascending")]).combine_chunks()
    )
    passages = pa.concat_tables([_standing(data, pairs), earlier.passages]).combine_chunks()
    members = find_clusters(passages, pairs, config.keep)
    shared = pc.filter(found.table()["sharing"], pc.greater(found.table()["sharing"], 0)).to_pylist()
    return Duplicates(engine.keep("flags", flag_rows(members)), passages, pairs, members, tuple(sorted(shared)))


def _standing(data: Dataset, pairs: pa.Table) -> pa.Table:
    """STANDING: the passages of this corpus that stand in pairs, by number."""
    numbers = np.unique(np.concatenate([pairs["a"].to_numpy(), pairs["b"].to_numpy()]))
    return standing(data, numbers[numbers < data.rows])


def standing(data: Dataset, numbers: NDArray[np.int64]) -> pa.Table:
    """STANDING: passages of this corpus by their sorted numbers."""
    names = [name for name in schemas.PASSAGES.names if name != "text"]
    table = Rows(data).take(numbers, names)
    table = table.append_column("passage", pa.array(numbers))
    return table.append_column("earlier", pa.array(np.zeros(len(numbers), dtype=bool))).select(schemas.STANDING.names)
