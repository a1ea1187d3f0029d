"""CPU time and wall time of a command with all the processes that it starts."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

_CHILD_SUBREAPER = 36  # prctl(2)


class Spent(NamedTuple):
    """Seconds of CPU time (user and system, of the whole process tree) and of wall time; what the command printed."""

    cpu: float
    wall: float
    output: str = ""


class FailedError(Exception):
    """A command that failed or took too long, with the end of what it said."""


def adopt_orphans() -> None:
    """Become the parent of orphaned descendants, so that the CPU time of every worker is counted.

    Raises:
        SystemExit: on a system other than Linux.
    """
    if sys.platform != "linux":
        raise SystemExit("this benchmark counts the CPU time of process trees as only Linux does; run it on Linux")
    if ctypes.CDLL(None, use_errno=True).prctl(_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise SystemExit(f"prctl: {os.strerror(ctypes.get_errno())}")


def run(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None, limit: float = 1800
) -> Spent:
    """Run ``command`` in ``folder`` and count what it and its descendants spend; call ``adopt_orphans`` before.

    Raises:
        FailedError: it exited with an error, or took longer than ``limit`` seconds.
    """
    before, start = _children(), time.perf_counter()
    log = folder / "errors.log"
    with log.open("w+b") as errors, (folder / "output.log").open("w+b") as output:
        process = subprocess.Popen(
            list(map(str, command)), cwd=folder, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL,
            stdout=output, stderr=errors, start_new_session=True,
        )  # fmt: skip
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            code = None
        except BaseException:  # interrupted: the command is in a session of its own and would go on
            os.killpg(process.pid, signal.SIGKILL)
            raise
        wall = time.perf_counter() - start
        _end(process.pid)
        output.seek(0)
        said = output.read().decode(errors="replace")
    if code != 0:
        told = f"exit code {code}" if code is not None else f"stopped after {limit:.0f} s"
        last = (log.read_text(errors="replace").strip() or said.strip()).splitlines()[-1:]
        raise FailedError(": ".join([told, *last]))
    return Spent(_children() - before, wall, said)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _end(group: int) -> None:
    """Wait for orphans to end by themselves, for a while, then end them."""
    for patience in range(200):
        if not _reaped():
            return
        if patience == 100:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        time.sleep(0.05)


def _reaped() -> bool:
    """Wait for every child that has ended; whether others are still there."""
    while True:
        try:
            number, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if number == 0:
            return True


def middle(spent: Sequence[Spent]) -> Spent:
    """The medians of CPU time and of wall time."""
    return Spent(median(one.cpu for one in spent), median(one.wall for one in spent))
