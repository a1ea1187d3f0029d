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
from cleaner.errors import ConfigError
from cleaner.lines import Lines

#: Words looked at from each end of a line, and the size of the table of their weights (a power of two).
ENDS, SLOTS = 8, 1 << 17
#: Leaf values are whole numbers of 1 / SCALE logits.
SCALE = 65536.0
#: Every tree is complete: DEPTH questions lead to one of 2 ** DEPTH leaves.
DEPTH = 6
#: After so many trees a line that is as sure as this to be content (in logits) needs no further ones.
EARLY, SURE = 40, -2.3


class Trees(NamedTuple):
    """An ensemble of complete trees: below node n are 2n + 1 (feature at most the threshold) and 2n + 2.

    Attributes:
        feature: int16, shape (trees, 2 ** DEPTH - 1): the feature that a node asks for.
        threshold: float32, the same shape.
        value: int32, shape (trees, 2 ** DEPTH), in 1 / SCALE logits.
    """

    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    value: NDArray[np.int32]

    def score(self, columns: NDArray[np.float32]) -> NDArray[np.int64]:
        """Return the summed leaf values for each column of ``columns``, shape (features, lines)."""
        out = np.zeros(columns.shape[1], dtype=np.int64)
        sure = int(SURE * SCALE)
        if columns.shape[1] * 40 > scan.PLAIN or _compiled.cache_info().currsize:
            lines = np.ascontiguousarray(columns.T)
            _compiled()[0](*self, lines, min(EARLY, len(self.value)), sure, out)
        elif len(out):
            first = _score(Trees(self.feature[:EARLY], self.threshold[:EARLY], self.value[:EARLY]), columns)
            rest = _score(Trees(self.feature[EARLY:], self.threshold[EARLY:], self.value[EARLY:]), columns)
            out += np.where(first < sure, 2 * first, first + rest)
        return out


def _score(trees: Trees, columns: NDArray[np.float32]) -> NDArray[np.int64]:
    line = np.arange(columns.shape[1])[:, None]
    tree = np.arange(len(trees.value))[None, :]
    node = np.zeros((len(line), tree.shape[1]), dtype=np.int64)
    for _ in range(DEPTH):
        node = 2 * node + 1 + (columns[trees.feature[tree, node], line] > trees.threshold[tree, node])
    values: NDArray[np.int64] = trees.value[tree, node - 2**DEPTH + 1].sum(axis=1, dtype=np.int64)
    return values


def _score_kernel(feature: Any, threshold: Any, value: Any, lines: Any, early: Any, sure: Any, out: Any) -> None:
    # flat arrays and unsigned places: nothing to check between one question and the next
    features, thresholds, values, flat = feature.ravel(), threshold.ravel(), value.ravel(), lines.ravel()
    for line in range(len(out)):
        start = np.uint64(line) * np.uint64(lines.shape[1])
        total = 0
        for part in range(2):
            for tree in range(early if part else 0, len(value) if part else early):
                above = np.uint64(tree * 63 - 1)
                node = np.uint64(1)  # below node n are 2n and 2n + 1
                for _ in range(DEPTH):
                    at = above + node
                    node += node + np.uint64(flat[start + np.uint64(features[at])] > thresholds[at])
                total += values[np.uint64(tree * 64 - 64) + node]
            if part == 0 and total < sure:
                total *= 2
                break
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


def lexical_slots(seen: scan.Scan) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the slots of each line's words and word pairs, all lines in one array, and their bounds."""
    most = int(np.minimum(np.diff(seen.first), 2 * ENDS).sum()) * 2 + 3 * len(seen.length)
    slots = np.zeros(max(most, 1), dtype=np.int32)
    bounds = np.zeros(len(seen.length) + 1, dtype=np.int64)
    if len(seen.words) * 6 > scan.PLAIN or _compiled.cache_info().currsize:
        _compiled()[1](seen.words, seen.first, slots, bounds)
    elif len(seen.words):
        views = [memoryview(array) for array in (seen.words, seen.first, slots, bounds)]  # type: ignore[arg-type]
        _slots(*views)
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

    def logit(self, lines: Lines, seen: scan.Scan | None = None) -> NDArray[np.float64]:
        """Return the calibrated log-odds that each line is boilerplate, shape (lines,)."""
        seen = seen or scan.scan(lines)
        columns = features.extract(lines, seen, lexical_score(seen, self.lexicon))
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
