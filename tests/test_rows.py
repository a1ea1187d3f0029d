"""Rows of the spool by number, and its datasets in pieces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from cleaner import rows as rows_module
from cleaner.engines import Dataset, Part, spool, united
from cleaner.rows import BATCHES, Rows, slices

SCHEMA = pa.schema([("number", pa.int64()), ("name", pa.string())])


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    """A hundred rows in three parts of batches of seven."""
    parts: list[Part] = []
    for first, end in ((0, 50), (50, 50), (50, 100)):
        table = pa.table({"number": list(range(first, end)), "name": [f"n{at}" for at in range(first, end)]}, SCHEMA)
        parts.append(spool.write(tmp_path / f"{len(parts)}.arrow", SCHEMA, table.to_batches(max_chunksize=7)))
    return Dataset(SCHEMA, tuple(parts))


def test_rows_are_taken_by_number_from_all_parts(data: Dataset) -> None:
    taken = Rows(data).take(np.array([0, 6, 7, 49, 50, 99]), ["name"])
    assert taken.to_pydict() == {"name": ["n0", "n6", "n7", "n49", "n50", "n99"]}
    picked = Rows(data).pick(np.array([99, 3, 99, 50]), ("number", "name"))
    assert picked["number"].to_pylist() == [99, 3, 99, 50]
    assert Rows(data).pick(np.zeros(0, dtype=np.int64), SCHEMA.names).num_rows == 0


@pytest.mark.parametrize("at_once", [1, 3, 5, 100])
def test_slices_hold_every_row_once_and_few_at_a_time(data: Dataset, at_once: int) -> None:
    batches = [batch for piece in slices(data, at_once) for batch in piece.read()]
    assert [number for batch in batches for number in batch["number"].to_pylist()] == list(range(100))
    assert max(batch.num_rows for batch in batches) <= at_once
    rows = {1: BATCHES, 3: 13, 5: 13, 100: 25}[at_once]
    assert len(slices(data, at_once)) == 2 * -(-50 // rows)


def test_slices_grow_where_they_would_be_too_many(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_module, "MOST_SLICES", 4)
    pieces = slices(data, 1)
    assert len(pieces) == 4
    assert [batch["number"].to_pylist() for piece in pieces for batch in piece.read()] == [[at] for at in range(100)]


def test_small_batches_of_a_part_are_read_as_one(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [batch.num_rows for batch in data.read()] == [50, 50]
    monkeypatch.setattr("cleaner.engines.BATCH_BYTES", 300)  # of seven rows each 112 bytes and more
    few = list(united(data.parts[0].mapped()))
    assert 2 < len(few) < 8
    assert [number for batch in few for number in batch["number"].to_pylist()] == list(range(50))
    assert list(united([])) == []
