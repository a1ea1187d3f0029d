"""Boosted trees, evaluated on whole batches in whole numbers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.kernels import compiled, is_large

#: Leaf values are whole numbers of 1 / SCALE logits.
SCALE = 65536.0
#: Every tree is complete: DEPTH questions lead to one of 2 ** DEPTH leaves.
DEPTH = 6
#: After so many trees a line that is as sure as this to be content (in logits) needs no further ones.
EARLY, SURE = 40, -2.3
#: So many lines are asked by one tree before the next, so that their features stay in the nearest cache.
_BLOCK = 64


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
        if is_large(columns.shape[1] * 40):
            compiled(_score_kernel)(*self, np.ascontiguousarray(columns), min(EARLY, len(self.value)), sure, out)
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


def _score_kernel(feature: Any, threshold: Any, value: Any, columns: Any, early: Any, sure: Any, out: Any) -> None:
    # flat arrays and unsigned places: nothing to check between one question and the next
    features, thresholds, values, flat = feature.ravel(), threshold.ravel(), value.ravel(), columns.ravel()
    size = np.uint64(len(out))
    rows = np.empty(_BLOCK, np.uint64)
    for start in range(0, len(out), _BLOCK):
        count = min(_BLOCK, len(out) - start)
        for at in range(count):
            rows[at] = np.uint64(start + at)
        for part in range(2):
            for tree in range(early if part else 0, len(value) if part else early):
                above = np.uint64(tree * 63 - 1)
                leaves = np.uint64(tree * 64 - 64)
                for at in range(count):
                    line = rows[at]
                    node = np.uint64(1)  # below node n are 2n and 2n + 1
                    for _ in range(DEPTH):
                        place = above + node
                        asked = flat[np.uint64(features[place]) * size + line]
                        node += node + np.uint64(asked > thresholds[place])
                    out[line] += values[leaves + node]
            if part == 0:
                left = 0
                for at in range(count):
                    line = rows[at]
                    if out[line] < sure:
                        out[line] *= 2
                    else:
                        rows[left] = line
                        left += 1
                count = left
