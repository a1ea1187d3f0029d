"""A run that was stopped goes on, and ends with the same bytes: kill -9 in every step, full disks, damaged parts."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import stopping
from running import clean, contents

from cleaner import candidates, pipeline, resources
from cleaner.config import Config, bytes_of
from cleaner.engines import Silent, local
from cleaner.errors import ConfigError, LimitError, OutputError, StoppedError
from cleaner.readers import planning
from cleaner.session import clean_to, plan_inputs

STEPS = (
    *("documents", "sizes", "ids", "repeated", "articles", "copies", "sources", "lines", "learned", "cleaned"),
    *("passages", "keys", "candidates", "prints", "compared", "capped", "pairs", "standing"),
    *("flags", "clusters", "named", "written"),
)
SPOOL = ".cleaner-spool"


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)


def small(patch: pytest.MonkeyPatch) -> None:
    for module, name in (
        (planning, "SMALL_BYTES"), (pipeline, "SHARD_BYTES"),
        (resources, "LEAST_PARTITION"), (resources, "MOST_PARTITION"),
        (candidates, "PRINTED"), (candidates, "PRINTED_EACH"),
    ):  # fmt: skip
        patch.setattr(module, name, getattr(module, name))  # is put back afterwards
    stopping.small()


@pytest.fixture(scope="module")
def whole(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a run writes that nothing stops."""
    out = tmp_path_factory.mktemp("whole") / "out"
    with pytest.MonkeyPatch.context() as patch:
        small(patch)
        clean(corpus, out)
    return contents(out)


class StopAt(Silent):
    """A watch that stops the run where a step begins, as a person would; it keeps what it is told."""

    def __init__(self, step: str | None = None, error: type[BaseException] = KeyboardInterrupt) -> None:
        self.step, self.error = step, error
        self.said: list[str] = []

    def begin(self, name: str, parts: int) -> None:
        if name == self.step:
            raise self.error

    def say(self, text: str) -> None:
        self.said.append(text)


def run(corpus: Path, out: Path, watch: StopAt, resume: bool = False, **settings: Any) -> dict[str, Any]:
    config = Config(**{"jobs": 1, **settings})
    return clean_to(config, plan_inputs([str(corpus)], config), out, watch, resume)


def stopped(corpus: Path, out: Path, step: str, **settings: Any) -> Path:
    """A run that was interrupted at a step; returns the folder of its parts."""
    with pytest.raises(StoppedError, match="interrupted; what is finished is kept"):
        run(corpus, out, StopAt(step), **settings)
    return out / SPOOL / "data"


