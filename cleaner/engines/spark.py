"""The engine for many machines: Spark hands out the work, does again what a lost node took along, and moves rows.

The spool is a folder that all nodes see. A call is made where Spark puts it, and writes its part there; a part appears
under its name when it is whole, so that a call may be made twice. Rows that a barrier brings together travel through
Spark's shuffle as blocks in Arrow's format, to where our own hash says: Spark only moves them, and never looks inside.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa

from cleaner.engines import SILENT, BatchFunction, Dataset, GroupFunction, OnFiles, Part, Readable, Watch, spool
from cleaner.engines.local import PARTITION_BYTES, LocalEngine
from cleaner.engines.manifest import Manifest
from cleaner.engines.scatter import bits_for, partitions
from cleaner.engines.spark_nodes import Home
from cleaner.engines.spark_session import Session, require
from cleaner.engines.steps import GroupPartition
from cleaner.engines.workers import Step

#: The rows of a part that go to one hash partition: the part's number, and a message of Arrow's IPC format.
Block = tuple[int, bytes]
Call = tuple[int, Any, Part | None]


class SparkEngine(LocalEngine):
    """Makes the calls of the local engine as tasks of Spark; it starts with the first of them.

    Args:
        spool: folder for the parts, which all nodes must see under this path.
        master: Spark's master URL; None leaves it to Spark's own configuration.
        partition_bytes, watch, manifest: see LocalEngine.

    Raises:
        CleanerError: PySpark or Java is missing, Spark cannot start, or a task failed for good.
    """

    def __init__(
        self,
        spool: Path,
        master: str | None = None,
        partition_bytes: int = PARTITION_BYTES,
        watch: Watch = SILENT,
        manifest: Manifest | None = None,
    ) -> None:
        super().__init__(spool, 1, partition_bytes, watch, manifest)
        self._session = Session(master, watch.say)

    def __enter__(self) -> Self:
        require()
        super().__enter__()
        self._home = Home.here(self.spool)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._session.stop()
        finally:
            super().__exit__()

    def map(
        self,
        name: str,
        splits: Sequence[Readable],
        function: BatchFunction,
        schema: pa.Schema,
        then: str | None = None,
    ) -> Dataset:
        """Apply ``function`` to every record batch of every split; part ``i`` holds the results of split ``i``."""
        return super().map(name, splits, function, schema)  # Spark arranges rows by itself

    def shuffle(
        self,
        name: str,
        data: Dataset,
        key: str | None,
        function: GroupFunction,
        schema: pa.Schema,
        then: str | None = None,
    ) -> Dataset:
        """Bring all rows of one ``key`` (an int64 column) together and apply ``function`` to each hash partition."""
        bits = bits_for(data.bytes, self.partition_bytes) if key else 0
        group = GroupPartition(self._folder(name), function, schema, Dataset(data.schema, data.parts, key), bits)
        return Dataset(schema, self._run(name, group, range(1 << bits)))

    def _results(self, step: Step, calls: Sequence[Call], names: Sequence[str]) -> Iterator[tuple[int, Part]]:
        if isinstance(step, GroupPartition) and step.bits:
            yield from self._shuffled(step, calls)
        elif calls:
            make = MakeCall(self._home, step)
            yield from self._session.run(names[0].partition(":")[0], calls, lambda rows: rows.map(make))

    def _shuffled(self, step: GroupPartition, calls: Sequence[Call]) -> Iterator[tuple[int, Part]]:
        """What a run before has made and still stands is taken over; the rows of all other partitions travel."""
        name = step.folder.name
        places = {number: place for place, (number, _, _) in enumerate(calls)}
        known = [part for _, _, part in calls if part]
        check = TakeOver(self._home, step)
        for _, part in self._session.run(f"{name}/known", known, lambda rows: rows.flatMap(check)):
            yield places.pop(int(part.path.stem)), part
        scatter = Scatter(self._home, step, frozenset(places))
        gather = Gather(self._home, step, places)
        yield from self._session.run(
            name,
            step.data.parts if places else (),
            lambda rows: rows.flatMap(scatter).partitionBy(1 << step.bits, int).mapPartitionsWithIndex(gather),
        )


@dataclass(frozen=True, slots=True)
class MakeCall:
    """A task: one call in, its part out."""

    home: Home
    step: Step

    def __call__(self, row: tuple[int, Call]) -> tuple[int, Part]:
        """Make the call where all that it needs is seen."""
        place, call = row
        self.home.check()
        if isinstance(call[1], OnFiles):
            self.home.check_inputs(call[1].files())
        return place, self.step(*call)


@dataclass(frozen=True, slots=True)
class TakeOver:
    """A task: a part of the run before in; the same out if it is as it was written."""

    home: Home
    step: GroupPartition

    def __call__(self, row: tuple[int, Part]) -> Iterator[tuple[int, Part]]:
        """Look at the part."""
        self.home.check()
        if self.step.stands(row[1]):
            yield row


@dataclass(frozen=True, slots=True)
class Scatter:
    """A task: one part in; out a block for each of the hash partitions ``wanted`` that it has rows of."""

    home: Home
    step: GroupPartition
    wanted: Collection[int]

    def __call__(self, row: tuple[int, Part]) -> Iterator[tuple[int, Block]]:
        """Yield the number of the hash partition, and the block."""
        self.home.check()
        number, part = row
        data, bits = self.step.data, self.step.bits
        for batch in pa.Table.from_batches(part.read(), schema=data.schema).combine_chunks().to_batches():
            partition = partitions(batch[data.key], bits)
            batch = batch.take(pa.array(np.argsort(partition, kind="stable")))
            ends = np.cumsum(np.bincount(partition, minlength=1 << bits)).tolist()
            for i, (start, end) in enumerate(pairwise([0, *ends])):
                if start < end and i in self.wanted:
                    yield i, (number, batch.slice(start, end - start).serialize().to_pybytes())


@dataclass(frozen=True, slots=True)
class Gather:
    """A task: the blocks of one hash partition in, its part out; ``places`` are those of the calls, by partition."""

    home: Home
    step: GroupPartition
    places: Mapping[int, int]

    def __call__(self, number: int, rows: Iterable[tuple[int, Block]]) -> Iterator[tuple[int, Part]]:
        """Make the part of hash partition ``number``, if it is wanted."""
        self.home.check()
        if number in self.places:
            with self._gathered(block for _, block in rows) as table:
                yield self.places[number], self.step.made(number, table)

    @contextmanager
    def _gathered(self, blocks: Iterable[Block]) -> Iterator[pa.Table]:
        """The rows as a memory-mapped table, in the order of their parts whatever order they arrive in."""
        schema, order = self.step.data.schema, list[int]()

        def arriving() -> Iterator[pa.RecordBatch]:
            for number, block in blocks:
                order.append(number)
                yield pa.ipc.read_record_batch(pa.py_buffer(block), schema)

        # Spark's scratch folders of this node: it clears them even when this process is killed.
        scratch = os.environ.get("SPARK_LOCAL_DIRS", "").split(",")[0] or None
        with tempfile.TemporaryDirectory(prefix="cleaner-", dir=scratch) as folder:
            batches = list(spool.write(Path(folder) / "rows.arrow", schema, arriving()).mapped())
            yield pa.Table.from_batches([batches[at] for at in np.argsort(order, kind="stable")], schema=schema)
