"""Find the records of one document in the files of a run without reading all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from cleaner import audit
from cleaner.corpus import Corpus
from cleaner.documents import apply
from cleaner.errors import InputError, reason_of
from cleaner.writers.formats import CHANGED

#: So few bytes are read row by row.
NEAR = 1 << 15


def documents(corpus: Corpus, identity: str) -> Iterator[dict[str, Any]]:
    """The document of this id, kept or dropped, with its clean text; at most one."""
    yield from (row for stem in ("documents", "corpus", "dropped") for row in lines(corpus, stem, identity))


def lines(corpus: Corpus, stem: str, identity: str) -> Iterator[dict[str, Any]]:
    """The records of ``corpus``, ``documents``, ``dropped`` or ``audit`` that have this id, in their order.

    These files are sorted by id: in JSON lines the place is found by bisection, the other formats are read.

    Raises:
        InputError: a file that is missing or holds no JSON.
    """
    for name in corpus.names(stem):
        if name.endswith(".jsonl"):
            found = _bisected(corpus.folder / name, identity)
        else:
            found = (row for row in corpus.file(name) if row["id"] == identity)
        yield from map(corpus.with_text, found) if stem != "audit" else found


def compared_text(corpus: Corpus, document: dict[str, Any], trail: Sequence[dict[str, Any]] | None = None) -> str:
    """The clean text as it was when passages were compared: clusters name places in it.

    It differs from the text of the document where ``duplicates`` is ``drop-passages``. An edit that became one with
    the removal of the passage beside it is undone with it, so that places behind it may be some characters off.
    """
    if corpus.record["config"]["duplicates"] != "drop-passages":
        return str(document["text"])
    trail = list(lines(corpus, "audit", document["id"])) if trail is None else trail
    original = audit.original_text(document["text"], trail)
    return apply([edit for edit in audit.edits_of(trail) if edit.stage != "near-duplicates"], original)


def _bisected(path: Path, identity: str) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as file:
            low, high = 0, path.stat().st_size
            while high - low > NEAR:
                middle = (low + high) // 2
                row = _row_after(file, middle, path)
                low, high = (low, middle) if row is None or row["id"] >= identity else (middle, high)
            for row in _rows_from(file, low, path):
                if row["id"] > identity:
                    return
                if row["id"] == identity:
                    yield row
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {reason_of(error)}; run cleaner again to make it") from error


def _row_after(file: BinaryIO, place: int, path: Path) -> dict[str, Any] | None:
    """The first row that begins at ``place`` or later."""
    return next(_rows_from(file, place, path), None)


def _rows_from(file: BinaryIO, place: int, path: Path) -> Iterator[dict[str, Any]]:
    file.seek(max(0, place - 1))
    if place:
        file.readline()  # the rest of a row that began before
    for line in file:
        try:
            yield orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise InputError(f"{path}: {CHANGED} (a line is no JSON)") from error