def started(plan: dict[str, Any], corpus: Path, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, stopping.__file__, json.dumps(plan), str(corpus), "-o", str(out), "--jobs", "2", *options],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_killed_at_twenty_random_moments_it_ends_with_the_same_bytes(
    corpus: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    chance = random.Random(20231105)
    steps = [step for step in STEPS if step not in {"sizes", "sources"}]
    moments = [(step, chance.uniform(0, 0.05), victim) for victim in ("parent", "worker") for step in steps]
    chosen = sorted(chance.sample(moments, 20), key=lambda moment: (STEPS.index(moment[0]), moment[2] == "parent"))
    for chain in (chosen[::2], chosen[1::2]):
        out = tmp_path / chain[0][0]
        options: list[str] = []
        for kills in until_parents(chain):
            done = started({"kills": kills}, corpus, out, *options)
            killed = bool(kills) and kills[-1][2] == "parent"
            assert done.returncode in ({-signal.SIGKILL, 0} if killed else {0}), done.stderr
            assert "Traceback" not in done.stderr
            options = ["--resume"]
        assert contents(out) == whole


def until_parents(chain: list[tuple[str, float, str]]) -> Iterator[list[tuple[str, float, str]]]:
    """Cut a chain of kills behind each that ends the run."""
    kills = []
    for kill in chain:
        kills.append(kill)
        if kill[2] == "parent":
            yield kills
            kills = []
    yield kills


@pytest.mark.parametrize("step", ["ids", "cleaned", "candidates", "written"])
def test_what_is_finished_is_not_done_again(corpus: Path, whole: dict[str, bytes], tmp_path: Path, step: str) -> None:
    data = stopped(corpus, tmp_path / "out", step)
    before = written(data)
    assert len(before) > 5
    again = stopped_again(corpus, tmp_path / "out")
    assert before.keys() - again.keys() <= dropped(before)
    assert {path: again[path] for path in before if path in again} == {
        path: time for path, time in before.items() if path in again
    }
    run(corpus, tmp_path / "out", StopAt(), resume=True)
    assert contents(tmp_path / "out") == whole


def dropped(paths: Iterable[Path]) -> set[Path]:
    names = {"documents", "ids", "articles", "lines", "keys", "passages", "candidates", "prints", "compared"}
    return {path for path in paths if path.parent.name in names or path.parent.name == "scatter"}


def stopped_again(corpus: Path, out: Path) -> dict[Path, int]:
    """Go on to the last step; when each part was written."""
    with pytest.raises(StoppedError):
        run(corpus, out, StopAt("written"), resume=True)
    return written(out / SPOOL / "data")


def written(data: Path) -> dict[Path, int]:
    """When each part was written; those that are only copies of what the run holds are written each time."""
    copies = {"templates", "paired", "flagged", "members", "ordered", "by-document"}
    paths = (path for path in data.rglob("*.arrow") if path.parent.name not in copies)
    return {path: path.stat().st_mtime_ns for path in paths}


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def alter(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("harm", [cut_off, alter, Path.unlink])
@pytest.mark.parametrize(("stop", "part"), [("ids", "documents"), ("written", "cleaned"), ("candidates", "passages")])
def test_a_damaged_part_is_found_and_made_again(
    corpus: Path, whole: dict[str, bytes], tmp_path: Path, harm: Any, stop: str, part: str
) -> None:
    data = stopped(corpus, tmp_path / "out", stop)
    harm(data / part / "000001.arrow")
    watch = StopAt()
    run(corpus, tmp_path / "out", watch, resume=True)
    assert contents(tmp_path / "out") == whole
    gone = part == "cleaned"  # it was made of documents, which are not kept so long
    said = "what the stopped run left is damaged, or another engine made it; all is made anew"
    assert watch.said[1:] == [f"{tmp_path / 'out'}: {said}"] * gone


@pytest.mark.parametrize(("harm", "said"), [(cut_off, "is damaged"), (Path.unlink, "this part of the run is gone")])
def test_a_part_that_is_damaged_amid_a_run_stops_it(
    corpus: Path, whole: dict[str, bytes], tmp_path: Path, harm: Any, said: str
) -> None:
    class Harm(StopAt):
        def begin(self, name: str, parts: int) -> None:
            if name == "keys":
                harm(tmp_path / "out" / SPOOL / "data" / "passages" / "000000.arrow")

    with pytest.raises(StoppedError, match=rf"000000.arrow: {said}.*--resume goes on"):
        run(corpus, tmp_path / "out", Harm())
    run(corpus, tmp_path / "out", StopAt(), resume=True)
    assert contents(tmp_path / "out") == whole


def test_a_missing_file_that_is_no_part_makes_nothing_anew(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(corpus, tmp_path / "out", "lines")
    watch = StopAt()
    monkeypatch.setattr(pipeline, "learn_templates", lambda *_: (tmp_path / "input").read_bytes())
    with pytest.raises(StoppedError, match=r"input: No such file or directory; .*--resume goes on"):
        run(corpus, tmp_path / "out", watch, resume=True)
    assert not any("anew" in said for said in watch.said)


def test_a_shard_that_is_not_as_it_was_written_is_written_again(
    corpus: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    with pytest.raises(StoppedError):
        run(corpus, tmp_path / "out", StopAtPart("written", 3))
    files = sorted((tmp_path / "out" / SPOOL / "files").glob("audit*"))
    assert files
    cut_off(files[0])
    run(corpus, tmp_path / "out", StopAt(), resume=True)
    assert contents(tmp_path / "out") == whole


class StopAtPart(StopAt):
    """Stops when so many parts of a step are finished."""

    def __init__(self, step: str, parts: int) -> None:
        super().__init__()
        self.parts = parts
        self.now, self.within = "", step

    def begin(self, name: str, parts: int) -> None:
        self.now = name

    def done(self, name: str, rows: int, size: int) -> None:
        self.parts -= self.now == self.within
        if not self.parts:
            raise KeyboardInterrupt


def test_without_resume_all_is_made_anew_and_that_is_said(
    corpus: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    stopped(corpus, tmp_path / "out", "lines")
    watch = StopAt()
    run(corpus, tmp_path / "out", watch)
    assert len(watch.said) == 1
    assert "is deleted, all is made anew; --resume would have gone on" in watch.said[0]
    assert contents(tmp_path / "out") == whole


@pytest.mark.parametrize("change", ["settings", "inputs"])
def test_other_inputs_or_settings_are_not_gone_on_with(corpus: Path, tmp_path: Path, change: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("wire.jsonl", "later.jsonl"):
        (folder / name).write_bytes((corpus / name).read_bytes())
    stopped(folder, tmp_path / "out", "lines")
    settings: dict[str, Any] = {"duplicates": "drop-passages"} if change == "settings" else {}
    if change == "inputs":
        (folder / "wire.jsonl").write_bytes((corpus / "wire.jsonl").read_bytes().replace(b"harbour", b"harbor"))
    before = contents(tmp_path / "out")
    said = "duplicates was flag, is drop-passages" if change == "settings" else r"input files were 2 of .* are 2 of "
    with pytest.raises(OutputError, match=rf"{said}.*what it has finished is kept.*leave out --resume"):
        run(folder, tmp_path / "out", StopAt(), resume=True, **settings)
    assert contents(tmp_path / "out") == before


def test_a_run_that_is_complete_stays_as_it_is(seeds: Path, tmp_path: Path) -> None:
    first = run(seeds, tmp_path / "out", StopAt())
    before, watch = contents(tmp_path / "out"), StopAt("documents")
    assert run(seeds, tmp_path / "out", watch, resume=True)["outputs"] == first["outputs"]
    assert watch.said == [f"{tmp_path / 'out'}: this run is complete; nothing was done"]
    with pytest.raises(OutputError, match=r"is complete, and is another: jaccard was 0\.2, is 0\.3; leave out"):
        run(seeds, tmp_path / "out", watch, resume=True, jaccard=0.3)
    with pytest.raises(OutputError, match="the inputs differ"):
        run(next(seeds.iterdir()), tmp_path / "out", watch, resume=True)
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("step", "jobs", "partition"), [("cleaned", 2, 48 << 10), ("candidates", 1, 1 << 20), ("written", 1, 20 << 10)]
)
def test_other_workers_and_memory_take_over_what_is_finished(
    corpus: Path, whole: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    step: str, jobs: int, partition: int,
) -> None:  # fmt: skip
    data = stopped(corpus, tmp_path / "out", step)
    before = written(data)
    monkeypatch.setattr(local, "LEAST_BYTES", 1 << 10)
    monkeypatch.setattr(resources, "LEAST_PARTITION", partition)
    monkeypatch.setattr(resources, "MOST_PARTITION", partition)
    watch = StopAt("written")
    with pytest.raises(StoppedError):
        run(corpus, tmp_path / "out", watch, resume=True, jobs=jobs)
    again = written(data)
    assert before.keys() - again.keys() <= dropped(before)
    assert [path for path in before if again.get(path, before[path]) != before[path]] == []
    assert [re.sub(r"[\d,]+", "N", line.split(": ")[1]) for line in watch.said] == ["goes on; N parts are finished"]
    run(corpus, tmp_path / "out", StopAt(), resume=True, jobs=jobs, memory="900MB")
    assert contents(tmp_path / "out") == whole


def test_with_less_memory_a_step_that_was_begun_is_made_anew_in_smaller_parts(
    corpus: Path, whole: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StoppedError):
        run(corpus, tmp_path / "out", StopAtPart("candidates", 2))
    data = tmp_path / "out" / SPOOL / "data"
    before = written(data)
    monkeypatch.setattr(resources, "LEAST_PARTITION", 8 << 10)
    monkeypatch.setattr(resources, "MOST_PARTITION", 8 << 10)
    watch = StopAt("written")
    with pytest.raises(StoppedError):
        run(corpus, tmp_path / "out", watch, resume=True)
    assert watch.said[1:] == [
        "candidates: a process may hold less than before; 2 finished parts are made anew, smaller"
    ]
    again = written(data)
    changed = {path.parent.name for path in before if again.get(path, before[path]) != before[path]}
    assert changed <= {"candidates"}
    run(corpus, tmp_path / "out", StopAt(), resume=True)
    assert contents(tmp_path / "out") == whole


def test_what_lies_elsewhere_is_private_and_goes_with_the_run(
    corpus: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    stopped(corpus, tmp_path / "out", "written", tmp=str(elsewhere))
    (folder,) = elsewhere.iterdir()
    assert folder.stat().st_mode & 0o777 == (tmp_path / "out" / SPOOL).stat().st_mode & 0o777 == 0o700
    run(corpus, tmp_path / "out", StopAt(), resume=True)  # it is found without --tmp
    assert list(elsewhere.iterdir()) == []
    assert contents(tmp_path / "out") == whole


def test_a_worker_whose_run_is_killed_before_it_has_begun_ends_quietly() -> None:
    program = """
import os, socket, sys
from multiprocessing import forkserver
from cleaner.ready import get_ready
get_ready()
read, write = forkserver.connect_to_new_process([])  # a worker that waits to be told what to do
os.write(write, b"half") if sys.argv[1] else None
os.close(write)
while os.read(read, 99):
    pass
"""
    for told in ("", "half"):
        done = subprocess.run(
            [sys.executable, "-c", program, told], capture_output=True, text=True, check=True, timeout=600
        )
        assert done.stderr == ""


@pytest.mark.parametrize("file_bytes", [100_000])
def test_a_full_disk_is_one_message_and_the_run_goes_on_when_there_is_room(
    corpus: Path, whole: dict[str, bytes], tmp_path: Path, file_bytes: int
) -> None:
    done = started({"file_bytes": file_bytes}, corpus, tmp_path / "out")
    assert done.returncode == 2
    assert done.stderr.startswith("cleaner: error: the disk is full; free some space; what is finished is kept")
    assert done.stderr.count("\n") == 1
    assert list((tmp_path / "out" / SPOOL).rglob("*.tmp")) == []
    assert started({}, corpus, tmp_path / "out", "--resume").returncode == 0
    assert contents(tmp_path / "out") == whole


def test_ctrl_c_says_how_to_go_on(corpus: Path, whole: dict[str, bytes], tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, stopping.__file__, "{}", str(corpus), "-o", str(tmp_path / "out"), "--jobs", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    with process:
        while not (tmp_path / "out" / SPOOL / "data" / "lines").exists():
            assert process.poll() is None
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.endswith("cleaner: interrupted; what is finished is kept: the same command with --resume goes on\n")
    assert "Traceback" not in errors
    run(corpus, tmp_path / "out", StopAt(), resume=True)
    assert contents(tmp_path / "out") == whole


def test_a_run_over_its_limit_leaves_nothing_to_go_on_with(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(LimitError):
        run(corpus, tmp_path / "out", StopAt(), max_source_loss=0.0001)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["4 apples", "-1GB", "10MB", "", "1e9"])
def test_sizes_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="memory: "):
        Config(memory=text)


@pytest.mark.parametrize(("text", "size"), [("4GB", 4 * 10**9), ("1.5 GiB", 3 << 29), ("600m", 600_000_000)])
def test_sizes_have_units(text: str, size: int) -> None:
    assert bytes_of(text, "memory") == size
    few = resources.resources(Config(memory=text, jobs=1), 1 << 40)
    assert few.jobs == 1


def test_little_memory_means_few_workers_and_small_partitions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "LEAST_PARTITION", 8 << 20)
    monkeypatch.setattr(resources, "MOST_PARTITION", 128 << 20)
    monkeypatch.setattr(resources, "cores", lambda: 16)
    assert resources.resources(Config(memory="2GB"), 1 << 40) == resources.Resources(4, 8 << 20)
    assert resources.resources(Config(memory="2GB", jobs=1), 1 << 40) == (1, 128 << 20)
    assert resources.resources(Config(memory="2GB", jobs=2), 1 << 40) == (2, 59_464_000)
    assert resources.resources(Config(memory="64GB"), 1 << 40) == (16, 128 << 20)
    assert resources.resources(Config(memory="64GB"), 1 << 20).jobs == 1
    assert resources.available() > 1 << 28
