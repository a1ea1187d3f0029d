"""The engine that needs nothing: worker processes on this machine, and files in a spool folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import pyarrow as pa

from cleaner.engines import SILENT, BatchFunction, Dataset, GroupFunction, Part, Readable, Watch, spool
from cleaner.engines.manifest import Manifest, key_of
from cleaner.engines.scatter import bits_for
from cleaner.engines.steps import Arrange, GroupPartition, MapSplit, regardless_of_memory
from cleaner.engines.workers import Step, Workers, give_back_in_time

#: A hash partition of a shuffle is meant to be about this large, so that it fits into a worker's memory.
PARTITION_BYTES = 64 << 20
#: Below this no partition is made for the sake of a worker that has nothing to do.
LEAST_BYTES = 4 << 20


class LocalEngine:
    """Runs passes in ``jobs`` worker processes (in this one where ``jobs`` is 1) over files in ``spool``.

    Args:
        spool: folder for the parts; made if need be.
        jobs: number of processes.
        partition_bytes: how much of a shuffle a worker holds at a time; results do not depend on it.
        watch: is told how far the run is.
        manifest: of the same folder; with one that goes on, finished parts are taken over.
    """

    def __init__(
        self,
        spool: Path,
        jobs: int = 1,
        partition_bytes: int = PARTITION_BYTES,
        watch: Watch = SILENT,
        manifest: Manifest | None = None,
    ) -> None:
        self.spool = spool
        self.jobs = jobs
        self.partition_bytes = partition_bytes
        self.watch = watch
        self._manifest = manifest or Manifest(spool)
        self._workers: Workers | None = None
        self._origins: dict[Path, str] = {}

    def __enter__(self) -> Self:
        self._manifest.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._end_workers()
        self._manifest.__exit__()
        for left in self.spool.rglob("*.tmp"):  # of workers that were ended amid their work
            left.unlink()

    def map(
        self,
        name: str,
        splits: Sequence[Readable],
        function: BatchFunction,
        schema: pa.Schema,
        then: str | None = None,
    ) -> Dataset:
        """Apply ``function`` to every record batch of every split; part ``i`` holds the results of split ``i``.

        Where the result will be shuffled (``then``), its rows are arranged by hash partitions at once: finer ones
        than the splits' size asks for, since the barrier can read several as one, but not a part of one.
        """
        size = sum(getattr(split, "bytes", 0) for split in splits)
        bits = self._settled(f"{name}/then", self._bits(2 * size) if self._bits(size) else 0) if then else 0
        arrange = Arrange(then, bits, self.partition_bytes) if then and bits else None
        parts = self._run(name, MapSplit(self._folder(name), function, schema, arrange), splits)
        return Dataset(schema, parts, then if bits else None, bits)

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
        had = data.bits if data.key == key else 0
        bits = self._partitions(name, data.bytes, had) if key else 0
        laid = self._scatter(f"{name}/scatter", data, str(key), bits) if bits > had else data
        further = self._settled(f"{name}/then", self._bits(2 * data.bytes)) if then and bits else 0
        arrange = Arrange(then, further, self.partition_bytes) if then and further else None
        group = GroupPartition(self._folder(name), function, schema, laid, bits, arrange)
        parts = self._run(name, group, range(1 << bits))
        if laid is not data:
            self.drop(laid)
        return Dataset(schema, parts, then if further else None, further)

    def keep(self, name: str, table: pa.Table) -> Dataset:
        """Write a table to the spool as one part, to be a side input that every worker memory-maps."""
        part = spool.write(self._folder(name) / "000000.arrow", table.schema, table.to_batches())
        return Dataset(table.schema, (part,))

    def drop(self, data: Dataset) -> None:
        """Nobody will read ``data`` again: its files are deleted."""
        for part in data.parts:
            self._manifest.drop(part)
            part.path.unlink(missing_ok=True)

    def _scatter(self, name: str, data: Dataset, key: str, bits: int) -> Dataset:
        """The rows of ``data`` anew, arranged by hash partitions of ``key``."""
        step = MapSplit(self._folder(name), None, data.schema, Arrange(key, bits, self.partition_bytes))
        return Dataset(data.schema, self._run(name, step, data.parts), key, bits)

    def _partitions(self, name: str, size: int, had: int) -> int:
        """Into how many partitions, in bits, a barrier cuts data of this size, which lie in those of ``had`` bits."""
        bits = self._bits(size)
        if bits <= had + 1:  # half as many partitions cost less than to arrange all anew
            bits = min(bits, had)
        return self._settled(name, bits, bits_for(size, self.partition_bytes) - 1)

    def _settled(self, name: str, bits: int, least: int = 0) -> int:
        """The bits that a step was begun with, so that what is finished of it can be taken over; else ``bits``.

        Where these were too few for what a worker may hold now, and parts are left to make, all are made anew.
        """
        begun, finished = self._manifest.bits(name), self._manifest.parts(name)
        if begun is not None and (begun >= least or finished == 1 << begun):
            return begun
        if begun is not None and finished:  # else another engine made them
            self.watch.say(
                f"{name}: a process may hold less than before; {finished:,} finished parts are made anew, smaller"
            )
        self._manifest.settle(name, bits)
        return bits

    def _bits(self, size: int) -> int:
        spread = max(size // (2 * self.jobs) + 1, LEAST_BYTES) if self.jobs > 1 else self.partition_bytes
        return bits_for(size, min(self.partition_bytes, spread))

    def _folder(self, name: str) -> Path:
        folder = self.spool / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _run(self, name: str, step: MapSplit | GroupPartition, pieces: Sequence[object]) -> tuple[Part, ...]:
        """The part of each piece: made now, or taken over from the run before; the watch hears of each."""
        give_back_in_time()  # what this process held since the step before: workers may need it now
        own = key_of(regardless_of_memory(step))
        keys = [key_of(own, piece) for piece in pieces]
        self.watch.begin(name, len(pieces))
        parts: dict[int, Part] = {}
        calls = []
        for number, piece in enumerate(pieces):
            known, dropped = self._manifest.find(step.path(number), keys[number])
            if known and dropped:
                parts[number] = known
                self.watch.done(name, known.rows, known.bytes)
            else:
                calls.append((number, piece, known))
        names = [f"{name}: {self._origin(step.path(number), piece)}" for number, piece, _ in calls]
        for place, part in self._results(step, calls, names):
            number = calls[place][0]
            self._manifest.note(part, keys[number])
            self.watch.done(name, part.rows, part.bytes)
            parts[number] = part
        self.watch.end(name)
        return tuple(parts[number] for number in range(len(pieces)))

    def _origin(self, path: Path, piece: object) -> str:
        """What a part is made of, in the words of the input as far as that is known."""
        source = getattr(piece, "part", piece)
        known = self._origins.get(source.path) if isinstance(source, Part) else None
        origin = f"partition {piece}" if isinstance(piece, int) else known or str(piece)
        self._origins[path] = origin
        return origin

    def _results(
        self, step: Step, calls: Sequence[tuple[int, object, Part | None]], names: Sequence[str]
    ) -> Iterator[tuple[int, Part]]:
        if self.jobs == 1 or len(calls) < 2:
            for place, call in enumerate(calls):
                yield place, step(*call)
                give_back_in_time()
            return
        self._workers = self._workers or Workers(self.jobs, self.watch.say)
        try:
            yield from self._workers.results(step, calls, names)
        except BaseException:
            self._end_workers()  # others are amid their calls
            raise

    def _end_workers(self) -> None:
        if self._workers is not None:
            self._workers.close()
            self._workers = None
