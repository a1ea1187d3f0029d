"""The automaton that finds runs of letters in a line, one step a character.

A. Aho and M. Corasick, "Efficient string matching: an aid to bibliographic search", 1975, with all steps spelled out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Runs(NamedTuple):
    """The automaton as tables for the kernel.

    Attributes:
        kinds: for every letter (a byte) the column of ``step``: 0 for no letter, 1 for one that is in no run. uint8.
        step: from the row of a state and a kind to 256 times the place where the row of the next state begins, plus
            the bits of the runs that end there. Rows lie one after the other; uint32, uint64 if they are many.
    """

    kinds: NDArray[np.uint8]
    step: NDArray[np.unsignedinteger]

    @classmethod
    def of(cls, runs: Mapping[bytes, int]) -> Runs:
        """Return the automaton of runs of letters (none is 0), each with its bits (below 256)."""
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
        step, bits = np.zeros((len(begun), len(used) + 2), dtype=np.int64), np.zeros(len(begun), dtype=np.int64)
        for at, one in enumerate(begun):
            if at:
                shorter = _longest_end(one, number)
                step[at], bits[at] = step[shorter], bits[shorter] | runs.get(one, 0)
            for longer in follow[at]:
                step[at, kinds[longer[-1]]] = number[longer]
            step[at, 0] = at
        whole = step * step.shape[1] << 8 | bits[step]
        return cls(kinds, whole.ravel().astype(np.uint32 if whole.max(initial=0) < 1 << 32 else np.uint64))


def _longest_end(begun: bytes, number: Mapping[bytes, int]) -> int:
    """Return the state of the longest proper end of what was read that a run begins with."""
    return next(number[begun[at:]] for at in range(1, len(begun) + 1) if begun[at:] in number)
