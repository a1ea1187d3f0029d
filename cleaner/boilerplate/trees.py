"""Boosted trees, evaluated on whole batches in whole numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.kernels import compiled, is_large

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
        early, late = self._part(slice(EARLY)), self._part(slice(EARLY, None))
        out = early._sums(columns)
        left = np.flatnonzero(out >= int(SURE * SCALE))
        whole = out * 2
        whole[left] = out[left] + late._sums(np.take(columns, left, axis=1))
        return whole

    def _part(self, some: slice) -> Trees:
        return Trees(self.feature[some], self.threshold[some], self.value[some])

    def _sums(self, columns: NDArray[np.float32]) -> NDArray[np.int64]:
        if not is_large(columns.shape[1] * 40):
            return _score(self, columns)
        from cleaner.boilerplate.tree_kernel import BLOCK, score

        size = columns.shape[1]
        out = np.zeros(max(size, BLOCK), dtype=np.int64)
        wide = columns if size >= BLOCK else np.pad(columns, [(0, 0), (0, BLOCK - size)])
        compiled(score)(*self, wide, out)
        return out[:size]


def _score(trees: Trees, columns: NDArray[np.float32]) -> NDArray[np.int64]:
    line = np.arange(columns.shape[1])[:, None]
    tree = np.arange(len(trees.value))[None, :]
    node = np.zeros((len(line), tree.shape[1]), dtype=np.int64)
    for _ in range(DEPTH):
        node = 2 * node + 1 + (columns[trees.feature[tree, node], line] > trees.threshold[tree, node])
    values: NDArray[np.int64] = trees.value[tree, node - 2**DEPTH + 1].sum(axis=1, dtype=np.int64)
    return values
