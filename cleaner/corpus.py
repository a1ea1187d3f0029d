"""Read an output folder again: its documents, audit, pairs; used by restore, why, diff and reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from cleaner.errors import InputError
from cleaner.output import record_of


class Corpus:
    """The files of one run.

    Raises:
        InputError: a folder that no run wrote, or a file of it that is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        record = record_of(folder)
        if record is None:
            raise InputError(
                f"{folder}: is no output of cleaner run (it has no run.json of ours); name one, or make it first"
            )
        self.folder = folder
        self.record: dict[str, Any] = record

    def lines(self, stem: str) -> Iterator[dict[str, Any]]:
        """The records of one kind of file (``corpus``, ``audit``, ``pairs`` …), over all of its shards in order."""
        for name in sorted(self.record["outputs"]):
            if name.startswith((stem + ".", stem + "-")) and name.endswith(".jsonl"):
                yield from self.file(name)

    def file(self, name: str) -> Iterator[dict[str, Any]]:
        """The records of one file."""
        return _read(self.folder / name)

    def documents(self) -> Iterator[dict[str, Any]]:
        """All documents with their clean text."""
        if self.record["config"]["format"] == "jsonl":
            yield from self.lines("corpus")
            return
        for record in self.lines("documents"):
            path = self.folder / "text" / record.pop("file")
            try:
                yield {**record, "text": path.read_bytes().decode()}
            except OSError as error:
                raise InputError(f"{path}: cannot be read: {error.strerror}") from error


def _read(path: Path) -> Iterator[dict[str, Any]]:
    number = 0
    try:
        with path.open("rb") as file:
            for line in file:
                number += 1
                yield orjson.loads(line)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path}:{number}: is no JSON: {error}; was the file changed?") from error
