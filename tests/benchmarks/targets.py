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
    """One measured command; ``spent`` is None where it failed, with the reason in ``failed``."""

    name: str
    stages: str
    processes: int
    megabytes: float
    peer: Peer | None
    spent: Spent | None
    failed: str = ""

    @property
    def work(self) -> tuple[str, int, float]:
        """What rows must share to be compared."""
        return self.stages, self.processes, self.megabytes


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


def figures(rows: list[Row], stages: Mapping[str, Spent], started: Mapping[str, Spent]) -> list[Figure]:
    """Every aim with what was measured."""
    ours = [row for row in rows if row.peer is None and row.stages == EVERYTHING and row.spent]
    one, two = (next((row for row in ours if row.processes == count), None) for count in (1, 2))
    speed = one.megabytes / one.spent.cpu if one and one.spent else None
    warm = one.megabytes / sum(spent.cpu for spent in stages.values()) if one and stages else None
    both = one.spent.wall / two.spent.wall if one and two and one.spent and two.spent else None
    walls = {name: started[name].wall if name in started else None for name in (HELP, SEEDS, SEEDS_FIRST)}
    return [
        Figure("all stages, MB per CPU-s, with start-up", 20, True, speed),
        Figure("all stages, MB per CPU-s, in a warm process", 20, True, warm),
        Figure(f"times as fast as {PEERS['datatrove'].name}", 100, True, _times(PEERS["datatrove"], rows)),
        Figure(f"times as fast as {PEERS['by-hand'].name}", 30, True, _times(PEERS["by-hand"], rows)),
        Figure("two processes, times as fast as one", 1.7, True, both),
        Figure(f"{HELP}, s", 0.3, False, walls[HELP]),
        Figure(f"{SEEDS}, s", 1.5, False, walls[SEEDS]),
        Figure(f"{SEEDS_FIRST}, s", 4, False, walls[SEEDS_FIRST]),
    ]


def _times(peer: Peer, rows: list[Row]) -> float | None:
    """How many times the CPU time of ours a peer took for the same work on the same file, in one process."""
    theirs = next((row for row in rows if row.peer is peer and row.processes == 1 and row.spent), None)
    ours = next((row for row in rows if theirs and row.peer is None and row.work == theirs.work and row.spent), None)
    return theirs.spent.cpu / ours.spent.cpu if theirs and ours and theirs.spent and ours.spent else None
