"""The formats of the corpus's files: what writes and what reads each, by the ending of the name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cleaner.errors import InputError
from cleaner.writers.files import Output

#: Values of the setting ``format``; ``txt`` puts texts into a tree, and all else into JSON lines.
FORMATS = ("jsonl", "jsonl.zst", "parquet", "txt")
#: What is said of a file of a run that has another digest now.
CHANGED = "was changed or cut since the run wrote it; put it back as it was, or run cleaner again"


def corpus_output(folder: Path, name: str) -> Output:
    """Start a file of the corpus; the ending of its name says in which format."""
    if name.endswith(".zst"):
        from cleaner.writers.compressed import ZstdOutput

        return ZstdOutput(folder, name)
    if name.endswith(".parquet"):
        from cleaner.writers.parquet import ParquetOutput

        return ParquetOutput(folder, name)
    return Output(folder, name)


def read_packed(path: Path, wanted: str) -> Iterator[dict[str, Any]]:
    """The records of a compressed or Parquet file, whose digest must be ``wanted``.

    Raises:
        InputError: it is missing or damaged.
    """
    check_digest(path, wanted)
    if path.suffix == ".zst":
        from cleaner.writers.compressed import read_zstd

        return read_zstd(path)
    from cleaner.writers.parquet import read_parquet

    return read_parquet(path)


def check_digest(path: Path, wanted: str) -> None:
    """Hold a file against its SHA-256.

    Raises:
        InputError: it is missing or changed.
    """
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}; run cleaner again to make it") from error
    if found != wanted:
        raise InputError(f"{path}: {CHANGED}")
