"""Read an output folder again: its documents, audit, pairs; used by restore, why, diff and reports."""

from __future__ import annotations

import hashlib
import heapq
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from cleaner.errors import InputError, reason_of
from cleaner.output import RECORD, SPOOL, record_of
from cleaner.writers.formats import CHANGED, check_digest, read_packed

#: What ``run.json`` holds besides the files.
_PARTS = ("inputs", "config", "counts", "edits", "characters_removed", "near_duplicates")


class Corpus:
    """The files of one run.

    Raises:
        InputError: a folder that no run wrote, or a file of it that is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        record = record_of(folder)
        if record is None and (folder / SPOOL).exists():
            raise InputError(f"{folder}: a run there has not finished; go on with cleaner run … --resume")
        if record is None:
            raise InputError(
                f"{folder}: is no output of cleaner run (it has no run.json of ours); name one, or make it first"
            )
        outputs = record.get("outputs")
        if not isinstance(outputs, dict) or not all(_is_file(name, file) for name, file in outputs.items()):
            raise InputError(f"{folder / RECORD}: {CHANGED} (it does not say which files are the run's)")
        for part in _PARTS:
            if not isinstance(record.get(part), dict):
                raise InputError(f"{folder / RECORD}: {CHANGED} (it has no {part!r})")
        self.folder = folder
        self.record: dict[str, Any] = record

    def lines(self, stem: str) -> Iterator[dict[str, Any]]:
        """The records of one kind of file (``corpus``, ``audit``, ``pairs`` …), over all of its shards in order."""
        for name in self.names(stem):
            yield from self.file(name)

    def file(self, name: str) -> Iterator[dict[str, Any]]:
        """The records of one file; once it is read to its end, its digest must be that of ``run.json``."""
        read = _read if name.endswith(".jsonl") else read_packed
        return read(self.folder / name, self.record["outputs"][name]["sha256"])

    def check_files(self) -> None:
        """Hold all files against their digests.

        Raises:
            InputError: names the first that is missing or changed.
        """
        for name, file in self.record["outputs"].items():
            check_digest(self.folder / name, file["sha256"])

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Where the block trips over what a file holds, say which file was changed; what else fails is a bug.

        Raises:
            InputError: names the file.
        """
        try:
            yield
        except (LookupError, TypeError, ValueError, AttributeError):
            self.check_files()
            raise

    def check_originals(self) -> None:
        """Hold all that originals are restored from against its digests: documents, their texts, and the audit.

        Raises:
            InputError: names the first file that is missing or changed.
        """
        for stem in (self._stem, "dropped", "audit"):
            for name in self.names(stem):
                check_digest(self.folder / name, self.record["outputs"][name]["sha256"])
        if self._stem == "documents":
            deque(self.documents(), maxlen=0)  # reads the text files

    def documents(self) -> Iterator[dict[str, Any]]:
        """The documents that were kept, with their clean text."""
        for name in self.names(self._stem):
            yield from map(self.with_text, self.file(name))

    def all_documents(self) -> Iterator[dict[str, Any]]:
        """The documents that were kept or dropped, with their clean text, in the order of the audit."""
        for kept, dropped in zip(self.names(self._stem), self.names("dropped"), strict=True):
            rows = heapq.merge(self.file(kept), self.file(dropped), key=lambda row: str(row["id"]))
            yield from map(self.with_text, rows)

    def with_audit(self) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
        """Each document, kept or dropped, with its lines of the audit.

        Raises:
            InputError: the audit speaks of a document that is not there.
        """
        lines = self.lines("audit")
        pending = next(lines, None)
        for document in self.all_documents():
            own = []
            while pending is not None and pending["id"] == document["id"]:
                own.append(pending)
                pending = next(lines, None)
            yield document, own
        if pending is not None:
            raise InputError(
                f"{self.folder}: its audit speaks of {pending['id']!r}, which the corpus lacks or holds elsewhere:"
                f" one of both {CHANGED}"
            )

    @property
    def _stem(self) -> str:
        return "documents" if self.record["config"]["format"] == "txt" else "corpus"

    def names(self, stem: str) -> list[str]:
        """The files of one kind, in order."""
        names = sorted(self.record["outputs"])
        return [name for name in names if name.startswith((stem + ".", stem + "-"))]

    def with_text(self, record: dict[str, Any]) -> dict[str, Any]:
        """A record of the corpus with its text, which the format ``txt`` keeps in a file of its own.

        Raises:
            InputError: that file is missing or changed.
        """
        if "text" in record:
            return record
        if not isinstance(record.get("file"), str) or not isinstance(record.get("sha256"), str):
            raise InputError(f"{self.folder}: its document {record.get('id')!r} has no text: the corpus {CHANGED}")
        folder = self.folder / "text"
        path = folder / record.pop("file")
        if ".." in path.parts or not path.is_relative_to(folder):
            raise InputError(f"{path}: lies outside of {folder}: the corpus {CHANGED}")
        check_digest(path, record.pop("sha256"))
        return {**record, "text": path.read_bytes().decode()}


def _is_file(name: str, file: Any) -> bool:
    """Say whether an entry of ``outputs`` is one: a name in the folder, with its digest."""
    return Path(name).name == name and isinstance(file, dict) and isinstance(file.get("sha256"), str)


def _read(path: Path, wanted: str) -> Iterator[dict[str, Any]]:
    number = 0
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            for line in file:
                number += 1
                digest.update(line)
                yield orjson.loads(line)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {reason_of(error)}; run cleaner again to make it") from error
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path}: {CHANGED} (line {number:,} is no JSON)") from error
    if digest.hexdigest() != wanted:
        raise InputError(f"{path}: {CHANGED}")
