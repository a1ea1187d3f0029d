"""Barrier B: near-duplicate passages across documents, from clean text to verified pairs and clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cleaner import schemas
from cleaner.clusters import Clusters, find_clusters
from cleaner.config import Config
from cleaner.earlier import find_earlier
from cleaner.engines import Dataset, Engine
from cleaner.minhash.bands import Candidates, candidate_pairs, distinct_pairs, maybe_shared
from cleaner.minhash.keys import neighbours_for, passage_keys
from cleaner.minhash.prints import may_be_alike, prints
from cleaner.minhash.shingles import text_buffers
from cleaner.minhash.verify import REASONS, Thresholds, verify
from cleaner.passages import passage_spans
from cleaner.rows import Rows, slices
from cleaner.spans import Spans, characters_within, texts_at
from cleaner.standing import PLACES, find_standing, numbered, standing_of, standing_rows

#: Candidate pairs that one call of ``verify`` holds at a time.
PAIRS_AT_ONCE = 10_000

#: Passages lie in so many ranges, or in more so that none has more passages than this. Pairs of the same two ranges are
#: compared together, so that their texts lie in few parts.
RANGES, RANGE = 32, 1 << 20

#: From so many rows of candidates on, and so many for each passage, prints are made to tell most pairs apart.
PRINTED, PRINTED_EACH = 1 << 20, 2


def cut(batch: pa.RecordBatch) -> pa.RecordBatch:
    """CLEANED → PASSAGES: a batch function."""
    batch = batch.filter(pc.is_null(batch["reason"]))
    data, offsets = text_buffers(batch["text"])
    spans = passage_spans(batch["text"])
    before = Spans(spans.text, offsets[spans.text], spans.start)
    rows, start = pa.array(spans.text), characters_within(data, before)
    columns = {name: batch[name].take(rows) for name in ("document", "id", "source", "published")}
    columns["start"] = pa.array(start)
    columns["end"] = pa.array(start + characters_within(data, spans))
    columns["text"] = texts_at(data, spans.start, spans.end).take(pa.array(2 * np.arange(len(rows))))
    return pa.RecordBatch.from_arrays([columns[name] for name in schemas.PASSAGES.names], schema=schemas.PASSAGES)


@dataclass(frozen=True, slots=True)
class MakeKeys:
    """The batch function from numbered passages to KEYS."""

    bands: int
    rows: int
    rate: float
    short: int
    neighbours: int

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One row for each key of each passage."""
        made = passage_keys(batch.column("text"), self.bands, self.rows, self.rate, self.short, self.neighbours)
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
        chunks = ([chunk.to_numpy() for chunk in table[name].chunks] for name in ("key", "passage"))
        return self._rows(candidate_pairs(*maybe_shared(*chunks), preference=self._preference))

    def _preference(self, numbers: NDArray[np.int64]) -> NDArray[np.int32]:
        places = Rows(self.passages).take(numbers, PLACES).append_column("passage", pa.array(numbers))
        table = pa.Table.from_batches([standing_rows(one) for one in places.to_batches()], schema=schemas.STANDING)
        return standing_of(table, self.keep).preference

    def _rows(self, found: Candidates) -> pa.Table:
        a, b = np.concatenate([found.a, found.first]), np.concatenate([found.b, found.first])
        sharing = np.concatenate([np.zeros(len(found.a), np.int64), found.members])
        columns = (a, b, sharing, block_of(a, b, self.passages.rows))
        return pa.Table.from_arrays([pa.array(column) for column in columns], schema=schemas.CANDIDATES)


