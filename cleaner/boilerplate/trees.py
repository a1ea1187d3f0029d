"""Boosted trees, evaluated on whole batches in whole numbers."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.kernels import compiled, is_large

#: Leaf values are whole numbers of 1 / SCALE logits.
SCALE = 65536.0
#: Every tree is complete: DEPTH questions lead to one of 2 ** DEPTH leaves.
DEPTH = 6
#: So many lines make a block: one bit of a number each.
BLOCK = 64
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
        size = columns.shape[1]
        sums = partial(_compiled, _blocks(columns)) if is_large(size * 40) else partial(_plain, columns)
        out = sums(self._part(slice(EARLY)), np.arange(size))
        left = np.flatnonzero(out >= int(SURE * SCALE))
        whole = out * 2
        whole[left] = out[left] + sums(self._part(slice(EARLY, None)), left)
        return whole

    def _part(self, some: slice) -> Trees:
        return Trees(self.feature[some], self.threshold[some], self.value[some])


class Questions(NamedTuple):
    """What trees ask, each question once, for several trees ask the same.

    Attributes:
        place: for each node which question it asks; one behind the last for what is always answered with no; int16.
        feature, threshold: the questions.
    """

    place: NDArray[np.int16]
    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]


@lru_cache(maxsize=4)
def _questions(feature: bytes, threshold: bytes) -> Questions:
    """Return the questions of trees, given the bytes of what these ask for."""
    asked = np.stack([np.frombuffer(feature, np.int16), np.frombuffer(threshold, np.float32)]).astype(np.float64)
    some, place = np.unique(asked, axis=1, return_inverse=True)
    real = some[1] < np.inf
    number = np.where(real, np.cumsum(real) - 1, np.count_nonzero(real)).astype(np.int16)
    own = number[place].reshape(-1, 2**DEPTH - 1)
    return Questions(own, some[0, real].astype(np.int16), some[1, real].astype(np.float32))


def _blocks(columns: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the columns in blocks, each in one piece: the processor reads ahead; shape (blocks, features, BLOCK)."""
    size = columns.shape[1]
    whole = size // BLOCK * BLOCK
    blocks = np.empty(
        (-(-size // BLOCK), len(columns), BLOCK), dtype=np.float32
    )  # what is behind the last line counts nowhere
    for at, column in enumerate(columns):
        blocks[: whole // BLOCK, at] = column[:whole].reshape(-1, BLOCK)
        blocks[whole // BLOCK :, at, : size - whole] = column[whole:]
    return blocks


def _compiled(blocks: NDArray[np.float32], trees: Trees, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    from cleaner.boilerplate.tree_kernel import score

    out = np.zeros(len(rows), dtype=np.int64)
    questions = _questions(trees.feature.tobytes(), trees.threshold.tobytes())
    compiled(score)(*questions, trees.value, blocks, rows, out)
    return out


def _plain(columns: NDArray[np.float32], trees: Trees, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    line = rows[:, None]
    tree = np.arange(len(trees.value))[None, :]
    node = np.zeros((len(line), tree.shape[1]), dtype=np.int64)
    for _ in range(DEPTH):
        node = 2 * node + 1 + (columns[trees.feature[tree, node], line] > trees.threshold[tree, node])
    values: NDArray[np.int64] = trees.value[tree, node - 2**DEPTH + 1].sum(axis=1, dtype=np.int64)
    return values
