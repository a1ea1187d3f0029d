"""The benchmark's own parts: its corpus is the same each time, it counts whole process trees, its tables come out."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from running import records

BENCHMARKS = Path(__file__).parent / "benchmarks"

#: Burns CPU time in a process that its parent does not wait for, as workers of a fork server are.
ORPHAN = """
import os, sys, time
sys.path.insert(0, {folder!r})
from pathlib import Path
import measure
measure.adopt_orphans()
work = "import os, time\\nif os.fork() == 0:\\n  while time.process_time() < .3: pass\\n"
print(measure.run([sys.executable, "-c", work], Path.cwd()).cpu)
try:
    measure.run([sys.executable, "-c", "raise SystemExit('no such tool')"], Path.cwd())
except measure.FailedError as error:
    print(error)
"""


def script(*arguments: str | Path, cwd: Path) -> str:
    """Run a program of the benchmarks; what it prints."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_generated_corpus_is_the_same_for_a_seed(tmp_path: Path) -> None:
    for name, seed in (("one", "7"), ("two", "7"), ("other", "8")):
        arguments = ("--megabytes", "0.1", "--seed", seed, "--output", tmp_path / name)
        script(BENCHMARKS / "generate.py", *arguments, cwd=tmp_path)
    one, two, other = (hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("one", "two", "other"))
    assert one == two != other
    rows = records(tmp_path / "one")
    assert all(set(row) == {"id", "source", "url", "date", "text"} for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)


def test_workers_that_outlive_their_parent_are_counted(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("process trees are counted on Linux only")
    cpu, failure = script("-c", ORPHAN.format(folder=str(BENCHMARKS)), cwd=tmp_path).splitlines()
    assert float(cpu) >= 0.3
    assert failure == "exit code 1: no such tool"


def test_the_whole_and_its_parts_are_measured(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("process trees are counted on Linux only")
    options = ("--megabytes", "0.2", "--rounds", "1", "--processes", "1", "--parts", "speed,stages", "--whole-only")
    printed = script(BENCHMARKS / "bench_pipeline.py", *options, cwd=tmp_path)
    assert printed.count("| **cleaner**, all stages | 1 |") == 2
    assert "not measured: " not in printed  # a command that failed
    for line in ("| pass 1: ", "| pass 2: ", "| pass 3: ", "| all else "):
        assert line in printed


def test_a_failure_is_listed_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCHMARKS)
    import environments
    import tables
    import targets
    from measure import Spent

    peer = environments.PEERS["datatrove"]
    ours = targets.Row("cleaner", peer.stages, 1, None, {20.0: Spent(2.5, 2.6), 4.0: Spent(0.5, 0.6)})
    theirs = targets.Row(peer.name, peer.stages, 1, peer, {4.0: Spent(48.0, 70.0), 1.0: Spent(24.0, 30.0)})
    failed = targets.Row(peer.name, peer.stages, 2, peer, {}, "needs Python 3.12")
    shown = tables.peers_table([ours, theirs, failed]).splitlines()
    assert shown[2:4] == [
        "| **cleaner**, all stages | 1 | 20.0 | 2.50 | 2.60 | 8.0 | 7.7 | 8.0 |  |  |  |",
        "| **cleaner**, all stages | 1 | 4.0 | 0.50 | 0.60 | 8.0 | 6.7 |  |  |  |  |",
    ]
    assert shown[4] == f"| {peer.name} | 1 | 4.0 | 48.00 | 70.00 | 0.08 | 0.06 | 0.12 | 96× | 64× | {peer.lacks} |"
    assert shown[5] == f"| {peer.name} | 2 |{' – |' * 8} not measured: needs Python 3.12 |"
    found = [one for one in targets.figures([ours, theirs], {}, 20.0, {}) if one.target == 100]
    assert [(one.measured, one.verdict) for one in found] == [(96.0, "not met"), (64.0, "not met")]


@pytest.mark.parametrize("name", ["run_ftfy.py", "run_by_hand.py"])
def test_peers_that_are_installed_anyway_read_every_record(name: str, tmp_path: Path) -> None:
    lines = [
        {"id": str(number), "text": "The ferry of the old harbour sank on Monday, said the clerk."}
        for number in range(3)
    ]
    (tmp_path / "corpus.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    printed = script(BENCHMARKS / "peers" / name, tmp_path / "corpus.jsonl", tmp_path, "1", cwd=tmp_path)
    assert json.loads(printed)["read"] == 3
