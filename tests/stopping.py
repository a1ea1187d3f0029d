"""A run in a process of its own that cuts its work small, and in which processes are killed at given moments.

    python tests/stopping.py '{"kills": [["lines", 0.02, "worker"]]}' INPUT... -o OUT

Each kill is a step of the run, seconds from its beginning, and what dies: a random ``worker``, or the ``parent``.
``file_bytes`` bounds the size of files, which is what a full disk is like.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import signal
import sys
import threading
import time
from pathlib import Path
from typing import ClassVar

from cleaner import candidates, cli, pipeline, progress, resources
from cleaner.readers import planning


class Killing(progress.Progress):
    """A watch that kills."""

    kills: ClassVar[list[tuple[str, float, str]]] = []

    def begin(self, name: str, parts: int) -> None:
        for step, seconds, victim in self.kills:
            if step == name:
                threading.Thread(target=kill, args=(seconds, victim), daemon=True).start()
        super().begin(name, parts)


def children(process: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def kill(seconds: float, victim: str) -> None:
    time.sleep(seconds)
    workers = [worker for server in children(os.getpid()) for worker in children(server)]
    if victim == "parent":
        os.kill(os.getpid(), signal.SIGKILL)
    elif workers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(random.choice(workers), signal.SIGKILL)


def small() -> None:
    """Many splits, partitions and shards of a small corpus, whose pairs are told apart as those of a large one."""
    planning.SMALL_BYTES = 48 << 10
    resources.LEAST_PARTITION = resources.MOST_PARTITION = 48 << 10
    pipeline.SHARD_BYTES = 100_000
    candidates.PRINTED = candidates.PRINTED_EACH = 0


def main() -> None:
    plan = json.loads(sys.argv[1])
    small()
    if plan.get("file_bytes"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (plan["file_bytes"], resource.RLIM_INFINITY))
    Killing.kills = [tuple(kill) for kill in plan.get("kills", [])]
    progress.Progress = Killing  # type: ignore[misc]
    cli.main(["run", *sys.argv[2:]])


if __name__ == "__main__":
    main()
