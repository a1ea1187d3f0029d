"""What a corpus can be given as in Python: names of files, or documents that are in memory.

Documents in memory become the same rows of INPUT that a reader makes, in files of a private folder, so that workers
read them like any other input, and memory holds only a few of them at a time.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from itertools import chain
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import pyarrow as pa

from cleaner import engines, schemas, session
from cleaner.config import Config
from cleaner.errors import InputError
from cleaner.library.records import Document
from cleaner.readers import Plan, ReaderOptions, Split
from cleaner.readers.fields import rows as rows_of
from cleaner.readers.layout import notes_on
from cleaner.readers.metadata import as_json
from cleaner.readers.rows import Row, batches

#: What documents in memory are called after: ``documents:3`` is the third.
NAME = "documents"

#: Rows of an Arrow stream that are Python objects at a time.
ROWS = 1_000

#: Fields of a Document that say what became of it, and are no input.
RESULTS = {"near_duplicates", "near_duplicate_share", "location", "ambiguous"}
COLUMNS = {"text", "id", "source", "url", "title", "authors", "published", "updated", "language"}


@runtime_checkable
class ArrowStream(Protocol):
    """Anything that gives an Arrow stream: tables and readers of pyarrow, frames of pandas and of Polars."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Export the rows (Arrow PyCapsule interface)."""
        ...


Name = str | os.PathLike[str]
Record = Document | Mapping[str, Any]
Inputs = Name | Record | ArrowStream | Iterable[Name] | Iterable[Record]


@dataclass(frozen=True, slots=True)
class Spooled(Split):
    """A split that lies in a file of INPUT rows."""

    path: Path = Path()

    def read(self) -> Iterator[pa.RecordBatch]:
        """Yield its batches."""
        return engines.Part(self.path, 0, 0).read()

    def __str__(self) -> str:
        return f"{NAME} in memory, piece {self.number}"


def plan_of(inputs: Inputs, config: Config, folder: Path) -> Plan:
    """What a run reads; documents in memory are written to ``folder``, which must stay as long as the plan.

    Raises:
        InputError: a file that is missing, or something that can be no document.
    """
    given, named = _given(inputs)
    if named:
        return _named([_name(one) for one in given], config)
    options = session.reader_options(config)
    first = next(given, None)
    notes = _guessed(first, options)
    return replace(spool(given if first is None else chain([first], given), options, folder), notes=notes)


def _named(names: list[str], config: Config) -> Plan:
    try:
        return session.plan_inputs(names, config)
    except InputError as error:
        if "there is no such file" in str(error):
            raise InputError(f"{error}; a string names a file: {_WANTED}") from error
        raise


def _guessed(first: Any, options: ReaderOptions) -> tuple[str, ...]:
    """Say which fields of the first mapping were guessed, and which it lacks."""
    notes = notes_on([str(name) for name in first], options) if isinstance(first, Mapping) else []
    return tuple(f"{NAME}: {note}" for note in notes)


def _given(inputs: Any) -> tuple[Iterator[Any], bool]:
    """The single inputs, and whether they are names of files."""
    if isinstance(inputs, (str, os.PathLike, Document, Mapping)):
        return iter([inputs]), isinstance(inputs, (str, os.PathLike))
    if isinstance(inputs, ArrowStream):
        return _arrow(inputs), False
    if isinstance(inputs, (bytes, bytearray)) or not isinstance(inputs, Iterable) or hasattr(inputs, "columns"):
        raise InputError(f"inputs cannot be {_type(inputs)}; {_WANTED}")
    found = iter(inputs)
    first = next(found, None)
    return (iter(()) if first is None else chain([first], found)), isinstance(first, (str, os.PathLike))


_WANTED = (
    "give names of files (strings or paths), Documents or mappings, an Arrow table, a pandas or Polars frame; "
    "single texts as Document(text) or {'text': text}, or to clean_texts()"
)


def _name(given: Any) -> str:
    if not isinstance(given, (str, os.PathLike)):
        raise InputError(f"names of files are given together with something {_type(given)}; {_WANTED}")
    name = os.fspath(given)
    if not isinstance(name, str) or "\n" in name:
        raise InputError(f"{str(name)[:40]!r}… is no name of a file; {_WANTED}")
    return name


def _type(value: object) -> str:
    return f"of type {type(value).__module__}.{type(value).__qualname__}".replace("builtins.", "")


def _arrow(stream: ArrowStream) -> Iterator[dict[str, Any]]:
    """The rows of an Arrow stream as mappings, without the index that pandas adds."""
    for batch in pa.RecordBatchReader.from_stream(stream):
        names = [name for name in batch.schema.names if not name.startswith("__index_level_")]
        for start in range(0, len(batch), ROWS):  # a whole frame may be one batch
            yield from batch.select(names).slice(start, ROWS).to_pylist()


def records_to_rows(records: Iterable[Any], options: ReaderOptions) -> Iterator[Row]:
    """Turn documents and mappings into rows, as a reader does with the records of a file.

    Raises:
        InputError: something that is neither a document nor a mapping.
    """
    plain = ReaderOptions(max_record_bytes=options.max_record_bytes)
    for number, record in enumerate(records, 1):
        location = f"{NAME}:{number}"
        if isinstance(record, Document):
            yield _document(record, location, plain)
        elif isinstance(record, Mapping):
            cells = {str(name): _plain(value) for name, value in record.items()}
            yield from rows_of([(location, cells)], options, unwrap=False)
        else:
            raise InputError(f"input {number:,} is {_type(record)}; {_WANTED}")


def _document(document: Document, location: str, options: ReaderOptions) -> Row:
    own = {one.name: getattr(document, one.name) for one in fields(document)}
    cells = {name: list(own[name]) if name == "authors" else own[name] for name in COLUMNS if own[name]}
    row = next(rows_of([(location, {"text": document.text, **cells})], options, unwrap=False))
    found = {name: value for name, value in own.items() if value and name not in COLUMNS | RESULTS | {"metadata"}}
    rest = {**found, **document.metadata}
    return row._replace(metadata=as_json(rest, tuple(rest)))


def _plain(value: Any) -> Any:
    """A value of NumPy as one of Python, and what pandas writes for a missing one as None."""
    if type(value).__module__ == "numpy" and hasattr(value, "item") and not getattr(value, "shape", ()):
        value = value.item()
    if isinstance(value, float) and value != value:
        return None
    return None if type(value).__name__ in {"NaTType", "NAType"} else value


def spool(records: Iterable[Any], options: ReaderOptions, folder: Path) -> Plan:
    """Write documents that are in memory to ``folder``, as splits of about ``split_bytes``."""
    rows = records_to_rows(records, options)
    splits: list[Split] = []
    size = 0
    for first in rows:
        number = len(splits)
        path = folder / f"{number:06d}.arrow"
        some = _up_to(chain([first], rows), options.split_bytes)
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schemas.INPUT) as writer:
            for batch in batches(some, number):
                writer.write_batch(batch)
        splits.append(Spooled(number, (), options, path))
        size += path.stat().st_size
    return Plan(tuple(splits), (), size)


def _up_to(rows: Iterable[Row], size: int) -> Iterator[Row]:
    """Yield rows until ``size`` bytes of content are reached."""
    for row in rows:
        yield row
        size -= len(row.text or b"") + len(row.raw or b"")
        if size <= 0:
            return
