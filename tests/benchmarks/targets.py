"""What we aim at, and what was measured of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from environments import EVERYTHING, PEERS, Peer
from measure import Spent

HELP = "`cleaner --help`"
SEEDS = "`cleaner run seeds/`"
SEEDS_FIRST = "`cleaner run seeds/`, the very first time"


class Row(NamedTuple):
    """One measured command: megabytes of the file → what it took; empty where it failed, with the reason."""

    name: str
    stages: str
    processes: int
    peer: Peer | None
    spent: Mapping[float, Spent]
    failed: str = ""

    @property
    def work(self) -> tuple[str, int]:
        """What rows share that can be compared."""
        return self.stages, self.processes

    @property
    def further(self) -> float | None:
        """CPU seconds that a further megabyte takes, without what it takes to start."""
        if len(self.spent) < 2:
            return None
        large, small = max(self.spent), min(self.spent)
        took = self.spent[large].cpu - self.spent[small].cpu
        return took / (large - small) if took > 0 else None


class Figure(NamedTuple):
    """One aim: at least (or at most) ``target``; ``measured`` is None where it was not measured."""

    name: str
    target: float
    least: bool
    measured: float | None

    @property
    def aim(self) -> str:
        """The target as people write it."""
        return f"{'≥' if self.least else '≤'} {self.target:g}"

    @property
    def verdict(self) -> str:
        """Whether it is met."""
        if self.measured is None:
            return "not measured"
        return "met" if (self.measured >= self.target) is self.least else "not met"


def figures(
    rows: list[Row], stages: Mapping[str, Spent], megabytes: float, started: Mapping[str, Spent]
) -> list[Figure]:
    """Every aim with what was measured; ``stages`` were timed on ``megabytes``."""
    ours = [row for row in rows if row.peer is None and row.stages == EVERYTHING and row.spent]
    one, two = (next((row.spent[max(row.spent)] for row in ours if row.processes == count), None) for count in (1, 2))
    warm = megabytes / sum(spent.cpu for spent in stages.values()) if stages else None
    walls = {name: started[name].wall if name in started else None for name in (HELP, SEEDS, SEEDS_FIRST)}
    return [
        Figure("all stages, MB per CPU-s, with start-up", 20, True, megabytes / one.cpu if one else None),
        Figure("all stages, MB per CPU-s, in a warm process", 20, True, warm),
        *_beside(PEERS["datatrove"], 100, rows),
        *_beside(PEERS["by-hand"], 30, rows),
        Figure("two processes, times as fast as one", 1.7, True, one.wall / two.wall if one and two else None),
        Figure(f"{HELP}, s", 0.3, False, walls[HELP]),
        Figure(f"{SEEDS}, s", 1.5, False, walls[SEEDS]),
        Figure(f"{SEEDS_FIRST}, s", 4, False, walls[SEEDS_FIRST]),
    ]


def ratios(row: Row, rows: list[Row]) -> tuple[float | None, float | None]:
    """How many times the CPU time of ours a peer takes for the same work: on the same file, and for a further MB."""
    ours = next((one for one in rows if one.peer is None and one.work == row.work and one.spent), None)
    if ours is None or not row.spent:
        return None, None
    size = max(row.spent)
    same = row.spent[size].cpu / ours.spent[size].cpu if size in ours.spent else None
    return same, row.further / ours.further if row.further and ours.further else None


def _beside(peer: Peer, target: float, rows: list[Row]) -> list[Figure]:
    row = next((row for row in rows if row.peer is peer and row.processes == 1), None)
    same, further = ratios(row, rows) if row else (None, None)
    name = f"times as fast as {peer.name}"
    return [Figure(f"{name}, same file", target, True, same), Figure(f"{name}, a further MB", target, True, further)]
