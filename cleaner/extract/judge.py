"""The judge: which blocks of a page are its article. Small gradient-boosted trees over the features of each block.

The trees (``judge.npz``) were trained on labelled pages of some 900 sites by
``tests/benchmarks/train_extract_judge.py``, which also cross-validates them by site. No training library is
needed here: the trees are four arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.extract.blocks import Block, Container
from cleaner.extract.features import features
from cleaner.extract.places import Columns

#: A block is taken from this probability on: F1 is flat from .6 to .7 when cross-validated, precision rises.
TAKEN = 0.65
#: Where no block is likely, the likeliest ones are taken, but none under this.
DOUBTFUL = 0.3


class Trees(NamedTuple):
    """Binary trees of at most 16 leaves, by the scheme of QuickScorer (Lucchese et al., SIGIR 2015).

    A split whose feature is over its threshold rules out the leaves on its left; the first leaf that no
    split rules out is the one that is reached, so no tree is ever walked.

    Attributes:
        names: the features in the order that ``feature`` counts them.
        feature, threshold: of each split; shape (trees, splits).
        left_out: bits of the leaves that stay where the feature is over the threshold; shape (trees, splits).
        value: what a leaf adds to the log-odds; shape (trees, leaves).

    """

    names: tuple[str, ...]
    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    left_out: NDArray[np.uint16]
    value: NDArray[np.float32]


@cache
def trees() -> Trees:
    """Return the trees of the package."""
    with (files("cleaner.extract") / "judge.npz").open("rb") as stream, np.load(stream) as kept:
        arrays = {name: kept[name] for name in kept.files}
    return Trees(tuple(arrays.pop("names").tolist()), **arrays)


def article_of(blocks: Sequence[Block], containers: Sequence[Container], votes: Sequence[str], title: str) -> str:
    """Return the blocks of the article, one a line; empty where there is none."""
    if not blocks:
        return ""
    chance = probabilities(features(blocks, containers, votes, title), trees())
    taken = chance >= min(TAKEN, max(float(chance.max()), DOUBTFUL))
    return "\n".join(block.text for block, take in zip(blocks, taken, strict=True) if take)


def probabilities(columns: Columns, model: Trees) -> NDArray[np.float64]:
    """Return for each block the probability that it belongs to the article."""
    table = np.stack([columns[name] for name in model.names])
    parts = [_odds(table[:, at : at + 1024], model) for at in range(0, table.shape[1], 1024)]
    return 1 / (1 + np.exp(-np.concatenate(parts)))


def _odds(table: NDArray[np.float32], model: Trees) -> NDArray[np.float64]:
    over = table[model.feature] > model.threshold[..., None]
    open_leaves = np.bitwise_and.reduce(np.where(over, model.left_out[..., None], np.uint16(0xFFFF)), axis=1)
    leaf = _lowest_bit()[open_leaves]
    odds: NDArray[np.float64] = np.take_along_axis(model.value, leaf, axis=1).sum(axis=0, dtype=np.float64)
    return odds


@cache
def _lowest_bit() -> NDArray[np.int8]:
    """For each 16-bit number the place of its lowest bit."""
    numbers = np.arange(1 << 16)
    places: NDArray[np.int8] = np.log2(np.maximum(numbers & -numbers, 1)).astype(np.int8)
    return places
