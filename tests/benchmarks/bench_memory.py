"""Peak memory and disk of a whole run, and what a document costs, for given inputs.

    python tests/benchmarks/bench_memory.py [--memory 2GB] [--jobs 2] [OPTION...] -- INPUT...

Each input is cleaned into a folder that is deleted afterwards (``--work`` says where it is made). What is printed of
memory is of the command and all processes below it, at its peak, with the step that ran: ``rss`` counts what
they share (libraries, files that are mapped) once for each of them, ``pss`` once in all, ``anonymous`` is what only
swapping could take away from them. ``spool`` is what lies on the disk between the steps, ``left`` the results.
Linux only: it reads /proc.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import orjson

#: Seconds between two looks at /proc.
PAUSE = 0.5
KINDS = {"rss": "Rss:", "pss": "Pss:", "anonymous": "Anonymous:"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+", metavar="INPUT")
    parser.add_argument("--memory", default="2GB")
    parser.add_argument("--jobs", default="0")
    parser.add_argument("--work", type=Path, help="folder in which the results are made")
    parser.add_argument("--steps", action="store_true", help="print the peak of each step as well")
    known, options = parser.parse_known_args()
    print(f"{'input':24} {'MB':>7} {'wall s':>7} {'CPU s':>7} {'µs/doc':>7}", *(f"{kind:>9}" for kind in KINDS), end="")
    print(f" {'spool':>7} {'left':>6}   MB; spool and left in bytes a byte of input; µs of CPU")
    for name in known.inputs:
        measured(Path(name), [*options, "--memory", known.memory, "--jobs", known.jobs], known.work, known.steps)


def measured(path: Path, options: list[str], work: Path | None, steps: bool) -> None:
    """Clean one input; print a line about it."""
    out = Path(tempfile.mkdtemp(prefix="bench-memory-", dir=work)) / "out"
    size = sum(file.stat().st_size for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file())
    began, before = time.monotonic(), os.times()
    try:
        process = subprocess.Popen([sys.executable, "-m", "cleaner", "run", str(path), "-o", str(out), "-q", *options])
        seen = watched(process, out)
        if process.wait():
            sys.exit(f"{path}: cleaner failed with {process.returncode}")
        wall, after = time.monotonic() - began, os.times()
        documents = orjson.loads((out / "run.json").read_bytes())["counts"]["read"]
        left = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    finally:
        shutil.rmtree(out.parent)
    cpu = (
        seen.of_others(process.pid)
        + after.children_user
        + after.children_system
        - before.children_user
        - before.children_system
    )
    print(f"{path.name:24} {size / 1e6:7.0f} {wall:7.1f} {cpu:7.1f} {cpu / documents * 1e6:7.0f}", end="")
    print("".join(f" {seen.peak(kind) / 1e6:9.0f}" for kind in KINDS), end="")
    print(f" {max(seen.spool.values(), default=0) / size:7.2f} {left / size:6.2f}")
    for step in seen.steps if steps else ():
        said = "".join(f" {kind} {seen.steps[step].get(kind, 0) / 1e6:.0f}" for kind in KINDS)
        print(f"    {step:14}{said} spool {seen.spool.get(step, 0) / size:.2f} CPU s so far {seen.spent[step]:.0f}")


class Seen:
    """The peaks of each step, in bytes, and the CPU seconds of the workers (which are no children of the command)."""

    def __init__(self) -> None:
        self.steps: dict[str, dict[str, int]] = {}
        self.spool: dict[str, int] = {}
        self.spent: dict[str, float] = {}
        self._cpu: dict[int, float] = {}

    def of_others(self, root: int) -> float:
        return sum(seconds for process, seconds in self._cpu.items() if process != root)

    def peak(self, kind: str) -> int:
        return max((peaks.get(kind, 0) for peaks in self.steps.values()), default=0)

    def look(self, root: int, out: Path) -> None:
        spool = out / ".cleaner-spool"
        step = last_step(spool / "data" / "manifest.jsonl")
        totals = dict.fromkeys(KINDS, 0)
        for process in tree(root):
            with suppress(OSError, ValueError, IndexError):  # it has just ended
                for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]:
                    for kind, head in KINDS.items():
                        totals[kind] += int(line.split()[1]) * 1024 if line.startswith(head) else 0
                self._cpu[process] = cpu_of(process)
        self.spent[step] = sum(self._cpu.values())
        peaks = self.steps.setdefault(step, {})
        for kind, total in totals.items():
            peaks[kind] = max(peaks.get(kind, 0), total)
        self.spool[step] = max(self.spool.get(step, 0), bytes_below(spool))


def watched(process: subprocess.Popen[bytes], out: Path) -> Seen:
    seen = Seen()
    while process.poll() is None:
        seen.look(process.pid, out)
        time.sleep(PAUSE)
    return seen


def last_step(manifest: Path) -> str:
    """The step that a part was finished of last; the one after it may have begun."""
    with suppress(OSError, IndexError, orjson.JSONDecodeError, KeyError):
        with manifest.open("rb") as file:
            file.seek(max(0, manifest.stat().st_size - 4096))
            lines = [orjson.loads(line) for line in file.read().split(b"\n")[1:-1]]
        named = [line["part"] for line in lines if "part" in line and "dropped" not in line]
        return str(Path(named[-1]).parent)
    return "start"


def bytes_below(folder: Path) -> int:
    """What the files of a folder take of the disk."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.stat(Path(root) / name).st_blocks * 512
    return total


def cpu_of(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def tree(root: int) -> list[int]:
    found = [root]
    with suppress(OSError):
        for task in Path(f"/proc/{root}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += tree(int(child))
    return found


if __name__ == "__main__":
    main()
