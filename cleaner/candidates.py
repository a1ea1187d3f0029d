"""Which pairs of passages are compared: those that share a key, and whose prints do not show that they are unlike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cleaner import schemas
from cleaner.config import Config
from cleaner.engines import Dataset, Engine
from cleaner.minhash.bands import Candidates, candidate_pairs, distinct_pairs, maybe_shared
from cleaner.minhash.keys import neighbours_for, passage_keys
from cleaner.minhash.prints import may_be_alike, prints
from cleaner.minhash.verify import Thresholds
from cleaner.rows import Rows, column_of
from cleaner.standing import PLACES, numbered, standing_of, standing_rows

#: Passages lie in so many ranges, or in more so that none has more passages than this. Pairs of the same two ranges are
#: compared together, so that their texts lie in few parts.
RANGES, RANGE = 32, 1 << 20

#: From so many rows of candidates on, and so many for each passage, prints are made to tell most pairs apart.
PRINTED, PRINTED_EACH = 1 << 20, 2

#: Pairs whose prints are held at a time.
PRINTS_AT_ONCE = 1 << 17


def find_candidates(engine: Engine, passages: Dataset, config: Config, limits: Thresholds) -> tuple[Dataset, Dataset]:
    """COMPARED and CAPPED of PASSAGES."""
    plan = (config.bands, config.rows, config.shingle_rate, config.short_words, neighbours_for(limits))
    schema = schemas.KEYS if passages.rows < 1 << 31 else schemas.WIDE_KEYS
    keys = engine.map("keys", numbered(passages), MakeKeys(*plan, schema), schema, then="key")
    find = FindCandidates(passages, config.keep)
    candidates = engine.shuffle("candidates", keys, "key", find, schemas.CANDIDATES, then="block")
    engine.drop(keys)
    compared = _compared(engine, passages, candidates, limits)
    capped = engine.map("capped", candidates.only("sharing"), capped_keys, schemas.CAPPED)
    engine.drop(candidates)
    return compared, capped


def _compared(engine: Engine, data: Dataset, candidates: Dataset, limits: Thresholds) -> Dataset:
    """The pairs that are to be compared by their texts."""
    many = candidates.rows >= max(PRINTED, PRINTED_EACH * data.rows)
    made = engine.map("prints", data.only("text"), make_prints, schemas.PRINTS) if many else None
    distinct = Distinct(data.rows, limits, made)
    compared = engine.shuffle("compared", candidates, "block", distinct, schemas.COMPARED)
    if made:
        engine.drop(made)
    return compared


def capped_keys(batch: pa.RecordBatch) -> pa.RecordBatch:
    """CANDIDATES → CAPPED: a batch function."""
    return batch.filter(pc.greater(batch["sharing"], 0))


@dataclass(frozen=True, slots=True)
class MakeKeys:
    """The batch function from numbered passages to KEYS."""

    bands: int
    rows: int
    rate: float
    short: int
    neighbours: int
    schema: pa.Schema = schemas.KEYS

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One row for each key of each passage."""
        made = passage_keys(batch.column("text"), self.bands, self.rows, self.rate, self.short, self.neighbours)
        numbers = batch.column("passage").to_numpy()[made.text]
        passage = pa.array(numbers, self.schema.field("passage").type)
        return pa.RecordBatch.from_arrays([pa.array(made.key), passage], schema=self.schema)


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
        order = np.argsort(block_of(a, b, self.passages), kind="stable")
        a, b = a[order], b[order]
        if self.prints:
            some = (slice(at, at + PRINTS_AT_ONCE) for at in range(0, len(a), PRINTS_AT_ONCE))
            alike = [self._alike(Rows(self.prints), a[pairs], b[pairs]) for pairs in some]
            a, b = (side[np.concatenate([np.zeros(0, np.bool_), *alike])] for side in (a, b))
        return pa.Table.from_arrays([pa.array(a), pa.array(b)], schema=schemas.COMPARED)

    def _alike(self, rows: Rows, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.bool_]:
        (lefts, left), (rights, right) = (np.unique(side, return_inverse=True) for side in (a, b))
        of_a, of_b = (column_of(rows.take(numbers, ["prints"]), "prints") for numbers in (lefts, rights))
        return may_be_alike(of_a, of_b, left, right, self.thresholds)


def make_prints(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Texts of PASSAGES → PRINTS: a batch function."""
    return pa.RecordBatch.from_arrays([prints(batch["text"])], schema=schemas.PRINTS)
