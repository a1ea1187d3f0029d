"""One file of the output: lines of JSON, counted and digested while they are written."""

from __future__ import annotations

import hashlib
import os
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Self

import orjson

#: Bytes that are written at a time.
BUFFER = 1 << 20


def shard_name(stem: str, shard: int, shards: int, ending: str = "jsonl") -> str:
    """``corpus.jsonl``, or ``corpus-00002-of-00016.jsonl`` where there are several."""
    return f"{stem}.{ending}" if shards == 1 else f"{stem}-{shard:05d}-of-{shards:05d}.{ending}"


class Output:
    """One file being written: counts its rows and bytes and takes its digest; has its name when it is whole.

    As a context manager it is abandoned where the block fails.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.rows = self.bytes = 0
        self.digest = hashlib.sha256()
        self._path = folder / name
        self._temporary = folder / f"{name}.{uuid.uuid4().hex}.tmp"  # process ids are not unique among nodes
        self._file: BinaryIO = open(self._temporary, "wb", buffering=BUFFER)  # noqa: SIM115 - closed by close() or abandon()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self.abandon()

    def write(self, record: dict[str, Any]) -> None:
        """Append one record as a line of JSON."""
        self.append(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
        self.rows += 1

    def extend(self, lines: bytes) -> None:
        """Append some lines of JSON."""
        self.append(lines)
        self.rows += lines.count(b"\n")

    def append(self, data: bytes) -> None:
        """Append bytes; whoever gives them counts their rows."""
        self._file.write(data)
        self.digest.update(data)
        self.bytes += len(data)

    def close(self, counts: dict[str, Any] | None = None) -> dict[str, Any]:
        """Flush to the disk and give the file its name; returns a row of WRITTEN."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self._temporary, self._path)
        return {
            "name": self.name,
            "rows": self.rows,
            "bytes": self.bytes,
            "sha256": self.digest.hexdigest(),
            "counts": orjson.dumps(counts or {}),
        }

    def abandon(self) -> None:
        """Leave nothing of the file."""
        with suppress(OSError):  # what is still to be written may not fit on the disk
            self._file.close()
        self._temporary.unlink(missing_ok=True)
