"""The judge: which blocks of a page are its article. Small gradient-boosted trees over the features of each block.

The trees (``judge.npz``) were trained on labelled pages of some 900 sites by
``tests/benchmarks/train_extract_judge.py``, which also cross-validates them by site. No training library is
needed here: a tree is five arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.extract.blocks import Block, Container
from cleaner.extract.features import Columns, features

#: A block is taken from this probability on; chosen by cross-validation.
TAKEN = 0.6
#: Where no block is likely, the likeliest ones are taken, but none under this.
DOUBTFUL = 0.3


class Trees(NamedTuple):
    """Binary trees side by side: row t, node n. A leaf points at itself.

    Attributes:
        names: the features in the order that ``feature`` counts them.
        feature, threshold: go left where ``columns[feature] <= threshold``; shape (trees, nodes).
        left, right: the next node; shape (trees, nodes).
        value: what a leaf adds to the log-odds; shape (trees, nodes).
        depth: steps that reach every leaf.

    """

    names: tuple[str, ...]
    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    left: NDArray[np.int16]
    right: NDArray[np.int16]
    value: NDArray[np.float32]
    depth: int


@cache
def trees() -> Trees:
    """Return the trees of the package."""
    with (files("cleaner.extract") / "judge.npz").open("rb") as stream, np.load(stream) as kept:
        arrays = {name: kept[name] for name in kept.files}
    return Trees(tuple(arrays.pop("names").tolist()), depth=int(arrays.pop("depth")), **arrays)


def article_of(blocks: Sequence[Block], containers: Sequence[Container], votes: Sequence[str], title: str) -> str:
    """Return the blocks of the article, one a line; empty where there is none."""
    if not blocks:
        return ""
    chance = probabilities(features(blocks, containers, votes, title), trees())
    taken = chance >= min(TAKEN, max(float(chance.max()), DOUBTFUL))
    return "\n".join(block.text for block, take in zip(blocks, taken, strict=True) if take)


def probabilities(columns: Columns, model: Trees) -> NDArray[np.float64]:
    """Return for each block the probability that it belongs to the article."""
    table = np.stack([columns[name] for name in model.names], axis=1)
    parts = [_odds(table[at : at + 4096], model) for at in range(0, len(table), 4096)]
    return 1 / (1 + np.exp(-np.concatenate(parts)))


def _odds(table: NDArray[np.float32], model: Trees) -> NDArray[np.float64]:
    rows = np.arange(len(table))[:, None]
    every = np.arange(len(model.feature))[None, :]
    node = np.zeros((len(table), len(model.feature)), dtype=np.int16)
    for _ in range(model.depth):
        smaller = table[rows, model.feature[every, node]] <= model.threshold[every, node]
        node = np.where(smaller, model.left[every, node], model.right[every, node])
    odds: NDArray[np.float64] = model.value[every, node].sum(axis=1, dtype=np.float64)
    return odds
