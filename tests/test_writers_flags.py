"""The near-duplicate passages of some documents."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from cleaner import schemas
from cleaner.engines.local import LocalEngine
from cleaner.writers.flags import flags_by_document


def test_the_rows_of_documents_are_found_wherever_they_stand(tmp_path: Path) -> None:
    documents = [7, 7, 3, 9, 7, 3]
    rows = [dict.fromkeys(schemas.FLAGS.names) | {"document": one, "start": at} for at, one in enumerate(documents)]
    with LocalEngine(tmp_path) as engine:
        flags = flags_by_document(engine, engine.keep("flags", pa.Table.from_pylist(rows, schema=schemas.FLAGS)))
        found, count = flags.of(np.array([9, 5, 7, 3]))
        assert count.tolist() == [1, 0, 3, 2]
        assert found["start"].to_pylist() == [3, 0, 1, 4, 2, 5]
        none, count = flags_by_document(engine, engine.keep("none", schemas.FLAGS.empty_table())).of(np.array([1, 2]))
        assert (none.num_rows, count.tolist()) == (0, [0, 0])
