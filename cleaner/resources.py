"""What a run takes of the machine: how many processes, and how much each of them may hold."""

from __future__ import annotations

import multiprocessing
import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from cleaner.config import LEAST_MEMORY, Config, bytes_of

#: Inputs below this size are cleaned in one process: starting workers would take longer.
SMALL_INPUT = 8 << 20

#: What a worker holds besides a partition: libraries, the model, a batch of documents as Python objects.
WORKER_BYTES = 350 << 20

#: What the process that drives them holds: libraries, numbers of the passages that stand in pairs.
DRIVER_BYTES = 300 << 20

#: A group function holds its partition in several forms at a time (rows, sorted, grouped, the result).
FORMS = 8

#: Bounds of a partition: below, there would be too many; above, workers would wait for the last.
LEAST_PARTITION, MOST_PARTITION = 8 << 20, 128 << 20


class Resources(NamedTuple):
    """Worker processes, and bytes of a hash partition."""

    jobs: int
    partition_bytes: int


def resources(config: Config, size: int) -> Resources:
    """What a run over ``size`` bytes of input takes: as set, else a worker a core and half of the memory."""
    memory = bytes_of(config.memory, "memory") if config.memory else available() // 2
    jobs = config.jobs
    if not jobs:
        jobs = 1 if size < SMALL_INPUT else min(len(os.sched_getaffinity(0)), max(1, memory // LEAST_MEMORY))
    if multiprocessing.current_process().daemon:
        jobs = 1  # Python lets such a process (one of a multiprocessing.Pool, say) have no children
    partition = ((memory - DRIVER_BYTES) // jobs - WORKER_BYTES) // FORMS
    return Resources(jobs, min(max(partition, LEAST_PARTITION), MOST_PARTITION))


def available() -> int:
    """Bytes of memory that this machine has, or the control group that this process is in."""
    sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in _limits():
        with suppress(OSError, ValueError):  # not there, or "max"
            sizes.append(int(Path(path).read_text()))
    return min(sizes)


def _limits() -> list[str]:
    """The files that hold a limit of memory, of control groups of both versions, from the innermost to the root."""
    names = []
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, kinds, group = line.split(":", 2)
            if not kinds or "memory" in kinds.split(","):
                root = "/sys/fs/cgroup/memory" if kinds else "/sys/fs/cgroup"
                file = "memory.limit_in_bytes" if kinds else "memory.max"
                steps = [Path(group), *Path(group).parents]
                names += [f"{root}{'' if step == Path('/') else step}/{file}" for step in steps]
    return names
