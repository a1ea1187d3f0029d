"""Where each block stands in the tree of its page, and what else stands there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cleaner.extract import cues
from cleaner.extract.blocks import Container

Column = NDArray[np.float32]
Columns = dict[str, Column]

#: Levels that are not counted further.
FAR = 9
_OWN = (
    "p", "div", "li", "td", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "figcaption", "body", "article",
    "section", "dd", "dt", "th", "pre", "center", "address", "button",
)  # fmt: skip
_ANCESTORS = (
    "article", "main", "aside", "header", "footer", "nav", "figure", "form", "ul", "table", "section", "blockquote",
    "li", "p", "h1", "h2", "h3", "figcaption", "dl", "button",
)  # fmt: skip
_PARAGRAPHS = frozenset(("p", "td", "pre", "li", "blockquote"))


def floats(values: Sequence[float] | NDArray[np.generic]) -> Column:
    """Return the values as 32-bit floats."""
    return np.asarray(values, dtype=np.float32)


def of_ancestors(place: NDArray[np.int64], containers: Sequence[Container]) -> Columns:
    """How many levels up the nearest ancestor of each role and of each tag is, at most FAR."""
    names = [f"role_{name}" for name in cues.ROLES] + [f"in_{tag}" for tag in _ANCESTORS]
    roles = len(cues.ROLES)
    levels = np.full((len(containers) + 1, len(names)), FAR, np.int8)
    depth = np.zeros(len(containers) + 1, np.int32)
    for at, one in enumerate(containers):
        levels[at] = np.minimum(levels[one.parent] + 1, FAR)
        depth[at] = depth[one.parent] + 1
        if one.attributes:
            levels[at, :roles][list(cues.roles(one.attributes))] = 0
        if one.tag in _ANCESTORS:
            levels[at, roles + _ANCESTORS.index(one.tag)] = 0
    columns = {name: floats(levels[place, number]) for number, name in enumerate(names)}
    own = {tag: number + 1 for number, tag in enumerate(_OWN)}
    columns["tag"] = floats([own.get(containers[at].tag, 0) for at in place])
    columns["depth"] = floats(depth[place])
    return columns


def of_containers(
    columns: Columns, place: NDArray[np.int64], parent: NDArray[np.int64], containers: Sequence[Container],
    prose: Column, vote: Column,
) -> Columns:  # fmt: skip
    """Sums over the four nearest containers, and the distance to the best one by readability's score."""
    length, link = columns["length"], columns["link"]
    sums = np.zeros((len(containers) + 1, 5))
    np.add.at(sums, place, np.stack([prose, length, length * link, length * vote, prose > 0], 1))
    for at in range(len(containers) - 1, -1, -1):
        sums[parent[at]] += sums[at]
    score = _readability(columns, place, parent, containers)
    best = int(np.argmax(score[:-1] * (1 - sums[:-1, 2] / np.maximum(sums[:-1, 1], 1))))
    found = _distance(best, place, parent)
    total = prose.sum() + 1
    here = place
    for level in range(4):
        own = sums[here]
        found |= {
            f"up{level}_prose": floats(own[:, 0] / total),
            f"up{level}_length": floats(np.log1p(own[:, 1])),
            f"up{level}_link": floats(own[:, 2] / np.maximum(own[:, 1], 1)),
            f"up{level}_vote": floats(own[:, 3] / np.maximum(own[:, 1], 1)),
            f"up{level}_paragraphs": floats(own[:, 4]),
            f"up{level}_score": floats(score[here] / max(score[best], 1e-6)),
        }
        here = np.where(parent[here] >= 0, parent[here], here)
    return found


def _readability(
    columns: Columns, place: NDArray[np.int64], parent: NDArray[np.int64], containers: Sequence[Container]
) -> NDArray[np.float64]:
    """Arc90's score: a paragraph gives to its container, and half to the one above; row -1 takes the rest."""
    length = columns["length"]
    points = (1 + columns["commas"] + np.minimum(length / 100, 3)) * (1 - columns["link"]) * (length >= 25)
    inner = np.array([one.tag in _PARAGRAPHS for one in containers])[place]
    holder = np.where(inner, parent[place], place)
    score = np.zeros(len(containers) + 1)
    np.add.at(score, holder, points)
    np.add.at(score, np.where(holder >= 0, parent[holder], -1), points / 2)
    return score


def _distance(best: int, place: NDArray[np.int64], parent: NDArray[np.int64]) -> Columns:
    """Levels from the best container up to the common ancestor, and from there down to the block."""
    above: dict[int, int] = {}
    at = best
    while at >= 0:
        above[at] = len(above)
        at = int(parent[at])
    up = np.full(len(parent), 2 * FAR)
    down = np.zeros(len(parent))
    for at in range(len(parent)):
        if at in above:
            up[at] = above[at]
        elif parent[at] >= 0:
            up[at], down[at] = up[parent[at]], down[parent[at]] + 1
    return {"best_up": floats(up[place]), "best_down": floats(down[place])}


def of_likeness(
    columns: Columns, place: NDArray[np.int64], parent: NDArray[np.int64], containers: Sequence[Container],
    prose: Column, vote: Column,
) -> Columns:  # fmt: skip
    """Means over the blocks that stand in containers of the same names, three levels up."""
    kinds: dict[tuple[object, ...], int] = {}
    kind = np.zeros(len(place), np.int64)
    for row, at in enumerate(place):
        path = []
        for _ in range(3):
            path.append((containers[at].tag, containers[at].attributes))
            if parent[at] < 0:
                break
            at = parent[at]
        kind[row] = kinds.setdefault(tuple(path), len(kinds))
    length = columns["length"]

    def per_kind(weight: Column) -> NDArray[np.float64]:
        return np.bincount(kind, weight.astype(np.float64), len(kinds)).astype(np.float64)[kind]

    number, size = per_kind(np.ones_like(length)), np.maximum(per_kind(length), 1)
    return {
        "kind_number": floats(number),
        "kind_length": floats(size / number),
        "kind_link": floats(per_kind(length * columns["link"]) / size),
        "kind_vote": floats(per_kind(length * vote) / size),
        "kind_ends": floats(per_kind(columns["ends"]) / number),
        "kind_prose": floats(per_kind(prose) / (prose.sum() + 1)),
    }
