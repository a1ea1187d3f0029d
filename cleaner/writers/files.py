"""One file of the output: lines of JSON, counted and digested while they are written."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, BinaryIO

import orjson


def shard_name(stem: str, shard: int, shards: int, ending: str = "jsonl") -> str:
    """``corpus.jsonl``, or ``corpus-00002-of-00016.jsonl`` where there are several."""
    return f"{stem}.{ending}" if shards == 1 else f"{stem}-{shard:05d}-of-{shards:05d}.{ending}"


class Output:
    """One file being written: counts its rows and bytes and takes its digest."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.rows = self.bytes = 0
        self.digest = hashlib.sha256()
        self._file: BinaryIO = open(folder / name, "wb")  # noqa: SIM115 - closed by close()

    def write(self, record: dict[str, Any]) -> None:
        """Append one record as a line of JSON."""
        line = orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
        self._file.write(line)
        self.digest.update(line)
        self.bytes += len(line)
        self.rows += 1

    def close(self, counts: dict[str, Any] | None = None) -> dict[str, Any]:
        """Flush to the disk; returns a row of WRITTEN."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return {
            "name": self.name,
            "rows": self.rows,
            "bytes": self.bytes,
            "sha256": self.digest.hexdigest(),
            "counts": orjson.dumps(counts or {}),
        }
