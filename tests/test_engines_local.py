"""The local engine: the same rows for any number of workers and partitions; parts that are whole or not there."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from cleaner.engines.local import LocalEngine
from cleaner.engines.scatter import arranged
from cleaner.engines.workers import _made
from cleaner.errors import CleanerError, OutputError, StoppedError, WorkerError

SCHEMA = pa.schema([("key", pa.int64()), ("value", pa.int64())])


@dataclass(frozen=True)
class Numbers:
    """A split of some rows in two batches."""

    first: int
    rows: int = 100

    @property
    def bytes(self) -> int:
        return 16 * self.rows

    def read(self) -> Iterator[pa.RecordBatch]:
        values = np.arange(self.first, self.first + self.rows)
        for part in np.array_split(values, 2):
            yield pa.RecordBatch.from_arrays([pa.array(part * 7919 % 13 - 6), pa.array(part)], schema=SCHEMA)


def double(batch: pa.RecordBatch) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([batch["key"], pc.multiply(batch["value"], 2)], schema=SCHEMA)


def heavy(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Whether pandas is loaded once arrays have been made."""
    made = pa.array(np.zeros(batch.num_rows, dtype=np.int64))
    return pa.RecordBatch.from_arrays([made, pc.add(made, int("pandas" in sys.modules))], schema=SCHEMA)


def total(table: pa.Table) -> pa.Table:
    sums = table.group_by("key", use_threads=False).aggregate([("value", "sum")])
    return sums.rename_columns(["key", "value"]).cast(SCHEMA)


def same(data: Any) -> Any:
    return data


@dataclass(frozen=True)
class DieAt:
    """A function whose process dies at a value: once if it can write the file ``died``, else always."""

    value: int
    died: Path
    function: Any = same

    def __call__(self, data: Any) -> Any:
        if self.value in data["value"].to_pylist() and not self.died.exists():
            if self.died.name != "never":
                self.died.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return self.function(data)


def fail(batch: pa.RecordBatch) -> pa.RecordBatch:
    raise CleanerError(f"{batch.num_rows} rows too many")


SPLITS = [Numbers(0), Numbers(100, 0), Numbers(100, 250), Numbers(350)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_map_keeps_the_order_of_the_splits(tmp_path: Path, jobs: int) -> None:
    with LocalEngine(tmp_path, jobs) as engine:
        data = engine.map("double", SPLITS, double, SCHEMA)
        assert [part.rows for part in data.parts] == [100, 0, 250, 100]
        assert data.table()["value"].to_pylist() == [2 * value for value in range(450)]
        assert data.rows == 450


def test_a_worker_does_not_load_pandas(tmp_path: Path) -> None:
    with LocalEngine(tmp_path, 2) as engine:
        assert not any(engine.map("heavy", SPLITS, heavy, SCHEMA).table()["value"].to_pylist())


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("partition_bytes", [1 << 30, 2_000, 500])
@pytest.mark.parametrize("then", [None, "key", "value"])
def test_shuffle_brings_the_rows_of_a_key_together(
    tmp_path: Path, jobs: int, partition_bytes: int, then: str | None
) -> None:
    with LocalEngine(tmp_path, jobs, partition_bytes) as engine:
        data = engine.map("double", SPLITS, double, SCHEMA, then=then)
        sums = engine.shuffle("total", data, "key", total, SCHEMA, then=then)
        assert len(sums.parts) > 1 or partition_bytes > 10_000
        assert sums.key == (then if len(sums.parts) > 1 else None)
        again = engine.shuffle("again", sums, then, total, SCHEMA)
        assert sorted(again.table()["key"].to_pylist()) == sorted(sums.table()["key"].to_pylist())
        found = dict(zip(sums.table()["key"].to_pylist(), sums.table()["value"].to_pylist(), strict=True))
    wanted: dict[int, int] = {}
    for value in range(450):
        wanted[value * 7919 % 13 - 6] = wanted.get(value * 7919 % 13 - 6, 0) + 2 * value
    assert found == wanted
    assert sums.rows == len(wanted)


def test_nothing_is_left_of_the_partitions_and_temporary_names(tmp_path: Path) -> None:
    with LocalEngine(tmp_path, 1, 500) as engine:
        engine.shuffle("total", engine.map("double", SPLITS, double, SCHEMA), "key", total, SCHEMA)
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} == {".arrow", ".jsonl"}
    assert not list((tmp_path / "total" / "scatter").iterdir())


