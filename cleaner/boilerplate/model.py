"""The line model: how likely it is that a line is boilerplate, from the line and its neighbours.

Two passes of boosted trees. The first sees the features of the line (``features.py``) and a lexical score, the
sum of learned weights of its first and last words; the second sees the first one's answer for the lines around,
too. All sums are of whole numbers, so that every machine and both code paths give the same bits. The weights
come from ``tests/benchmarks/train_line_model.py``; MODEL_CARD.md says from which data, and how good they are.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate import features
from cleaner.errors import ConfigError
from cleaner.lines import Lines

#: Words looked at from each end of a line, and the size of the table of their weights (a power of two).
ENDS, SLOTS = 8, 1 << 17
#: Leaf values are whole numbers of 1 / SCALE logits.
SCALE = 65536.0
#: Documents are handled in groups of about so many lines, to bound memory.
GROUP = 20_000
STEPS = (-5, -4, -3, -2, -1, 1, 2, 3, 4, 5)


class Trees(NamedTuple):
    """An ensemble as flat arrays; a node below 0 is the leaf ``~node``.

    Attributes:
        feature: int16, shape (nodes,): the feature that a node asks for.
        threshold: float32, shape (nodes,): go left where the feature is at most this.
        left, right: int32, shape (nodes,).
        value: int32, shape (leaves,), in 1 / SCALE logits.
        root: int32, shape (trees,).

    """

    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.int32]
    root: NDArray[np.int32]

    def score(self, columns: NDArray[np.float32]) -> NDArray[np.int64]:
        """Return the summed leaf values for each column of ``columns``, shape (features, lines)."""
        out = np.zeros(columns.shape[1], dtype=np.int64)
        if columns.shape[1] * 40 > features.PLAIN:
            _compiled()[0](*self, columns, out)
        elif len(out):
            _score(self, columns, out)
        return out


def _score(trees: Trees, columns: NDArray[np.float32], out: NDArray[np.int64]) -> None:
    line = np.arange(columns.shape[1])[:, None]
    for some in np.array_split(trees.root, max(1, len(line) // 256)):
        node = np.repeat(some[None, :], len(line), axis=0)
        inner = node >= 0
        while inner.any():
            at = np.maximum(node, 0)
            left = columns[trees.feature[at], line] <= trees.threshold[at]
            node = np.where(inner, np.where(left, trees.left[at], trees.right[at]), node)
            inner = node >= 0
        out += trees.value[~node].sum(axis=1, dtype=np.int64)


def _score_kernel(
    feature: Any, threshold: Any, left: Any, right: Any, value: Any, root: Any, columns: Any, out: Any
) -> None:
    for line in range(columns.shape[1]):
        total = 0
        for tree in range(len(root)):
            node = root[tree]
            while node >= 0:
                node = left[node] if columns[feature[node], line] <= threshold[node] else right[node]
            total += value[~node]
        out[line] = total


def _slots(words: Any, first: Any, slots: Any, bounds: Any) -> None:
    at = 0
    for row in range(len(first) - 1):
        bounds[row] = at
        start, end = first[row], first[row + 1]
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
    bounds[len(first) - 1] = at


@cache
def _compiled() -> tuple[Any, Any]:
    import numba

    compiled = numba.njit(cache=True, nogil=True)
    return compiled(_score_kernel), compiled(_slots)


def lexical_slots(seen: features.Scan) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the slots of each line's words and word pairs, all lines in one array, and their bounds."""
    most = int(np.minimum(np.diff(seen.first), 2 * ENDS).sum()) * 2 + 3 * len(seen.length)
    slots = np.zeros(max(most, 1), dtype=np.int32)
    bounds = np.zeros(len(seen.length) + 1, dtype=np.int64)
    if len(seen.words) * 6 > features.PLAIN:
        _compiled()[1](seen.words, seen.first, slots, bounds)
    elif len(seen.words):
        _slots(*(memoryview(array) for array in (seen.words, seen.first, slots, bounds)))
    return slots[: bounds[-1]], bounds


def lexical_score(seen: features.Scan, weights: NDArray[np.int8]) -> NDArray[np.int32]:
    """Return the sum of the weights of each line's words and word pairs, shape (lines,)."""
    slots, bounds = lexical_slots(seen)
    total = np.zeros(len(slots) + 1, dtype=np.int32)
    np.cumsum(weights[slots], out=total[1:])
    return np.diff(total[bounds]).astype(np.int32)


def second_features(
    columns: NDArray[np.float32], first: NDArray[np.int64], lines: Lines
) -> NDArray[np.float32]:
    """Return ``columns`` with the first pass' answers for each line and the lines around it added as rows."""
    logit = first / SCALE
    soft = logit / (
        1 + np.abs(logit)
    )  # the logit squashed to -1..1 by arithmetic that is the same everywhere
    size = columns[features.NAMES.index("length")].astype(np.float64) * (soft < 0)
    total = np.zeros(len(soft) + 1)
    np.cumsum(size, out=total[1:])
    low, high = lines.first[:-1][lines.document], lines.first[1:][lines.document]
    whole = np.maximum(total[high] - total[low], 1)
    rows = [soft, *(features.shift(soft, lines, step) for step in STEPS)]
    rows += [np.divide(*features.window(soft, lines, reach)) for reach in (3, 8, 1 << 30)]
    rows += [(total[:-1] - total[low]) / whole, (total[high] - total[1:]) / whole, whole]
    return np.concatenate([columns, np.array(rows, dtype=np.float32)])


class LineModel(NamedTuple):
    """The weights: of the words, of the two passes, and of the calibration (slope, intercept)."""

    lexicon: NDArray[np.int8]
    first: Trees
    second: Trees
    calibration: NDArray[np.float64]

    def logit(self, lines: Lines) -> NDArray[np.float64]:
        """Return the calibrated log-odds that each line is boilerplate, shape (lines,)."""
        if not len(lines):
            return np.zeros(0)
        seen = features.scan(lines)
        columns = features.extract(lines, seen, lexical_score(seen, self.lexicon))
        second = self.second.score(second_features(columns, self.first.score(columns), lines))
        return second / SCALE * self.calibration[0] + self.calibration[1]

    def probability(self, lines: Lines) -> NDArray[np.float32]:
        """Return P(boilerplate) for each line, shape (lines,)."""
        return (1 / (1 + np.exp(-self.logit(lines)))).astype(np.float32)

    def save(self, path: Path) -> None:
        """Write the weights as an .npz without objects; the same weights give the same bytes."""
        arrays = {"lexicon": self.lexicon, "calibration": self.calibration}
        for name, trees in (("first", self.first), ("second", self.second)):
            arrays |= {f"{name}_{field}": array for field, array in trees._asdict().items()}
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
            passes = [
                Trees(*(file[f"{name}_{field}"] for field in Trees._fields)) for name in ("first", "second")
            ]
            return LineModel(file["lexicon"], *passes, file["calibration"])
    except (OSError, KeyError, ValueError) as error:
        raise ConfigError(f"{place} is not a line model: {error}") from error
