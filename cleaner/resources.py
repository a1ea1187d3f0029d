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

#: Where the system tells of control groups: of this process, and of their limits.
GROUPS = Path("/proc/self"), Path("/sys/fs/cgroup")


class Resources(NamedTuple):
    """Worker processes, and bytes of a hash partition."""

    jobs: int
    partition_bytes: int


def resources(config: Config, size: int) -> Resources:
    """What a run over ``size`` bytes of input takes: as set, else a worker a core and half of the memory."""
    memory = bytes_of(config.memory, "memory") if config.memory else available() // 2
    jobs = config.jobs
    if not jobs:
        jobs = 1 if size < SMALL_INPUT else min(cores(), max(1, memory // LEAST_MEMORY))
    if multiprocessing.current_process().daemon:
        jobs = 1  # Python lets such a process (one of a multiprocessing.Pool, say) have no children
    partition = ((memory - DRIVER_BYTES) // jobs - WORKER_BYTES) // FORMS
    return Resources(jobs, min(max(partition, LEAST_PARTITION), MOST_PARTITION))


def cores() -> int:
    """Cores that this process may use: those of the machine, of its affinity, or of the quota of its control group."""
    counts = [len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1]
    for limit in _limits("cpu", "cpu.max", "cpu.cfs_quota_us"):
        with suppress(OSError, ValueError):  # not there, or "max"
            said = limit.read_text().split()  # version 2 has quota and period in one file
            period = int(said[1] if len(said) > 1 else limit.with_name("cpu.cfs_period_us").read_text())
            if (quota := int(said[0])) > 0:
                counts.append(max(1, -(-quota // period)))
    return min(counts)


def available() -> int:
    """Bytes of memory that this machine has, or the control group that this process is in."""
    sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in _limits("memory", "memory.max", "memory.limit_in_bytes"):
        with suppress(OSError, ValueError):  # not there, or "max"
            sizes.append(int(path.read_text()))
    return min(sizes)


def _limits(kind: str, second: str, first: str) -> list[Path]:
    """The files that hold a limit, of control groups of both versions, from the innermost to the root.

    ``second`` and ``first`` are the names of the file in version 2 and 1.
    """
    names = []
    with suppress(OSError):
        for line in (GROUPS[0] / "cgroup").read_text().splitlines():
            _, kinds, group = line.split(":", 2)
            if not kinds or kind in kinds.split(","):
                root, file = (GROUPS[1] / kind, first) if kinds else (GROUPS[1], second)
                steps = [Path(group), *Path(group).parents]
                names += [root / step.relative_to("/") / file for step in steps]
    return names
