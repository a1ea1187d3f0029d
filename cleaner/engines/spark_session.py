"""Spark itself: starting it quietly, running jobs, saying in one line what went wrong, stopping it always."""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from cleaner.engines import SILENT
from cleaner.errors import CleanerError, LostPartError, WorkerError

#: Spark's settings; ``PYSPARK_SUBMIT_ARGS`` goes over them. Without speculation no two tasks at a time write one file.
SETTINGS = {"spark.app.name": "cleaner", "spark.ui.enabled": "false", "spark.speculation": "false"}
LOOPBACK = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
#: What to do, by a part of what Spark says.
ADVICE = {
    "No module named 'cleaner'": "; install the same cleaner on all nodes (PYSPARK_PYTHON names their Python)",
    "Cannot run program": "; PYSPARK_PYTHON must name a Python that all nodes have",
}
#: So long may Spark take to end, and a cluster to give the first executor before the person is told.
STOP_SECONDS, PATIENCE_SECONDS = 20, 60


def require() -> None:
    """Check that PySpark and Java are there.

    Raises:
        CleanerError: says which is missing, and how to get it.
    """
    if find_spec("pyspark") is None:
        raise CleanerError("--engine spark: PySpark is not installed: pip install 'news-corpus-cleaner[spark]'")
    home = os.environ.get("JAVA_HOME")
    if "PYSPARK_GATEWAY_PORT" in os.environ:  # started by spark-submit, which has Java
        return
    if home and not shutil.which("java", path=str(Path(home) / "bin")):
        raise CleanerError(
            f"--engine spark: JAVA_HOME is {home}, and there is no bin/java in it; set it right, or unset it"
        )
    if not home and not shutil.which("java"):
        raise CleanerError(
            "--engine spark: there is no Java; install version 17 or newer (Debian: apt install default-jre-headless), "
            "or set JAVA_HOME"
        )


class Session:
    """A Spark context that starts with the first job. What Spark says goes to a file, named when something fails."""

    def __init__(self, master: str | None, say: Callable[[str], None] = SILENT.say) -> None:
        self.master = master
        self._say = say
        self._gateway: Any = None
        self._context: Any = None
        self._log = Path(os.devnull)
        self._keep_log = False
        self._on_interrupt: Any = None

    def run(self, name: str, calls: Sequence[Any], build: Callable[[Any], Any]) -> Iterator[Any]:
        """Run the job that ``build`` makes of an RDD of ``(number, call)``, a task each; yields its rows as they come.

        Rows are ``(place, …)``, and each place comes once, though Spark may make a row twice.

        Raises:
            CleanerError: Spark cannot start, or a task failed each time that it was tried.
        """
        if not calls:
            return
        if self._context is None:
            self._start()
        arrivals: SimpleQueue[Any] = SimpleQueue()
        job = threading.Thread(target=self._job, args=(name, list(enumerate(calls)), build, arrivals.put), daemon=True)
        job.start()
        seen = set()
        while (row := self._next(arrivals)) is not None:
            if isinstance(row, BaseException):
                self._keep_log = isinstance(row, CleanerError)
                raise row
            if row[0] not in seen:
                seen.add(row[0])
                yield row
        job.join()

    def _next(self, arrivals: SimpleQueue[Any]) -> Any:
        """What arrives next; says so where the cluster gives this run nothing to work with."""
        while True:
            with suppress(Empty):
                return arrivals.get(timeout=PATIENCE_SECONDS)
            master = self._context.master
            if self._context._jsc.sc().getExecutorMemoryStatus().size() == 1 and not master.startswith("local"):
                self._say(
                    f"{master} has given no executor for {PATIENCE_SECONDS} seconds; it may be busy, or have no node "
                    f"with the cores and memory that are asked for: {self._log}"
                )

    def _job(self, name: str, rows: list[Any], build: Callable[[Any], Any], tell: Callable[[Any], None]) -> None:
        from py4j.protocol import Py4JError

        try:
            self._context.setJobGroup(name, name)
            early = self._context.accumulator([], Early(tell))
            made = build(self._context.parallelize(rows, len(rows)))
            for row in made.map(lambda row: (early.add([row]), row)[1]).collect():
                tell(row)
            tell(None)
        except Py4JError as error:
            tell(self._error(f"{name} failed", str(error)))
        except BaseException as error:
            tell(error)

    def stop(self) -> None:
        """Stop Spark and its Java process, whatever state they are in; what was changed in this process is put back."""
        gateway, context = self._gateway, self._context
        self._gateway = self._context = None
        with ExitStack() as last:  # all of it is done, whatever fails; the last first
            if gateway is not None:
                last.callback(self._put_back)
                last.callback(_end, gateway)
            if context is not None:
                last.callback(context.stop)

    def _put_back(self) -> None:
        main = threading.current_thread() is threading.main_thread()
        if main and self._on_interrupt is not None:  # None: it was not set from Python, and cannot be set again
            signal.signal(signal.SIGINT, self._on_interrupt)
        if not self._keep_log:
            self._log.unlink(missing_ok=True)

    def _start(self) -> None:
        logging.getLogger("py4j").addHandler(logging.NullHandler())  # it would write to standard error
        self._on_interrupt = signal.getsignal(signal.SIGINT)  # PySpark sets its own
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PySpark judges the versions of libraries that are not used here
            self._launch()
        self._context.pythonExec = os.environ.get("PYSPARK_PYTHON", sys.executable)

    def _launch(self) -> None:
        from py4j.protocol import Py4JError
        from pyspark import SparkConf, SparkContext
        from pyspark.errors import PySparkException
        from pyspark.java_gateway import launch_gateway

        file, name = tempfile.mkstemp(prefix="cleaner-spark-", suffix=".log")
        self._log = Path(name)
        conf = SparkConf(loadDefaults=False).setAll(list(self._settings().items()))
        try:
            with open(file, "wb") as log:
                self._gateway = launch_gateway(conf, {"stdout": log, "stderr": log})
            self._context = SparkContext(gateway=self._gateway)
        except (PySparkException, Py4JError, ValueError) as error:
            self._keep_log = True
            raise self._error("Spark cannot start", str(error)) from None

    def _settings(self) -> dict[str, str]:
        if self.master is None:
            return SETTINGS
        loopback = LOOPBACK if re.match(r"local\b|spark://(localhost|127\.)", self.master) else {}
        return SETTINGS | loopback | {"spark.master": self.master}

    def _error(self, what: str, said: str) -> CleanerError:
        """What Spark says as one of our errors; a WorkerError where another try may help."""
        reason, ours = reason_of(said)
        if lost := re.findall(r"Application has been killed\. Reason: (.+)", self._log.read_text(errors="replace")):
            reason = f"{self.master}: {lost[-1]}"
        advice = next((advice for part, advice in ADVICE.items() if part in said), "")
        kind = ours or (CleanerError if advice else WorkerError)
        return kind(f"{what}: {reason}{advice}; all that Spark said is in {self._log}")