class Noted:
    """A watch that keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple[object, ...]] = []

    def begin(self, name: str, parts: int) -> None:
        self.heard.append(("begin", name, parts))

    def done(self, name: str, rows: int, size: int) -> None:
        assert size > 0
        self.heard.append(("done", name, rows))

    def end(self, name: str) -> None:
        self.heard.append(("end", name))

    def say(self, text: str) -> None:
        self.heard.append(("say", text))


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_watch_hears_of_every_part(tmp_path: Path, jobs: int) -> None:
    watch = Noted()
    with LocalEngine(tmp_path, jobs, watch=watch) as engine:
        engine.map("double", SPLITS, double, SCHEMA)
    assert watch.heard[0] == ("begin", "double", 4)
    assert watch.heard[-1] == ("end", "double")
    assert sorted(watch.heard[1:-1]) == [("done", "double", rows) for rows in (0, 100, 100, 250)]


def test_partitions_without_rows_take_no_room() -> None:
    texts = ["a line of some length"] * 4_000
    batch = pa.RecordBatch.from_pydict({"key": [1] * 4_000, "text": texts})
    sizes = []
    for bits in (1, 7):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, batch.schema) as writer:
            for one in arranged([batch], "key", bits, 1 << 20):
                writer.write_batch(one)
        sizes.append(sink.getvalue().size)
    assert sizes[1] - sizes[0] < (2**7 - 2) * 600


def test_data_without_rows_can_be_shuffled(tmp_path: Path) -> None:
    with LocalEngine(tmp_path) as engine:
        data = engine.map("double", [Numbers(0, 0)], double, SCHEMA)
        assert engine.shuffle("total", data, "key", total, SCHEMA).rows == 0


def test_a_kept_table_can_be_read_again(tmp_path: Path) -> None:
    table = pa.Table.from_batches(list(Numbers(5, 7).read()))
    with LocalEngine(tmp_path) as engine:
        assert engine.keep("side", table).table().equals(table)


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_of_a_stage_reaches_the_caller(tmp_path: Path, jobs: int) -> None:
    with LocalEngine(tmp_path, jobs) as engine, pytest.raises(CleanerError, match="rows too many"):
        engine.map("fail", SPLITS, fail, SCHEMA)


@pytest.mark.parametrize("jobs", [2])
def test_a_call_that_kills_every_worker_is_given_up_with_the_name_of_the_input(tmp_path: Path, jobs: int) -> None:
    watch = Noted()
    with LocalEngine(tmp_path, jobs, watch=watch) as engine, pytest.raises(WorkerError, match=r"first=100.*SIGKILL"):
        engine.map("die", SPLITS, DieAt(150, tmp_path / "never"), SCHEMA)
    assert sum(heard[0] == "say" for heard in watch.heard) == 2


def test_a_worker_that_dies_is_replaced_and_its_split_done_again(tmp_path: Path) -> None:
    watch = Noted()
    with LocalEngine(tmp_path / "spool", 2, 5_000, watch) as engine:
        data = engine.map("die", SPLITS, DieAt(150, tmp_path / "died"), SCHEMA)
        sums = engine.shuffle("total", data, "key", DieAt(150, tmp_path / "again", total), SCHEMA)
    assert data.table()["value"].to_pylist() == list(range(450))
    assert sum(sums.table()["value"].to_pylist()) == sum(range(450))
    assert ["total" in str(heard[1]) for heard in watch.heard if heard[0] == "say"] == [False, True]


@pytest.mark.parametrize("name", ["novel.txt", "manifest.jsonl", "notes/a.txt"])
def test_a_folder_with_files_of_others_is_refused_and_not_cleared(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text('{"name": "mine"}\n')
    (tmp_path / "more.txt").write_text("mine")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match="holds files that no run of cleaner wrote"), LocalEngine(Path(".")):
        raise AssertionError("not reached")
    assert path.read_text() == '{"name": "mine"}\n'
    assert (tmp_path / "more.txt").read_text() == "mine"


@pytest.mark.parametrize("manifest", [b"", None])
def test_what_a_run_before_left_is_cleared(tmp_path: Path, manifest: bytes | None) -> None:
    with LocalEngine(tmp_path) as engine:
        engine.map("double", SPLITS if manifest is None else [], double, SCHEMA)
    if manifest is not None:  # a run that was killed when it began
        (tmp_path / "double").rmdir()
        (tmp_path / "manifest.jsonl").write_bytes(manifest)
    with LocalEngine(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == ["manifest.jsonl"]


class TwoWordsError(Exception):
    """Can be packed, but not unpacked: it is called with one argument then."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


class UnsentError(Exception):
    """Cannot even be packed."""

    def __reduce__(self) -> Any:
        raise TypeError("no")


class OtherError(Exception):
    """Is unpacked as something else."""

    def __reduce__(self) -> Any:
        return str, ("an answer",)


@pytest.mark.parametrize("error", [TwoWordsError("no", "words"), UnsentError("no words"), OtherError("no words")])
def test_an_error_that_cannot_be_sent_still_says_what_it_was(error: Exception) -> None:
    def step() -> Any:
        raise error

    found = pickle.loads(_made(step, ()))
    assert isinstance(found, RuntimeError)
    assert str(found) == f"test_engines_local.{type(error).__name__}: no words"
    assert any("in step" in note for note in found.__notes__)


def test_an_error_that_can_be_sent_comes_as_it_is_with_its_traceback() -> None:
    def step() -> Any:
        raise StoppedError("enough", 130)

    found = pickle.loads(_made(step, ()))
    assert isinstance(found, StoppedError)
    assert (str(found), found.code) == ("enough", 130)
    assert "in step" in found.__notes__[0]
