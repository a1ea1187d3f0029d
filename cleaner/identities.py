"""Ids must differ: a small barrier that finds the documents whose id an earlier record has."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cleaner import schemas
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
    good = batch.filter(pc.is_null(batch["reason"]))
    keys = keys_of(one.encode() for one in good["id"].to_pylist())
    return pa.RecordBatch.from_arrays([keys, good["id"], good["location"], good["document"]], schema=schemas.IDS)


def keys_of(contents: Iterable[bytes]) -> pa.Array:
    """A number of 63 bits for each content: the same on every machine and in every run."""
    digests = b"".join(hashlib.sha256(content).digest()[:8] for content in contents)
    return pa.array((np.frombuffer(digests, "<u8") >> np.uint64(1)).astype(np.int64))


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
