"""What runs the passes and barriers: a protocol of two verbs, and one module an engine.

A *batch function* takes a record batch and returns a record batch; it sees nothing else. A *group function*
takes a table that holds all the rows of its keys, and sorts it itself. Neither imports an engine, so every
engine gives the same bytes.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import pyarrow as pa

from cleaner.errors import LostPartError

BatchFunction = Callable[[pa.RecordBatch], pa.RecordBatch]
GroupFunction = Callable[[pa.Table], pa.Table]


class Readable(Protocol):
    """A piece of a corpus that a worker can read by itself; picklable."""

    def read(self) -> Iterator[pa.RecordBatch]:
        """Yield the piece's rows, a bounded number at a time."""
        ...


@runtime_checkable
class OnFiles(Readable, Protocol):
    """A piece of a corpus that lies in local files."""

    def files(self) -> Iterator[str]:
        """Yield the paths of files that must be there where it is read."""
        ...


#: Record batches of a part are united up to this size when they are read.
BATCH_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the spool, written whole by one worker; ``digest`` is the CRC-32 of its bytes.

    Reading raises LostPartError where it is gone.
    """

    path: Path
    rows: int
    bytes: int
    digest: int = 0

    def read(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the rows in record batches, small ones united; of the file only the ``columns`` named are read."""
        with self._opened(pa.OSFile) as source:
            yield from united(_batches(source, self.path, columns))

    def mapped(self) -> Iterator[pa.RecordBatch]:
        """Yield the record batches memory-mapped: for reading a few rows here and there."""
        with self.memory() as source:
            yield from _batches(source, self.path, None)

    def memory(self) -> pa.NativeFile:
        """The file as a memory map; raises ``LostPartError`` where it is gone."""
        return self._opened(pa.memory_map)

    def _opened(self, how: Callable[[str], pa.NativeFile]) -> pa.NativeFile:
        try:
            return how(str(self.path))
        except FileNotFoundError as error:
            raise LostPartError(f"{self.path}: this part of the run is gone; something else has deleted it") from error


def _batches(source: pa.NativeFile, path: Path, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    try:
        names = pa.ipc.open_file(source).schema.names if columns is not None else []
        fields = [names.index(name) for name in columns or ()]
        reader = pa.ipc.open_file(source, options=pa.ipc.IpcReadOptions(included_fields=fields))
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            yield batch if columns is None else batch.select(columns)
    except pa.ArrowInvalid as error:
        raise OSError(errno.EIO, "is damaged", str(path)) from error


def united(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the same rows in fewer batches where they are small: a part has one for each hash partition."""
    held: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        if held and size + batch.nbytes > BATCH_BYTES:
            yield _as_one(held)
            held, size = [], 0
        held.append(batch)
        size += batch.nbytes
    if held:
        yield _as_one(held)


def _as_one(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return pa.concat_batches(batches) if len(batches) > 1 else batches[0]  # that of one would be a copy


@dataclass(frozen=True, slots=True)
class Columns:
    """Some columns of a part."""

    part: Part
    names: tuple[str, ...]

    @property
    def bytes(self) -> int:
        """Size of the whole part."""
        return self.part.bytes

    def read(self) -> Iterator[pa.RecordBatch]:
        """Yield the record batches with these columns only."""
        return self.part.read(self.names)


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a pass or barrier wrote: parts of one schema, in an order that the input alone decides.

    Where ``key`` names a column, each part's rows are arranged by their hash partition (see engines.scatter): its
    record batch ``i`` holds those of partition ``i`` modulo 2 ** ``bits``.
    """

    schema: pa.Schema
    parts: tuple[Part, ...]
    key: str | None = None
    bits: int = 0

    @property
    def rows(self) -> int:
        """Number of rows in all parts."""
        return sum(part.rows for part in self.parts)

    @property
    def bytes(self) -> int:
        """Size of all parts, unpacked."""
        bits: int = sum(kind.bit_width for kind in self.schema.types if pa.types.is_primitive(kind))
        return max(sum(part.bytes for part in self.parts), self.rows * bits // 8)

    def read(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield all rows, one record batch at a time."""
        for part in self.parts:
            yield from part.read(columns)

    def table(self) -> pa.Table:
        """All rows as one table (memory-mapped, not copied)."""
        return pa.Table.from_batches([batch for part in self.parts for batch in part.mapped()], schema=self.schema)

    def only(self, *names: str) -> list[Columns]:
        """The parts, to be read with some of their columns only."""
        return [Columns(part, names) for part in self.parts]


class Watch(Protocol):
    """Is told how far a run is; called in the process that began it, as results arrive."""

    def begin(self, name: str, parts: int) -> None:
        """A pass, or a step of a barrier, starts, which makes so many parts."""
        ...

    def done(self, name: str, rows: int, size: int) -> None:
        """One part of it is finished, and holds so many rows, in ``size`` bytes."""
        ...

    def end(self, name: str) -> None:
        """All its parts are finished."""
        ...

    def say(self, text: str) -> None:
        """Tell the person something that stops nothing: a worker that died, say, and was replaced."""
        ...


class Silent:
    """Watches without a word."""

    def begin(self, name: str, parts: int) -> None:
        """Nothing is shown."""

    def done(self, name: str, rows: int, size: int) -> None:
        """Nothing is shown."""

    def end(self, name: str) -> None:
        """Nothing is shown."""

    def say(self, text: str) -> None:
        """Nothing is said."""


SILENT = Silent()


class Engine(Protocol):
    """Runs functions over data that may be larger than memory."""

    def map(
        self,
        name: str,
        splits: Sequence[Readable],
        function: BatchFunction,
        schema: pa.Schema,
        then: str | None = None,
    ) -> Dataset:
        """Apply ``function`` to every record batch of every split; part ``i`` holds the results of split ``i``.

        ``then`` is the key by which the result will be shuffled: an engine may arrange the rows for it at once.
        """
        ...

    def shuffle(
        self,
        name: str,
        data: Dataset,
        key: str | None,
        function: GroupFunction,
        schema: pa.Schema,
        then: str | None = None,
    ) -> Dataset:
        """Bring all rows of one ``key`` (an int64 column) together and apply ``function`` to each hash partition.

        Without a key all rows stay together. The result will be shuffled by ``then``.
        """
        ...

    def keep(self, name: str, table: pa.Table) -> Dataset:
        """Write a table to the spool as one part, to be a side input that every worker memory-maps."""
        ...

    def drop(self, data: Dataset) -> None:
        """No step will read ``data`` again, nor will what drives the steps: what it takes of the disk is free."""
        ...
