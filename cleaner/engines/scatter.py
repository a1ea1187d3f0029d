"""Hash partitions: which rows belong together, and files whose record batches are arranged by them.

An arranged file holds runs of 2 ** bits record batches, one for each hash partition, empty ones too: the batch ``i``
belongs to partition ``i`` modulo 2 ** bits. So a barrier needs one file a part however many its partitions are, and
neighbouring partitions can be read as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.engines import Dataset

#: More partitions than this are not made: each costs a record batch in every part.
MOST_BITS = 12
_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio (Knuth, The Art of Computer Programming 3, 6.4)


def partitions(keys: pa.Array, bits: int) -> NDArray[np.uint16]:
    """The hash partition of each int64 key, below 2 ** bits (16 at most): numbers that NumPy sorts by radix.

    With fewer bits a key has the leading bits of the same number.
    """
    if not bits:
        return np.zeros(len(keys), dtype=np.uint16)
    mixed: NDArray[np.uint64] = keys.to_numpy().astype(np.int64).view(np.uint64) * _ODD
    mixed >>= np.uint64(64 - bits)
    return mixed.astype(np.uint16)


def bits_for(size: int, partition_bytes: int) -> int:
    """So many bits cut ``size`` bytes into partitions of about ``partition_bytes``, or a few less."""
    return min(MOST_BITS, (size // partition_bytes).bit_length())


def arranged(batches: Iterable[pa.RecordBatch], key: str, bits: int, run_bytes: int) -> Iterator[pa.RecordBatch]:
    """The same rows as runs of 2 ** bits record batches, one a partition; a run is made of about ``run_bytes``."""
    held: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        if batch.num_rows:
            held.append(batch)
            size += batch.nbytes
        if size >= run_bytes:
            yield from _run(held, key, bits)
            held, size = [], 0
    if held:
        yield from _run(held, key, bits)


def _run(batches: list[pa.RecordBatch], key: str, bits: int) -> Iterator[pa.RecordBatch]:
    batch = pa.concat_batches(batches)
    partition = partitions(batch[key], bits)
    batch = batch.take(pa.array(np.argsort(partition, kind="stable")))
    ends = np.cumsum(np.bincount(partition, minlength=1 << bits)).tolist()
    # A slice without rows would be written with the offsets of the whole batch.
    empty = pa.RecordBatch.from_pylist([], batch.schema)
    for start, end in pairwise([0, *ends]):
        yield batch.slice(start, end - start) if start < end else empty


@dataclass(frozen=True, slots=True)
class Partition:
    """The hash partition ``number`` of 2 ** ``bits``; those that ``data`` is arranged by may be finer."""

    data: Dataset
    number: int
    bits: int

    def table(self) -> pa.Table:
        """The rows of the partition, in the order of the parts; memory-mapped where they are not packed."""
        return pa.Table.from_batches(self._batches(), schema=self.data.schema)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        width = 1 << (self.data.bits - self.bits)
        first = self.number * width
        for part in self.data.parts:
            with part.memory() as source:
                reader = pa.ipc.open_file(source)
                for run in range(0, reader.num_record_batches, 1 << self.data.bits):
                    for place in range(run + first, run + first + width):
                        batch = reader.get_batch(place)
                        if batch.num_rows:
                            yield batch
