"""JSON lines in one Zstandard frame (RFC 8878)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import zstandard

from cleaner.writers.files import Output

LEVEL = 6


class ZstdOutput(Output):
    """One file of compressed lines of JSON: counts and digest are those of the bytes on the disk."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, name)
        self._packer = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compressobj()

    def write(self, record: dict[str, Any]) -> None:
        """Append one record as a line of JSON."""
        self._store(self._packer.compress(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)))
        self.rows += 1

    def close(self, counts: dict[str, Any] | None = None) -> dict[str, Any]:
        """End the frame and flush to the disk; returns a row of WRITTEN."""
        self._store(self._packer.flush())
        return super().close(counts)

    def _store(self, data: bytes) -> None:
        self._file.write(data)
        self.digest.update(data)
        self.bytes += len(data)


def read_zstd(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a file that ``ZstdOutput`` wrote."""
    with zstandard.open(path, "rb") as file:
        for line in io.BufferedReader(file):
            yield orjson.loads(line)
