"""The Spark engine on a real cluster: the bytes of the local engine, also when nodes are lost, and clear errors."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from running import clean, contents
from spark_cluster import ROOT, SECONDS, SUBMIT, KillOnce, cluster, missing
from test_engines_local import SCHEMA, SPLITS, double, total

from cleaner import pipeline
from cleaner.config import Config
from cleaner.engines import Dataset, spark_session
from cleaner.engines.local import LocalEngine
from cleaner.engines.spark import SparkEngine
from cleaner.engines.spark_nodes import Home
from cleaner.engines.spark_session import reason_of, require
from cleaner.errors import CleanerError, ConfigError, LostPartError, WorkerError
from cleaner.origins import load
from cleaner.output import REPORT
from cleaner.readers import ReaderOptions, plan, planning

needs_spark = pytest.mark.skipif(bool(missing()), reason=missing() or "Spark is there")


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A standalone cluster of two workers; its URL."""
    with pytest.MonkeyPatch.context() as patch, cluster(tmp_path_factory.mktemp("cluster")) as url:
        patch.setenv("PYSPARK_SUBMIT_ARGS", SUBMIT)
        yield url


class Killing(SparkEngine):
    """Kills an executor once in each pass and barrier of ``names``, amid its work."""

    names: tuple[str, ...] = ()

    def map(self, name: str, splits: Any, function: Any, schema: pa.Schema, then: str | None = None) -> Dataset:
        return super().map(name, splits, self._deadly(name, function), schema, then)

    def shuffle(
        self, name: str, data: Dataset, key: str | None, function: Any, schema: pa.Schema, then: str | None = None
    ) -> Dataset:
        return super().shuffle(name, data, key, self._deadly(name, function), schema, then)

    def _deadly(self, name: str, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return KillOnce(function, self.marker(name)) if name in self.names else function

    def marker(self, name: str) -> Path:
        return self.spool.parent / f"killed-{name}"


@needs_spark
def test_a_run_on_a_cluster_writes_the_same_bytes_when_nodes_are_lost_in_map_and_shuffle(
    master: str, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "SHARD_BYTES", 100_000)
    inputs = [*corpus.iterdir(), *sorted((ROOT / "tests/cases/pages").rglob("*.html"))[:2]]
    clean(inputs, tmp_path / "out", duplicates="drop-passages")
    monkeypatch.setattr(planning, "SMALL_BYTES", 80 << 10)
    files = tmp_path / "files"
    files.mkdir()
    with Killing(tmp_path / "spool", master, 50_000) as engine:
        engine.names = ("documents", "candidates", "written")
        planned = plan([str(path) for path in inputs[::-1]], ReaderOptions(split_bytes=80 << 10))
        assert len(planned.splits) > 2
        pipeline.run(Config(duplicates="drop-passages"), planned, engine, files)
    assert all(engine.marker(name).exists() for name in engine.names)
    wanted = contents(tmp_path / "out")
    assert len(wanted) > 10
    assert contents(files) == {name: content for name, content in wanted.items() if name != REPORT}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkEngine]:
    """An engine on this machine without a cluster, for several tests."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("spark")
        patch.setattr(tempfile, "tempdir", str(folder))  # the log of a failed run stays there
        patch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'tests'}")
        with SparkEngine(folder / "spool", "local[2]", 2_000) as engine:
            yield engine


def _some_work(engine: LocalEngine) -> list[Dataset]:
    data = engine.map("double", SPLITS, double, SCHEMA, "key")
    sums = engine.shuffle("total", data, "key", total, SCHEMA)
    kept = engine.keep("kept", _sorted(sums).slice(0, 3))
    return [data, sums, engine.shuffle("small", kept, "key", total, SCHEMA)]


def _sorted(data: Dataset) -> pa.Table:
    return data.table().sort_by([("key", "ascending"), ("value", "ascending")]).combine_chunks()


@needs_spark
def test_parts_are_those_of_the_local_engine(engine: SparkEngine, tmp_path: Path) -> None:
    with LocalEngine(tmp_path / "spool", 1, 2_000) as local:
        wanted = [_sorted(one) for one in _some_work(local)]
    data, sums, small = _some_work(engine)
    assert [part.rows for part in data.parts] == [100, 0, 250, 100]
    assert len(sums.parts) > 2
    assert [one.rows for one in (data, sums, small)] == [450, 13, 3]
    assert [_sorted(one) for one in (data, sums, small)] == wanted
    assert not list(engine.spool.rglob("*.tmp"))


@needs_spark
def test_a_part_that_is_gone_is_told_as_that_on_a_cluster_too(engine: SparkEngine) -> None:
    data = engine.map("lost", SPLITS, double, SCHEMA)
    data.parts[2].path.unlink()
    with pytest.raises(LostPartError, match=r"lost/000002.arrow: this part of the run is gone"):
        engine.map("again", data.parts, double, SCHEMA)
    with pytest.raises(LostPartError, match=r"lost/000002.arrow: this part of the run is gone"):
        engine.shuffle("sums", data, "key", total, SCHEMA)


@dataclass(frozen=True)
class Noted:
    """A group function that leaves a file for each partition that it is called for."""

    folder: Path

    def __call__(self, table: pa.Table) -> pa.Table:
        (self.folder / f"{table['key'].to_pylist()[0]}-{time.time_ns()}").touch()
        return total(table)


@needs_spark
def test_a_barrier_makes_again_only_what_is_damaged(engine: SparkEngine, tmp_path: Path) -> None:
    data = engine.map("whole", SPLITS, double, SCHEMA)
    first = engine.shuffle("noted", data, "key", Noted(tmp_path), SCHEMA)
    before = len(list(tmp_path.iterdir()))
    damaged = next(part for part in first.parts if part.rows)
    damaged.path.write_bytes(damaged.path.read_bytes()[:-9])
    again = engine.shuffle("noted", data, "key", Noted(tmp_path), SCHEMA)
    assert before > 1
    assert len(list(tmp_path.iterdir())) == before + 1
    assert again.parts == first.parts
    assert again.table() == first.table()


@dataclass(frozen=True)
class Fails:
    """A function that raises an error."""

    error: Exception

    def __call__(self, rows: Any) -> Any:
        raise self.error


@needs_spark
def test_an_error_of_a_stage_reaches_the_caller_in_its_own_words(engine: SparkEngine) -> None:
    with pytest.raises(
        CleanerError, match=r"^bad failed: too many rows; all that Spark said is in /\S+\.log$"
    ) as caught:
        engine.map("bad", SPLITS, Fails(CleanerError("too many rows")), SCHEMA)
    assert type(caught.value) is CleanerError
    with pytest.raises(WorkerError, match=r"^bug failed: KeyError: 'no such column'"):
        engine.map("bug", SPLITS, Fails(KeyError("no such column")), SCHEMA)


@needs_spark
def test_an_input_that_a_node_does_not_see_is_no_rejected_record(engine: SparkEngine, tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    path.write_text("A story that is on one node only.")
    splits = plan([str(path)], ReaderOptions()).splits
    path.unlink()
    with pytest.raises(CleanerError, match=f"does not see the input {path}: inputs must be on a file system that all"):
        engine.map("lost", splits, double, SCHEMA)


def test_a_node_must_see_the_spool_and_have_the_same_software(tmp_path: Path) -> None:
    home = Home.here(tmp_path)
    home.check()
    with pytest.raises(CleanerError, match=r"^node \S+ has cleaner \S+, and the run has 0\.0; install the same on all"):
        replace(home, software=(("cleaner", "0.0"), *home.software[1:])).check()
    with pytest.raises(CleanerError, match="where the run was started; start it in a folder that all share"):
        replace(home, folder=tmp_path / "elsewhere").check()
    with pytest.raises(CleanerError, match="results must go to a folder that all nodes share"):
        replace(home, token=tmp_path / "another-run").check()


def test_what_is_missing_is_told_before_anything_starts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spark_session, "find_spec", lambda _: object())
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(CleanerError, match="there is no Java; install version 17 or newer"):
        require()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(CleanerError, match="there is no bin/java in it"):
        require()
    monkeypatch.setattr(spark_session, "find_spec", lambda _: None)
    with pytest.raises(CleanerError, match=r"PySpark is not installed: pip install 'news-corpus-cleaner\[spark\]'"):
        SparkEngine(tmp_path / "spool").__enter__()
    assert not (tmp_path / "spool").exists()


@pytest.mark.parametrize(
    ("said", "reason", "kind"),
    [
        ("An error occurred\n: java.lang.Exception: outer\nCaused by: a.b.SomeError: inner\n\tat x", "outer", None),
        ("Answer from Java side is empty", "Answer from Java side is empty", None),
        ('X: Traceback (most recent call last):\n  File "a"\nOSError: full\n\n\tat java\n', "OSError: full", None),
        ('Traceback (most recent call last):\n  File "a"\ncleaner.errors.InputError: no\n', "no", CleanerError),
        ('Traceback (most recent call last):\n  File "a"\ncleaner.errors.LostPartError: gone\n', "gone", LostPartError),
    ],
)
def test_of_what_spark_says_the_line_that_matters_is_shown(said: str, reason: str, kind: Any) -> None:
    assert reason_of(said) == (reason, kind)


class Broken:
    """Stands for Spark's context, its gateway and the Java process: each fails to end."""

    proc: Any = None

    def stop(self) -> None:
        raise RuntimeWarning("the process has crashed")

    def shutdown(self) -> None:
        raise OSError("the connection is lost")