def _end(gateway: Any) -> None:
    """End the Java process of a gateway."""
    from pyspark import SparkContext

    SparkContext._gateway = SparkContext._jvm = None
    try:
        gateway.shutdown()
    finally:
        if (process := gateway.proc) is not None:
            with suppress(OSError):  # it is dead already
                process.stdin.close()  # the Java process ends with it
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Early:
    """An accumulator of Spark that tells the driver of rows while the job goes on; it may tell of one twice."""

    def __init__(self, tell: Callable[[Any], None] | None = None) -> None:
        self._tell = tell

    def __reduce__(self) -> tuple[type[Early], tuple[()]]:
        return Early, ()

    def zero(self, _: list[Any]) -> list[Any]:
        """No rows."""
        return []

    def addInPlace(self, held: list[Any], more: list[Any]) -> list[Any]:  # noqa: N802 - Spark calls it so
        """Hold more rows in a task; tell of them in the driver."""
        if self._tell is None:
            return held + more
        for row in more:
            self._tell(row)
        return []


def reason_of(said: str) -> tuple[str, type[CleanerError] | None]:
    """The line that matters of what Spark says when something failed; where it is an error of ours, also of which kind.

    That is what a task raised last; else what was thrown first; else the first line. Kinds matter only where a run can
    do something about it: any other is a CleanerError.
    """
    raised = re.findall(r"Traceback \(most recent call last\):\n(?:[ \t].*\n)+(\S.*)", said)
    if raised:
        ours = re.match(r"cleaner\.errors\.(\w+): ", raised[-1])
        if ours is None:
            return raised[-1], None
        return raised[-1][ours.end() :], LostPartError if ours[1] == LostPartError.__name__ else CleanerError
    thrown = re.search(r"^(?:: )?[\w.$]+(?:Exception|Error): (.+)", said, re.MULTILINE)
    return (thrown[1] if thrown else said.strip().partition("\n")[0]), None
