"""Progress: what is said of a run while it goes, on a terminal and elsewhere."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from running import clean, command

from cleaner import progress
from cleaner.config import STAGES, Config
from cleaner.engines import SILENT
from cleaner.session import clean_to, plan_inputs


class Clock:
    """Time that stands still until it is told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_every_step_of_a_run_is_known_and_the_shares_add_up(corpus: Path, tmp_path: Path) -> None:
    """A step that no table names belongs to the one before; one that is renamed would leave the bar standing."""
    config = Config(jobs=1)
    planned = plan_inputs([str(corpus)], config)
    heard: list[str] = []

    class Noted(progress.Progress):
        def begin(self, name: str, parts: int) -> None:
            heard.append(name)
            super().begin(name, parts)

    watch = Noted(planned.bytes, config.stages, print)
    record = clean_to(config, planned, tmp_path / "out", watch)
    assert [name for name in heard if name in progress.STEPS] == list(progress.STEPS)
    assert 0.9 < watch.share < 1
    assert watch.words == "writing"
    assert f" {record['counts']['read']} documents, " in watch.facts()


@pytest.mark.parametrize("stages", [STAGES, ("encoding",), ("encoding", "boilerplate"), ("near-duplicates",)])
def test_the_shares_of_the_steps_that_are_run_add_up(stages: tuple[str, ...]) -> None:
    watch = progress.Progress(100, stages, print)
    for name, step in progress.STEPS.items():
        if not step.stage or step.stage in stages:
            watch.begin(name, 2)
            watch.begin(f"{name}/scatter", 3)
            for _ in range(3):
                watch.done(f"{name}/scatter", 1, 1)
            watch.begin(name, 2)
            watch.done(name, 5, 1)
            watch.done(name, 5, 1)
            watch.end(name)
    assert 0.8 < watch.share < 1


def test_the_line_says_what_is_done_how_fast_and_how_long_yet() -> None:
    clock = Clock()
    watch = progress.Progress(200_000_000, STAGES, print, clock)
    assert watch.line().startswith("looking at the inputs, 0%, 0:00")
    watch.begin("documents", 2)
    clock.now = 65.0
    watch.done("documents", 1234, 1)
    words, share, gone, _, *facts = watch.line().split(", ")
    assert (words, share, gone) == ("reading and repairing", "10%", "1:05")
    assert "1,234 documents" in watch.line()
    assert any(re.fullmatch(r"0\.\d MB/s", fact) for fact in facts)
    assert any(re.fullmatch(r"about \d+:\d\d left", fact) for fact in facts)


@pytest.mark.parametrize(("seconds", "wanted"), [(0, "0:00"), (64.6, "1:05"), (3600, "1:00:00"), (7207, "2:00:07")])
def test_times_are_read_as_on_a_clock(seconds: float, wanted: str) -> None:
    assert progress.clock_time(seconds) == wanted


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not say")
def test_the_memory_of_processes_below_counts() -> None:
    before = progress.memory()
    script = "held = bytearray(b'x') * 90_000_000; print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert progress.memory() - before > 80_000_000
        process.communicate("\n")


def test_without_a_terminal_a_line_comes_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "PAUSE", 0.01)
    with progress.shown(False, 10, STAGES) as watch:
        watch.begin("documents", 1)
        said = ""
        while "reading and repairing, 0%" not in said:
            time.sleep(0.01)
            said += capsys.readouterr().err
        watch.say("a worker died")
        said += capsys.readouterr().err
    assert all(line.startswith("cleaner: ") for line in said.splitlines())
    assert "cleaner: a worker died\n" in said


def test_a_short_run_without_a_terminal_says_nothing_on_the_way(seeds: Path, tmp_path: Path) -> None:
    done = command("run", seeds, "-o", "out", cwd=tmp_path)
    assert "reading and repairing" not in done.stderr


def test_quiet_is_quiet() -> None:
    with progress.shown(True, 10, STAGES) as watch:
        assert watch is SILENT


def on_a_terminal(folder: Path, *arguments: str, **environment: str) -> str:
    """What ``cleaner`` writes to a terminal, as a person would see it go by."""
    mine, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "cleaner", *arguments], cwd=folder, stdout=theirs, stderr=theirs,
        stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONUTF8": "1", "TERM": "ansi", "COLUMNS": "79", **environment},
    ):  # fmt: skip
        os.close(theirs)
        said = b""
        while True:
            try:
                piece = os.read(mine, 65536)
            except OSError:  # Linux says so where the other end is closed
                break
            if not piece:
                break
            said += piece
    os.close(mine)
    return said.decode()


def test_a_terminal_shows_a_live_display_and_then_the_summary(corpus: Path, seeds: Path, tmp_path: Path) -> None:
    said = on_a_terminal(tmp_path, "run", str(corpus), "-o", "out")
    assert any(step.words in said for step in progress.STEPS.values())  # whichever was done when the display was drawn
    assert "MB of memory" in said
    assert re.search(r"\x1b\[\d*[AK]", said)  # lines are drawn over
    assert " read = " in said.rpartition("MB of memory")[2]
    quiet = on_a_terminal(tmp_path, "run", str(seeds), "-o", "out", "--quiet")
    assert quiet == ""
    dumb = on_a_terminal(tmp_path, "run", str(seeds), "-o", "out", TERM="dumb")
    assert "\x1b[" not in dumb


def test_a_watch_changes_nothing_that_is_written(seeds: Path, tmp_path: Path) -> None:
    clean(seeds, tmp_path / "a")
    config = Config(jobs=1)
    planned = plan_inputs([str(seeds)], config)
    clean_to(config, planned, tmp_path / "b", progress.Progress(planned.bytes, config.stages, print))
    for name in ("corpus.jsonl", "audit.jsonl", "run.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
