"""The near-duplicate passages of some documents, found without reading those of all others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner import schemas
from cleaner.engines import Dataset, Engine
from cleaner.rows import Rows


@dataclass(frozen=True, slots=True)
class Flags:
    """FLAGS, and BY_DOCUMENT: the rows of each document, those of one in the order in which they stand in FLAGS."""

    rows: Dataset
    by_document: Dataset

    def of(self, documents: NDArray[np.int64]) -> tuple[pa.Table, NDArray[np.int64]]:
        """The rows of each of some documents, one document after the other, and how many each has."""
        order = self.by_document.table()
        known, rows = (order[name].to_numpy() for name in schemas.BY_DOCUMENT.names)
        low, high = (np.searchsorted(known, documents, side=side) for side in ("left", "right"))
        count = high - low
        place = np.repeat(low - np.cumsum(count) + count, count) + np.arange(count.sum())
        return Rows(self.rows).pick(rows[place], schemas.FLAGS.names), count


def flags_by_document(engine: Engine, flags: Dataset) -> Flags:
    """FLAGS with the way to those of a document; 24 bytes a flag are held meanwhile."""
    read = (batch["document"].to_numpy() for batch in flags.read(["document"]))
    documents = np.concatenate([np.zeros(0, dtype=np.int64), *read])
    row = np.argsort(documents, kind="stable")
    table = pa.Table.from_arrays([pa.array(documents[row]), pa.array(row)], schema=schemas.BY_DOCUMENT)
    return Flags(flags, engine.keep("by-document", table))
