"""A real Spark cluster on loopback for tests: a master and workers, each a Java process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cleaner.engines.spark_session import require
from cleaner.errors import CleanerError

ROOT = Path(__file__).parent.parent
#: A busy machine must not fail a test.
SECONDS = 300
#: What a driver needs so that its executors fit into the workers below.
SUBMIT = "--conf spark.executor.memory=500m --conf spark.driver.memory=500m pyspark-shell"


def missing() -> str:
    """Why Spark cannot be had here; empty where it can."""
    try:
        require()
    except CleanerError as error:
        return str(error)
    return ""


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[str]:
    """Start a master and workers of one core, which find the cleaner and the tests; yields the master's URL."""
    with ExitStack() as stack:
        master, log = stack.enter_context(_node(folder, "master", "master.Master", "--port", "0"))
        url = _wait(log, r"Starting Spark master at (spark://\S+)", master)[0]
        for number in range(workers):
            name = f"worker-{number}"
            size = ("--cores", "1", "--memory", "600m", "--work-dir", str(folder / name))
            stack.enter_context(_node(folder, name, "worker.Worker", *size, url))
        _wait(log, r"Registering worker", master, workers)
        yield url


@contextmanager
def _node(folder: Path, name: str, kind: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    (package,) = find_spec("pyspark").submodule_search_locations  # type: ignore[union-attr,misc]
    command = [f"{package}/bin/spark-class", f"org.apache.spark.deploy.{kind}", "--host", "127.0.0.1"]
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}",
        "SPARK_LOCAL_DIRS": str(folder / f"{name}-scratch"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
    }
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--webui-port", "0", *arguments], env=environment, stdout=output, stderr=output
        )
    try:
        yield process, log
    finally:
        process.kill()
        process.wait()


def _wait(log: Path, pattern: str, process: subprocess.Popen[bytes], count: int = 1) -> list[str]:
    """Wait until a log says something so many times; fails with the log where it does not."""
    end = time.monotonic() + SECONDS
    while len(found := re.findall(pattern, log.read_text(errors="replace"))) < count:
        running = process.poll() is None and time.monotonic() < end
        assert running, log.read_text(errors="replace")
        time.sleep(0.1)
    return found


@dataclass(frozen=True)
class KillOnce:
    """A function that works, but the first time that it is called anywhere kills the executor before it answers."""

    function: Callable[[Any], Any]
    marker: Path

    def __call__(self, rows: Any) -> Any:
        result = self.function(rows)
        with suppress(FileExistsError):
            self.marker.open("x").close()
            os.kill(executor(), signal.SIGKILL)
            time.sleep(SECONDS)  # the end of this process, which Spark brings about, comes first
        return result


def executor() -> int:
    """The Java process that this one works for: the parent of the daemon that it was forked from."""
    pid = os.getppid()
    while b"CoarseGrainedExecutorBackend" not in Path(f"/proc/{pid}/cmdline").read_bytes():
        pid = int(re.search(r"PPid:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])  # type: ignore[index]
    return pid
