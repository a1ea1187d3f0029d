"""The automaton that finds runs of letters in a line, one step a character.

A. Aho and M. Corasick, "Efficient string matching: an aid to bibliographic search", 1975, with all steps spelled out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Runs(NamedTuple):
    """The automaton as tables for the kernel.

    Attributes:
        kinds: for every letter (a byte) the column of ``step``: 0 for no letter, 1 for one that is in no run. uint8.
        step: from the row of a state and a kind to twice the place where the row of the next state begins, plus one
            if a run ends there. Rows lie one after the other; uint32, int64 if they are many.
        ends: for each state the runs that end there.
    """

    kinds: NDArray[np.uint8]
    step: NDArray[np.integer]
    ends: list[frozenset[bytes]]

    @classmethod
    def of(cls, runs: Collection[bytes]) -> Runs:
        """Return the automaton of runs of letters (none is 0)."""
        kinds = np.ones(256, dtype=np.uint8)
        used = sorted(set(b"".join(runs)))
        kinds[used] = range(2, len(used) + 2)
        kinds[0] = 0
        begun = sorted(
            {run[:end] for run in [b"", *runs] for end in range(len(run) + 1)}, key=lambda one: (len(one), one)
        )
        number = {one: at for at, one in enumerate(begun)}
        follow: list[list[bytes]] = [[] for _ in begun]
        for one in begun[1:]:
            follow[number[one[:-1]]].append(one)
        step = np.zeros((len(begun), len(used) + 2), dtype=np.int64)
        ends: list[frozenset[bytes]] = [frozenset()]
        for at, one in enumerate(begun):
            if at:
                shorter = _longest_end(one, number)
                step[at] = step[shorter]
                ends.append(ends[shorter].union([one] if one in runs else []))
            for longer in follow[at]:
                step[at, kinds[longer[-1]]] = number[longer]
            step[at, 0] = at
        whole = step * step.shape[1] << 1 | np.array([bool(some) for some in ends])[step]
        return cls(kinds, whole.ravel().astype(np.uint32 if whole.max(initial=0) < 1 << 32 else np.int64), ends)


def _longest_end(begun: bytes, number: Mapping[bytes, int]) -> int:
    """Return the state of the longest proper end of what was read that a run begins with."""
    return next(number[begun[at:]] for at in range(1, len(begun) + 1) if begun[at:] in number)
