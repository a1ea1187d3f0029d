"""The tables of the benchmark, as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version as installed
from pathlib import Path

from environments import EVERYTHING, Peer, version
from measure import Spent
from targets import Figure, Row, ratios

#: What the calls of the engine that take long do; others go by their names.
CALLS = {
    "documents": "pass 1: read, decode, extract, repair",
    "articles": "what tells articles apart",
    "lines": "lines of each source",
    "learned": "lines that repeat across a source",
    "cleaned": "pass 2: boilerplate and header fields",
    "keys": "shingles, signatures, bands",
    "candidates": "candidate pairs",
    "pairs": "verification",
    "written": "pass 3: corpus and audit",
}
#: Columns of words; the others are of numbers.
WORDS = ("does not do", "")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table, numbers to the right."""
    columns = list(head)
    sides = ["---", *("---" if name in WORDS else "---:" for name in columns[1:])]
    lines = [columns, sides, *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine(peers: Iterable[Peer]) -> str:
    """What the figures were measured on and with, and how busy the machine was."""
    described = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":", 1)[1].strip() for line in described if "model name" in line), platform.machine())
    load = os.getloadavg()[0]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    ours = ", ".join(f"{name} {installed(name)}" for name in ("numpy", "numba", "pyarrow", "ftfy"))
    theirs = ", ".join(sorted({version(one) for peer in peers for one in peer.requirements}))
    busy = f"\n\n**The machine was busy (load {load:.1f} at the start): figures are too low.**" if load > 0.5 else ""
    return (
        f"{len(os.sched_getaffinity(0))} cores of {model}, {memory:.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}; {ours}" + (f"; beside {theirs}" if theirs else "") + "." + busy
    )


def peers_table(rows: list[Row]) -> str:
    """Speeds, and how many times as fast ours is at the same work."""
    head = ("tool", "processes", "MB", "CPU s", "s", "MB per CPU-s", "MB per s", "further MB per CPU-s")
    return table((*head, "ours: × as fast", "a further MB", "does not do"), _lines(rows))


def _lines(rows: list[Row]) -> Iterator[list[str]]:
    for row in rows:
        name = row.name if row.peer else f"**cleaner**, {'all stages' if row.stages == EVERYTHING else row.stages}"
        if row.failed:
            yield [name, str(row.processes), *["–"] * 8, f"not measured: {row.failed}"]
        sizes = sorted(row.spent, reverse=True)
        for size in sizes[:1] if row.peer else sizes:
            cpu, wall, _ = row.spent[size]
            speeds = [f"{cpu:.2f}", f"{wall:.2f}", number(size / cpu), number(size / wall)]
            further = number(1 / row.further) if row.further and size == sizes[0] else ""
            times = [f"{number(one)}×" if one else "" for one in (ratios(row, rows) if row.peer else (None, None))]
            yield [
                name,
                str(row.processes),
                f"{size:.1f}",
                *speeds,
                further,
                *times,
                row.peer.lacks if row.peer else "",
            ]


def number(value: float) -> str:
    """Two or three figures that count."""
    return f"{value:.0f}" if value >= 20 else f"{value:.1f}" if value >= 2 else f"{value:.2f}"


def stages_table(spent: Mapping[str, Spent], megabytes: float) -> str:
    """Where the CPU time goes in a process that is warm; calls below one in a hundred together."""
    total = sum(one.cpu for one in spent.values())
    long = {name: one.cpu for name, one in spent.items() if one.cpu >= 0.01 * total}
    parts = {**long, "all else": total - sum(long.values()), "**together**, in a warm process": total}
    rows = (
        [CALLS.get(name, name), f"{cpu:.3f}", f"{cpu / total:.0%}", number(megabytes / cpu) if cpu else ""]
        for name, cpu in parts.items()
    )
    return table(("part of the whole, one process", "CPU s", "share", "MB per CPU-s"), rows)


def start_up_table(started: Mapping[str, Spent]) -> str:
    """How long small runs take."""
    rows = ([name, f"{spent.wall:.2f}", f"{spent.cpu:.2f}"] for name, spent in started.items())
    return table(("start-up", "s", "CPU s"), rows)


def targets_table(figures: Iterable[Figure]) -> str:
    """What was aimed at and what was measured; a dash where it was not."""
    rows = ([one.name, one.aim, "–" if one.measured is None else f"{one.measured:.2f}", one.verdict] for one in figures)
    return table(("aim", "target", "measured", ""), rows)