@pytest.mark.parametrize("handler", [signal.default_int_handler, signal.SIG_IGN, None])
def test_whatever_fails_in_stopping_spark_the_rest_is_put_back(tmp_path: Path, handler: Any) -> None:
    pytest.importorskip("pyspark")
    before = signal.getsignal(signal.SIGINT)
    engine = SparkEngine(tmp_path / "spool")
    session = engine._session
    session._gateway = session._context = Broken()
    session._on_interrupt = handler
    session._log = tmp_path / "spark.log"
    session._log.touch()
    LocalEngine.__enter__(engine)
    try:
        with pytest.raises(OSError, match="connection is lost"):
            engine.__exit__()
        assert signal.getsignal(signal.SIGINT) == (before if handler is None else handler)
    finally:
        signal.signal(signal.SIGINT, before)
    assert not session._log.exists()
    assert engine._manifest._file is not None
    assert engine._manifest._file.closed
    session.stop()  # nothing is left to be stopped


def test_a_master_needs_its_engine(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--master: a master is set, but no engine that has one; add --engine spark"):
        load({"master": "yarn"}, {}, tmp_path)
    assert load({"master": "yarn", "engine": "local"}, {}, tmp_path)[0].engine == "local"


@pytest.mark.parametrize(("name", "value"), [("jobs", 3), ("memory", "4GB")])
def test_what_spark_itself_decides_is_refused_and_not_ignored(tmp_path: Path, name: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"--{name}: with --engine spark its own settings say that"):
        load({"engine": "spark", name: value}, {}, tmp_path)
    (tmp_path / "cleaner.toml").write_text("jobs = 2\n")
    assert load({"engine": "spark"}, {}, tmp_path)[0].jobs == 2  # for runs with the engine local


def _processes(mark: str) -> list[int]:
    """Processes whose environment has the variable ``mark``."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if f"{mark}=1".encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
    return found


def _until(condition: Callable[[], Any]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@needs_spark
def test_an_interrupted_run_leaves_no_process_and_goes_on_later(seeds: Path, tmp_path: Path) -> None:
    mark = f"MARK_{uuid.uuid4().hex}"
    arguments = ["run", str(seeds), "-o", "out", "-q", "--engine", "spark", "--master", "local[2]"]
    cleaner = [sys.executable, "-m", "cleaner", *arguments]
    first = subprocess.Popen(cleaner, cwd=tmp_path, stderr=subprocess.PIPE, env={**os.environ, mark: "1"})
    noted = tmp_path / "out/.cleaner-spool/data/manifest.jsonl"
    _until(lambda: noted.exists() and noted.read_bytes().count(b"\n") > 1)
    assert len(_processes(mark)) > 1
    first.send_signal(signal.SIGINT)
    _, said = first.communicate(timeout=SECONDS)
    assert first.returncode == 130
    assert said.endswith(b"interrupted; what is finished is kept: the same command with --resume goes on\n")
    _until(lambda: not _processes(mark))
    second = subprocess.run([*cleaner, "--resume"], cwd=tmp_path, capture_output=True, check=True, timeout=SECONDS)
    assert second.stdout + second.stderr == b""
    assert contents(tmp_path / "out") == contents(ROOT / "output")