def block_of(a: NDArray[np.int64], b: NDArray[np.int64], passages: int) -> NDArray[np.int64]:
    """The block of each pair of passages, ``passages`` in all: the ranges that both are in."""
    width = min(RANGE, max(1, -(-passages // RANGES)))
    return a // width * (1 << 32) + b // width


@dataclass(frozen=True, slots=True)
class Distinct:
    """The group function CANDIDATES → COMPARED of so many passages: each pair once, by block.

    With the passages' ``prints``, without the pairs that these show to be unlike.
    """

    passages: int
    thresholds: Thresholds
    prints: Dataset | None = None

    def __call__(self, table: pa.Table) -> pa.Table:
        """The pairs of some blocks."""
        table = table.filter(pc.equal(table["sharing"], 0))
        a, b = distinct_pairs(table["a"].to_numpy(), table["b"].to_numpy())
        if self.prints:
            alike = self._alike(Rows(self.prints), a, b)
            a, b = a[alike], b[alike]
        order = np.argsort(block_of(a, b, self.passages), kind="stable")
        return pa.Table.from_arrays([pa.array(a[order]), pa.array(b[order])], schema=schemas.COMPARED)

    def _alike(self, rows: Rows, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.bool_]:
        (lefts, left), (rights, right) = (np.unique(side, return_inverse=True) for side in (a, b))
        of_a, of_b = (_column(rows.take(numbers, ["prints"]), "prints") for numbers in (lefts, rights))
        return may_be_alike(of_a, of_b, left, right, self.thresholds)


def make_prints(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Texts of PASSAGES → PRINTS: a batch function."""
    return pa.RecordBatch.from_arrays([prints(batch["text"])], schema=schemas.PRINTS)


@dataclass(frozen=True, slots=True)
class Verify:
    """The batch function from COMPARED to PAIRS: compares the real texts; only flagged pairs come back."""

    passages: Dataset
    thresholds: Thresholds

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The pairs of passages of two documents that are near-duplicates."""
        pairs = np.stack([batch["a"].to_numpy(), batch["b"].to_numpy()], axis=1)
        numbers, places = np.unique(pairs, return_inverse=True)
        texts = Rows(self.passages).take(numbers, ["text", "document"])
        places = places.reshape(pairs.shape)
        documents = texts["document"].to_numpy()
        apart = documents[places[:, 0]] != documents[places[:, 1]]
        pairs, places = pairs[apart], places[apart]
        verified = verify(_column(texts, "text"), places[:, 0], places[:, 1], self.thresholds)._asdict()
        flag = verified.pop("flag")
        columns = {schemas.shared_name(name): pa.array(column) for name, column in verified.items()}
        columns |= {"a": pa.array(pairs[:, 0]), "b": pa.array(pairs[:, 1])}
        columns["reason"] = pa.array(REASONS, pa.string()).take(columns["reason"])
        made = pa.RecordBatch.from_arrays([columns[name] for name in schemas.PAIRS.names], schema=schemas.PAIRS)
        return made.filter(pa.array(flag))


def _column(table: pa.Table, name: str) -> pa.Array:
    column = table[name].combine_chunks()
    return column if isinstance(column, pa.Array) else pa.concat_arrays(column.chunks)


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What barrier B found.

    Attributes:
        found: its clusters.
        capped: how many keys too many passages share.
        sharing: how many passages share one of them, at most.
    """

    found: Clusters
    capped: int = 0
    sharing: int = 0


def no_duplicates(engine: Engine) -> Duplicates:
    """Nothing found, as when the stage is not run."""
    standing, pairs = (
        engine.keep(name, schema.empty_table())
        for name, schema in (("standing", schemas.STANDING), ("pairs", schemas.PAIRS))
    )
    return Duplicates(find_clusters(engine, standing, pairs))


def find_duplicates(engine: Engine, cleaned: Dataset, config: Config, against: Sequence[Path]) -> Duplicates:
    """Find the near-duplicate passages of a corpus and of earlier ones (``against``), every one verified."""
    data = engine.map("passages", cleaned.parts, cut, schemas.PASSAGES)
    limits = Thresholds.of(config.resolved())
    make = MakeKeys(config.bands, config.rows, config.shingle_rate, config.short_words, neighbours_for(limits))
    keys = engine.map("keys", numbered(data), make, schemas.KEYS, then="key")
    find = FindCandidates(data, config.keep)
    candidates = engine.shuffle("candidates", keys, "key", find, schemas.CANDIDATES, then="block")
    engine.drop(keys)
    compared = _compared(engine, data, candidates, limits)
    capped = engine.map("capped", candidates.only("sharing"), capped_keys, schemas.CAPPED)
    engine.drop(candidates)
    verified = engine.map("pairs", slices(compared, PAIRS_AT_ONCE), Verify(data, limits), schemas.PAIRS)
    engine.drop(compared)
    earlier = find_earlier(engine, numbered(data), data.rows, against, limits)
    pairs = Dataset(schemas.PAIRS, (*verified.parts, *earlier.pairs))
    own = find_standing(engine, data, _paired(pairs, data.rows))
    engine.drop(data)
    standing = Dataset(schemas.STANDING, (*own.parts, *earlier.passages))
    found = find_clusters(engine, standing, pairs, config.keep)
    return Duplicates(found, capped.rows, pc.max(capped.table()["sharing"]).as_py() or 0)


def _compared(engine: Engine, data: Dataset, candidates: Dataset, limits: Thresholds) -> Dataset:
    """The pairs that are to be compared by their texts."""
    if candidates.rows < max(PRINTED, PRINTED_EACH * data.rows):
        return engine.shuffle("compared", candidates, "block", Distinct(data.rows, limits), schemas.COMPARED)
    made = engine.map("prints", data.only("text"), make_prints, schemas.PRINTS)
    distinct = Distinct(data.rows, limits, made)
    compared = engine.shuffle("compared", candidates, "block", distinct, schemas.COMPARED)
    engine.drop(made)
    return compared


def capped_keys(batch: pa.RecordBatch) -> pa.RecordBatch:
    """CANDIDATES → CAPPED: a batch function."""
    return batch.filter(pc.greater(batch["sharing"], 0))


def _paired(pairs: Dataset, passages: int) -> NDArray[np.int64]:
    """The numbers of this corpus's passages that stand in pairs."""
    numbers = [np.zeros(0, dtype=np.int64)]
    for batch in pairs.read(["a", "b"]):
        both = np.unique(np.concatenate([batch["a"].to_numpy(), batch["b"].to_numpy()]))
        numbers.append(both[both < passages])
    return np.unique(np.concatenate(numbers))
