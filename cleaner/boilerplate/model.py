"""The line model: how likely it is that a line is boilerplate, from the line and its neighbours.

Boosted trees over the features of the line and of the lines around it (``features.py``) and a lexical score, the
sum of learned weights of its first and last words. All sums are of whole numbers, so that every machine and both
code paths give the same bits. The weights come from ``tests/benchmarks/train_line_model.py``; MODEL_CARD.md says
from which data, and how good they are.
"""

from __future__ import annotations

import zipfile
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate import features, scan
from cleaner.boilerplate.kernels import run
from cleaner.boilerplate.prose import Prose
from cleaner.boilerplate.trees import DEPTH, SCALE, Trees
from cleaner.errors import ConfigError
from cleaner.lines import Lines

__all__ = ["DEPTH", "SCALE", "SLOTS", "LineModel", "Trees", "lexical_score", "lexical_slots", "load"]

#: Words looked at from each end of a line, and the size of the table of their weights (a power of two).
ENDS, SLOTS = 8, 1 << 17


def _slots(words: Any, first: Any, last: Any, slots: Any, bounds: Any) -> None:
    at = 0
    for row in range(len(first)):
        bounds[row] = at
        start, end = first[row], last[row]
        line = 7
        for place in range(start, end):
            if place - start >= ENDS and place < end - ENDS:
                continue
            slots[at] = words[place] & (SLOTS - 1)
            at += 1
            line = ((line ^ words[place]) * 16777619) & 0xFFFFFFFF
            if place > start:
                slots[at] = (((words[place - 1] * 31) ^ words[place]) * 16777619 >> 7) & (SLOTS - 1)
                at += 1
        if end > start:
            slots[at] = ((words[start] ^ 0x5BD1) * 16777619 >> 5) & (SLOTS - 1)
            slots[at + 1] = ((words[end - 1] ^ 0x1B87) * 16777619 >> 5) & (SLOTS - 1)
            slots[at + 2] = (line >> 3) & (SLOTS - 1)
            at += 3
    bounds[len(first)] = at


def lexical_slots(seen: scan.Scan) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the slots of each line's words and word pairs, all lines in one array, and their bounds."""
    most = int(np.minimum(seen.last - seen.first, 2 * ENDS).sum()) * 2 + 3 * len(seen.length)
    slots = np.zeros(max(most, 1), dtype=np.int32)
    bounds = np.zeros(len(seen.length) + 1, dtype=np.int64)
    run(_slots, len(seen.words) * 6, seen.words, seen.first, seen.last, slots, bounds)
    return slots[: bounds[-1]], bounds


def lexical_score(seen: scan.Scan, weights: NDArray[np.int8]) -> NDArray[np.int32]:
    """Return the sum of the weights of each line's words and word pairs, shape (lines,)."""
    slots, bounds = lexical_slots(seen)
    total = np.zeros(len(slots) + 1, dtype=np.int32)
    np.cumsum(weights[slots], out=total[1:])
    return np.diff(total[bounds]).astype(np.int32)


class LineModel(NamedTuple):
    """The weights: of the words, of the trees, and of the calibration (slope, intercept)."""

    lexicon: NDArray[np.int8]
    trees: Trees
    calibration: NDArray[np.float64]

    def logit(
        self,
        lines: Lines,
        seen: scan.Scan | None = None,
        score: NDArray[np.int32] | None = None,
        told: Prose | None = None,
    ) -> NDArray[np.float64]:
        """Return the calibrated log-odds that each line is boilerplate, shape (lines,).

        ``seen``, ``score`` and ``told`` are the scan, the lexical scores and the prose of the lines, if at hand.
        """
        seen = seen or scan.scan(lines)
        score = lexical_score(seen, self.lexicon) if score is None else score
        columns = features.extract(lines, seen, score, told)
        logit: NDArray[np.float64] = self.trees.score(columns) / SCALE * self.calibration[0] + self.calibration[1]
        return logit

    def probability(self, lines: Lines) -> NDArray[np.float32]:
        """Return P(boilerplate) for each line, shape (lines,)."""
        return (1 / (1 + np.exp(-self.logit(lines)))).astype(np.float32)

    def save(self, path: Path) -> None:
        """Write the weights as an .npz without objects; the same weights give the same bytes."""
        arrays = {"lexicon": self.lexicon, "calibration": self.calibration, **self.trees._asdict()}
        np.savez_compressed(path, allow_pickle=False, **arrays)


@cache
def load(path: Path | None = None) -> LineModel:
    """Return the model of the package, or the one at ``path``.

    Raises:
        ConfigError: the file is not a line model.

    """
    place = path or Path(__file__).with_name("model.npz")
    try:
        with np.load(place, allow_pickle=False) as file:
            trees = Trees(*(file[name] for name in Trees._fields))
            return LineModel(file["lexicon"], trees, file["calibration"])
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ConfigError(f"{place} is not a line model: {error}") from error
