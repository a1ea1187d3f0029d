"""The engine that needs nothing: worker processes on this machine, and files in a spool folder."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, NamedTuple, Self

import pyarrow as pa

from cleaner.engines import SILENT, BatchFunction, Dataset, GroupFunction, Part, Readable, Watch, spool
from cleaner.engines.scatter import Partition, arranged, bits_for
from cleaner.errors import CleanerError

#: A hash partition of a shuffle is meant to be about this large, so that it fits into a worker's memory.
PARTITION_BYTES = 64 << 20


class LocalEngine:
    """Runs passes in ``jobs`` worker processes (in this one where ``jobs`` is 1) over files in ``spool``."""

    def __init__(
        self, spool: Path, jobs: int = 1, partition_bytes: int = PARTITION_BYTES, watch: Watch = SILENT
    ) -> None:
        self.spool = spool
        self.jobs = jobs
        self.partition_bytes = partition_bytes
        self.watch = watch
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        self.spool.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._pool is not None:
            if kind is not None:
                for process in list((self._pool._processes or {}).values()):
                    process.terminate()
            self._pool.shutdown(wait=True, cancel_futures=True)

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
        bits = self._bits(2 * size) if then and self._bits(size) else 0
        arrange = Arrange(then, bits, self.partition_bytes) if then and bits else None
        folder = self._folder(name)
        calls = [(split, function, schema, arrange, folder / f"{i:06d}.arrow") for i, split in enumerate(splits)]
        return Dataset(schema, tuple(self._run(name, _map_split, calls)), then if bits else None, bits)

    def shuffle(self, name: str, data: Dataset, key: str, function: GroupFunction, schema: pa.Schema) -> Dataset:
        """Bring all rows of one ``key`` (an int64 column) together and apply ``function`` to each hash partition."""
        bits = self._bits(data.bytes)
        if bits > (data.bits if data.key == key else 0) + 1:
            laid = self._scatter(f"{name}/scatter", data, key, bits)
        else:
            laid, bits = data, min(bits, data.bits if data.key == key else 0)
        folder = self._folder(name)
        groups = [
            (Partition(laid, number, bits), function, schema, folder / f"{number:06d}.arrow")
            for number in range(1 << bits)
        ]
        parts = tuple(self._run(name, _group_partition, groups))
        if laid is not data:
            self.drop(laid)
        return Dataset(schema, parts)

    def keep(self, name: str, table: pa.Table) -> Dataset:
        """Write a table to the spool as one part, to be a side input that every worker memory-maps."""
        part = spool.write(self._folder(name) / "000000.arrow", table.schema, table.to_batches())
        return Dataset(table.schema, (part,))

    def drop(self, data: Dataset) -> None:
        """Nobody will read ``data`` again: its files are deleted."""
        for part in data.parts:
            part.path.unlink(missing_ok=True)

    def _scatter(self, name: str, data: Dataset, key: str, bits: int) -> Dataset:
        """The rows of ``data`` anew, arranged by hash partitions of ``key``."""
        folder, arrange = self._folder(name), Arrange(key, bits, self.partition_bytes)
        calls = [(part, None, data.schema, arrange, folder / f"{i:06d}.arrow") for i, part in enumerate(data.parts)]
        return Dataset(data.schema, tuple(self._run(name, _map_split, calls)), key, bits)

    def _bits(self, size: int) -> int:
        return bits_for(size, self.partition_bytes)

    def _folder(self, name: str) -> Path:
        folder = self.spool / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _run(self, name: str, function: Callable[..., Part], calls: Sequence[tuple[Any, ...]]) -> list[Part]:
        """The results of all calls, in their order; the watch hears of each as it arrives."""
        self.watch.begin(name, len(calls))
        results: dict[int, Part] = {}
        for number, result in self._results(function, calls):
            self.watch.done(name, result.rows, result.bytes)
            results[number] = result
        self.watch.end(name)
        return [results[number] for number in range(len(calls))]

    def _results(self, function: Callable[..., Part], calls: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, Part]]:
        if self.jobs == 1 or len(calls) == 1:
            for number, call in enumerate(calls):
                yield number, function(*call)
            return
        if self._pool is None:
            context = multiprocessing.get_context("forkserver")
            self._pool = ProcessPoolExecutor(self.jobs, mp_context=context)
        numbers = {self._pool.submit(function, *call): number for number, call in enumerate(calls)}
        try:
            for future in as_completed(numbers):
                yield numbers[future], future.result()
        except BrokenProcessPool as error:
            raise CleanerError(
                "a worker process died (killed, or out of memory); run again with fewer workers: --jobs 1"
            ) from error


class Arrange(NamedTuple):
    """How the rows of a part are to lie: by 2 ** ``bits`` hash partitions of ``key``, in runs of ``run_bytes``."""

    key: str
    bits: int
    run_bytes: int


def _map_split(
    split: Readable, function: BatchFunction | None, schema: pa.Schema, arrange: Arrange | None, path: Path
) -> Part:
    batches = split.read() if function is None else map(function, split.read())
    batches = arranged(batches, *arrange) if arrange else (batch for batch in batches if batch.num_rows)
    return spool.write(path, schema, batches)


def _group_partition(partition: Partition, function: GroupFunction, schema: pa.Schema, path: Path) -> Part:
    table = partition.table()
    alone = partition.bits == 0
    return spool.write(path, schema, function(table).to_batches() if table.num_rows or alone else [])
