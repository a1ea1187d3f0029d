"""Ids must differ: a small barrier that finds the documents whose id an earlier record has."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cleaner import schemas
from cleaner.cleaning import shard_key
from cleaner.engines import Dataset, Engine

COLUMNS = ("id", "location", "document", "reason")


def find_repeated(engine: Engine, documents: Dataset) -> Mapping[int, str]:
    """Each document whose id stands at an earlier place of the corpus too, with the location of the first."""
    ids = engine.map("ids", documents.only(*COLUMNS), identities, schemas.IDS, "key")
    found = engine.shuffle("repeated", ids, "key", repeated, schemas.REPEATED).table()
    engine.drop(ids)
    return dict(zip(found["document"].to_pylist(), found["first"].to_pylist(), strict=True))


def identities(batch: pa.RecordBatch) -> pa.RecordBatch:
    """DOCUMENTS → IDS: a batch function."""
    table = pa.Table.from_batches([batch]).select(COLUMNS)
    table = table.filter(pc.is_null(table["reason"])).drop_columns(["reason"]).combine_chunks()
    keys = pa.array([shard_key(one) for one in table["id"].to_pylist()], pa.int64())
    return pa.RecordBatch.from_arrays(
        [keys, *(_one(table[name]) for name in ("id", "location", "document"))], schema=schemas.IDS
    )


def repeated(table: pa.Table) -> pa.Table:
    """IDS → REPEATED: a group function; the first place in the order of the inputs keeps the id."""
    _, place, count = np.unique(table["key"].to_numpy(), return_inverse=True, return_counts=True)
    table = table.filter(pa.array(count[place] > 1))  # of the others there is nothing to say
    first: dict[str, str] = {}
    rows = []
    for row in table.sort_by([("key", "ascending"), ("document", "ascending")]).to_pylist():
        if row["id"] in first:
            rows.append({"document": row["document"], "first": first[row["id"]]})
        else:
            first[row["id"]] = row["location"]
    return pa.Table.from_pylist(rows, schema=schemas.REPEATED)


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
