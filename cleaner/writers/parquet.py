"""The corpus as Parquet: the fields of ``corpus.jsonl`` as columns, ``metadata`` as a string of JSON."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from cleaner.writers.files import Output

#: A row group ends with so many documents, or so many characters of text: what a reader holds at a time.
GROUP_ROWS = 10_000
GROUP_CHARACTERS = 32 << 20

_PASSAGE = [("start", pa.int64()), ("end", pa.int64())]
_NEAR_DUPLICATE = pa.struct(
    [
        *_PASSAGE,
        ("cluster", pa.int64()),
        ("jaccard", pa.float64()),
        ("containment", pa.float64()),
        ("covered", pa.float64()),
        ("kept", pa.struct([("id", pa.string()), *_PASSAGE, ("earlier", pa.bool_())])),
    ]
)

#: The columns of ``corpus.parquet``.
CORPUS = pa.schema(
    [
        ("id", pa.string()),
        ("text", pa.large_string()),
        ("source", pa.string()),
        ("url", pa.string()),
        ("title", pa.string()),
        ("authors", pa.list_(pa.string())),
        ("published", pa.string()),
        ("updated", pa.string()),
        ("agency", pa.string()),
        ("section", pa.string()),
        ("place", pa.string()),
        ("photo_credit", pa.string()),
        ("language", pa.string()),
        ("ambiguous", pa.list_(pa.string())),
        ("near_duplicates", pa.list_(_NEAR_DUPLICATE)),
        ("near_duplicate_share", pa.float64()),
        ("location", pa.string()),
        ("metadata", pa.large_string()),  # fields differ from record to record: a column type cannot hold them
    ]
)


class ParquetOutput(Output):
    """One Parquet file of the corpus; row groups depend on the records only, so the same records give the same bytes.

    (The footer names the version of the library that wrote it: other versions give other bytes.)
    """

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, name)
        self._held: list[dict[str, Any]] = []
        self._characters = 0
        self._abandoned = False
        self._writer = pq.ParquetWriter(pa.PythonFile(_Sink(self), "w"), CORPUS, compression="zstd")

    def write(self, record: dict[str, Any]) -> None:
        """Append one record of the corpus.

        Raises:
            ValueError: it has a field that the schema lacks.
        """
        if unknown := record.keys() - set(CORPUS.names):
            raise ValueError(f"fields {sorted(unknown)} have no column")
        self._held.append({**record, "metadata": orjson.dumps(record["metadata"]).decode()})
        self._characters += len(record["text"])
        self.rows += 1
        if len(self._held) == GROUP_ROWS or self._characters >= GROUP_CHARACTERS:
            self._flush()

    def close(self, counts: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write the footer and flush to the disk; returns a row of WRITTEN."""
        self._flush()
        self._writer.close()
        return super().close(counts)

    def abandon(self) -> None:
        """Leave nothing of the file."""
        self._abandoned = True
        with suppress(OSError, pa.ArrowException):
            self._writer.close()
        super().abandon()

    def store(self, data: bytes) -> None:
        """Append bytes to the file as they are."""
        if self._abandoned:
            return
        self._file.write(data)
        self.digest.update(data)
        self.bytes += len(data)

    def _flush(self) -> None:
        if self._held:
            self._writer.write_table(pa.Table.from_pylist(self._held, CORPUS), row_group_size=GROUP_ROWS)
        self._held, self._characters = [], 0


class _Sink:
    """What Arrow writes to: the output, which counts and digests."""

    def __init__(self, output: ParquetOutput) -> None:
        self._output = output
        self.closed = False

    def write(self, data: Any) -> int:
        self._output.store(bytes(data))
        return len(data)

    def tell(self) -> int:
        return self._output.bytes

    def flush(self) -> None:
        """Left to ``close`` of the output."""

    def close(self) -> None:
        self.closed = True


def read_parquet(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a file that ``ParquetOutput`` wrote, as they were given to it."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(1_000):
            for record in batch.to_pylist():
                for flag in record["near_duplicates"]:
                    if not flag["kept"]["earlier"]:
                        del flag["kept"]["earlier"]
                yield {**record, "metadata": orjson.loads(record["metadata"])}
