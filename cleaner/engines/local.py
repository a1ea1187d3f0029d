"""The engine that needs nothing: worker processes on this machine, and files in a spool folder."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.engines import SILENT, BatchFunction, Dataset, GroupFunction, Part, Readable, Watch
from cleaner.errors import CleanerError

#: A hash partition of a shuffle is meant to be about this large, so that it fits into a worker's memory.
PARTITION_BYTES = 64 << 20
_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio (Knuth, The Art of Computer Programming 3, 6.4)


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

    def map(self, name: str, splits: Sequence[Readable], function: BatchFunction, schema: pa.Schema) -> Dataset:
        """Apply ``function`` to every record batch of every split; part ``i`` holds the results of split ``i``."""
        folder = self._folder(name)
        calls = [(split, function, schema, folder / f"{i:06d}.arrow") for i, split in enumerate(splits)]
        return Dataset(schema, tuple(self._run(name, _map_split, calls)))

    def shuffle(self, name: str, data: Dataset, key: str, function: GroupFunction, schema: pa.Schema) -> Dataset:
        """Bring all rows of one ``key`` (an int64 column) together and apply ``function`` to each hash partition."""
        folder = self._folder(name)
        size = sum(part.bytes for part in data.parts)
        bits = min(16, (size // self.partition_bytes).bit_length())
        if bits == 0:
            partitions = [data]
        else:
            calls = [(part, key, bits, folder, i) for i, part in enumerate(data.parts)]
            scattered = list(self._run(f"{name}/scatter", _scatter, calls))
            partitions = [
                Dataset(data.schema, tuple(one[number] for one in scattered if number in one))
                for number in range(1 << bits)
            ]
        groups = [
            (partition, function, schema, folder / f"{i:06d}.arrow")
            for i, partition in enumerate(partitions)
            if partition.parts
        ]
        parts = tuple(self._run(name, _group_partition, groups))
        for file in folder.glob("scatter-*"):
            file.unlink()
        return Dataset(schema, parts)

    def keep(self, name: str, table: pa.Table) -> Dataset:
        """Write a table to the spool as one part, to be a side input that every worker memory-maps."""
        return Dataset(table.schema, (_write(self._folder(name) / "000000.arrow", table.schema, table.to_batches()),))

    def _folder(self, name: str) -> Path:
        folder = self.spool / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _run(self, name: str, function: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The results of all calls, in their order; the watch hears of each as it arrives."""
        self.watch.begin(name, len(calls))
        results: dict[int, Any] = {}
        for number, result in self._results(function, calls):
            parts = result.values() if isinstance(result, dict) else [result]
            self.watch.done(name, sum(part.rows for part in parts), sum(part.bytes for part in parts))
            results[number] = result
        self.watch.end(name)
        return [results[number] for number in range(len(calls))]

    def _results(self, function: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, Any]]:
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


def _map_split(split: Readable, function: BatchFunction, schema: pa.Schema, path: Path) -> Part:
    return _write(path, schema, (function(batch) for batch in split.read()))


def _group_partition(partition: Dataset, function: GroupFunction, schema: pa.Schema, path: Path) -> Part:
    return _write(path, schema, function(partition.table()).to_batches())


def _scatter(part: Part, key: str, bits: int, folder: Path, number: int) -> dict[int, Part]:
    """Write the rows of one part into a file for each hash partition of the key."""
    slices: list[list[pa.RecordBatch]] = [[] for _ in range(1 << bits)]
    for batch in part.read():
        partition = _partitions(batch[key], bits)
        batch = batch.take(pa.array(np.argsort(partition, kind="stable")))
        ends = np.cumsum(np.bincount(partition, minlength=1 << bits)).tolist()
        for i, (start, end) in enumerate(pairwise([0, *ends])):
            if start < end:
                slices[i].append(batch.slice(start, end - start))
    return {
        i: _write(folder / f"scatter-{i:06d}-{number:06d}.arrow", batches[0].schema, batches)
        for i, batches in enumerate(slices)
        if batches
    }


def _partitions(keys: pa.Array, bits: int) -> NDArray[np.uint16]:
    """The hash partition of each key, as numbers of 16 bits: these NumPy sorts by radix."""
    mixed: NDArray[np.uint64] = keys.to_numpy().astype(np.int64).view(np.uint64) * _ODD
    mixed >>= np.uint64(64 - bits)
    return mixed.astype(np.uint16)


def _write(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Part:
    """Write under a temporary name, then rename: a part is whole or not there."""
    rows = 0
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with pa.OSFile(str(temporary), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for batch in batches:
            rows += batch.num_rows
            if batch.num_rows:
                writer.write_batch(batch)
    os.replace(temporary, path)
    return Part(path, rows, path.stat().st_size)
