"""What a worker is asked to do: steps of calls that each make one part, of a split or of a hash partition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from cleaner.engines import BatchFunction, Dataset, GroupFunction, Part, Readable, spool
from cleaner.engines.scatter import Partition, arranged


class Arrange(NamedTuple):
    """How the rows of a part are to lie: by 2 ** ``bits`` hash partitions of ``key``, in runs of ``run_bytes``."""

    key: str
    bits: int
    run_bytes: int


def regardless_of_memory(step: MapSplit | GroupPartition) -> MapSplit | GroupPartition:
    """The step as its parts are known by: the same rows lie in the same partitions, in however many runs."""
    return replace(step, arrange=step.arrange._replace(run_bytes=0)) if step.arrange else step


@dataclass(frozen=True, slots=True)
class MapSplit:
    """A step of calls that each make the part of a split; without a ``function`` the rows stay as they are."""

    folder: Path
    function: BatchFunction | None
    schema: pa.Schema
    arrange: Arrange | None

    def path(self, number: int) -> Path:
        """Where a part goes."""
        return self.folder / f"{number:06d}.arrow"

    def __call__(self, number: int, split: Readable, known: Part | None) -> Part:
        """Part ``number``, or the one that is ``known`` if it is as it was written."""
        if known and spool.intact(known):
            return known
        batches = split.read() if self.function is None else map(self.function, split.read())
        return _written(self.path(number), self.schema, batches, self.arrange)


def _written(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch], arrange: Arrange | None) -> Part:
    if not arrange:
        return spool.write(path, schema, (batch for batch in batches if batch.num_rows))
    numbers = all(pa.types.is_primitive(kind) for kind in schema.types)
    return spool.write(path, schema, arranged(batches, *arrange), packed=numbers)


@dataclass(frozen=True, slots=True)
class GroupPartition:
    """A step of calls that each make the part of a hash partition.

    A ``function`` that writes files has a method ``intact``, which says whether those that its result names are there.
    """

    folder: Path
    function: GroupFunction
    schema: pa.Schema
    data: Dataset
    bits: int
    arrange: Arrange | None = None

    def path(self, number: int) -> Path:
        """Where a part goes."""
        return self.folder / f"{number:06d}.arrow"

    def __call__(self, number: int, _: object, known: Part | None) -> Part:
        """Part ``number``, or the one that is ``known`` if it is as it was written."""
        if known and self.stands(known):
            return known
        return self.made(number, Partition(self.data, number, self.bits).table())

    def stands(self, known: Part) -> bool:
        """Whether a part is as it was written, and the files that it tells of as well."""
        check = getattr(self.function, "intact", None)
        return spool.intact(known) and (check is None or bool(check(Dataset(self.schema, (known,)).table())))

    def made(self, number: int, table: pa.Table) -> Part:
        """Part ``number``, made of the rows of its partition."""
        found = self.function(table) if table.num_rows or not self.bits else self.schema.empty_table()
        return _written(self.path(number), self.schema, found.to_batches(), self.arrange)
