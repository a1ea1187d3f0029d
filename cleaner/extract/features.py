"""What the judge sees of each block: its text, its place in the tree, its neighbours, and the candidates' votes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cleaner.extract import cues
from cleaner.extract.blocks import Block, Container

Column = NDArray[np.float32]
Columns = dict[str, Column]

FAR = 9
#: Characters of candidates that are searched for parts of lines, so that time stays linear on huge pages.
LONGEST_SEARCH = 10**9
_OWN = (
    "p", "div", "li", "td", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "figcaption", "body", "article",
    "section", "dd", "dt", "th", "pre", "center", "address", "button",
)  # fmt: skip
_ANCESTORS = (
    "article", "main", "aside", "header", "footer", "nav", "figure", "form", "ul", "table", "section", "blockquote",
    "li", "p", "h1", "h2", "h3", "figcaption", "dl", "button",
)  # fmt: skip
_PARAGRAPHS = frozenset(("p", "td", "pre", "li", "blockquote"))


def features(
    blocks: Sequence[Block], containers: Sequence[Container], candidates: Sequence[str], title: str
) -> Columns:
    """Return one column a feature, one row a block. ``candidates`` are texts of the article by other ways."""
    columns = _of_text(blocks)
    place = np.array([block.container for block in blocks])
    parent = np.array([one.parent for one in containers])
    columns |= _of_ancestors(place, containers)
    length, link = columns["length"], columns["link"]
    prose = length * (1 - link) * ((length > 60) & (link < 0.4) & (columns["stops"] >= 1))
    squashed = ["".join(block.text.split()) for block in blocks]
    votes = [_votes(squashed, candidate) for candidate in candidates]
    columns |= _of_votes(votes, length, prose)
    columns |= _of_containers(columns, place, parent, containers, prose, votes[0])
    columns |= _of_likeness(columns, place, parent, containers, prose, votes[0])
    columns |= _of_position(blocks, columns, prose, title)
    columns |= _of_neighbours(columns)
    return columns


def _column(values: Sequence[float] | NDArray[np.generic]) -> Column:
    return np.asarray(values, dtype=np.float32)


def _of_text(blocks: Sequence[Block]) -> Columns:
    texts = [block.text for block in blocks]
    counts = {
        "words": cues.WORD, "commas": cues.COMMA, "stops": cues.STOP, "digits": cues.DIGIT,
        "capitals": cues.CAPITAL, "marks": cues.MARK, "ideographs": cues.IDEOGRAPH,
    }  # fmt: skip
    columns = {name: _column([len(pattern.findall(text)) for text in texts]) for name, pattern in counts.items()}
    heads = [text[:160] for text in texts]
    columns["ends"] = _column([bool(cues.SENTENCE_END.search(text[-3:])) for text in texts])
    columns["furniture"] = _column([bool(cues.FURNITURE.search(head)) for head in heads])
    columns["byline"] = _column([bool(cues.BYLINE.search(head)) for head in heads])
    size = _column([len(text) for text in texts])
    columns["length"] = size + 1.5 * columns["ideographs"]
    columns["link"] = _column([block.linked for block in blocks]) / size
    columns["links"] = _column([block.links for block in blocks])
    columns["digits"] /= size
    columns["capitals"] /= np.maximum(columns["words"], 1)
    columns["quote"] = _column([text[0] in '"“«„‘「' for text in texts])
    return columns


def _of_ancestors(place: NDArray[np.int64], containers: Sequence[Container]) -> Columns:
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
    columns = {name: _column(levels[place, number]) for number, name in enumerate(names)}
    own = {tag: number + 1 for number, tag in enumerate(_OWN)}
    columns["tag"] = _column([own.get(containers[at].tag, 0) for at in place])
    columns["depth"] = _column(depth[place])
    return columns


def _votes(squashed: Sequence[str], candidate: str) -> Column:
    """1 where a block is a line of the candidate or a long part of it, .5 where an end of it is, .25 a short part."""
    lines = {"".join(line.split()) for line in candidate.split("\n")}
    whole = "".join(candidate.split()) if len(candidate) * len(squashed) < LONGEST_SEARCH else ""
    found = np.zeros(len(squashed), np.float32)
    for at, text in enumerate(squashed):
        if text in lines:
            found[at] = 1
        elif text in whole:
            found[at] = 1 if len(text) >= 12 else 0.25
        elif len(text) >= 40 and (text[:25] in whole or text[-25:] in whole):
            found[at] = 0.5
    return found


def _of_votes(votes: Sequence[Column], length: Column, prose: Column) -> Columns:
    columns: Columns = {}
    rows = np.arange(len(length))
    for number, vote in enumerate(votes):
        weight = vote * length
        total = weight.sum() + 1
        before = np.cumsum(weight)
        chosen = np.flatnonzero(vote >= 0.5)
        at = np.searchsorted(chosen, rows)
        padded = np.concatenate([[-99], chosen, [len(rows) + 99]])
        columns |= {
            f"vote{number}": vote,
            f"vote{number}_before": _column((before - weight) / total),
            f"vote{number}_after": _column((total - before) / total),
            f"vote{number}_since": _column(np.minimum(rows - padded[at], 15)),
            f"vote{number}_until": _column(np.minimum(padded[at + 1] - rows, 15)),
            f"vote{number}_size": np.full(len(rows), np.log1p(total), np.float32),
            f"vote{number}_prose": np.full(len(rows), (vote * prose).sum() / (prose.sum() + 1), np.float32),
        }
    columns["votes"] = np.sum(votes, axis=0, dtype=np.float32)
    return columns


def _of_containers(
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
            f"up{level}_prose": _column(own[:, 0] / total),
            f"up{level}_length": _column(np.log1p(own[:, 1])),
            f"up{level}_link": _column(own[:, 2] / np.maximum(own[:, 1], 1)),
            f"up{level}_vote": _column(own[:, 3] / np.maximum(own[:, 1], 1)),
            f"up{level}_paragraphs": _column(own[:, 4]),
            f"up{level}_score": _column(score[here] / max(score[best], 1e-6)),
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
    return {"best_up": _column(up[place]), "best_down": _column(down[place])}


def _of_likeness(
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
        "kind_number": _column(number),
        "kind_length": _column(size / number),
        "kind_link": _column(per_kind(length * columns["link"]) / size),
        "kind_vote": _column(per_kind(length * vote) / size),
        "kind_ends": _column(per_kind(columns["ends"]) / number),
        "kind_prose": _column(per_kind(prose) / (prose.sum() + 1)),
    }


def _of_position(blocks: Sequence[Block], columns: Columns, prose: Column, title: str) -> Columns:
    length = columns["length"]
    rows = np.arange(len(length))
    total, all_prose = length.sum(), prose.sum() + 1
    before, prose_before = np.cumsum(length) - length, np.cumsum(prose) - prose
    words = [frozenset(word.lower() for word in cues.WORD.findall(block.text[:2000])) for block in blocks]
    heading = frozenset(word.lower() for word in cues.WORD.findall(title))
    likeness = _column([len(one & heading) / max(1, len(one | heading)) for one in words])
    first = np.argmax(likeness) if likeness.max(initial=0) > 0.5 else 0
    lead = heading.union(*[words[at] for at in np.flatnonzero(prose > 0)[:3]])
    seen: dict[str, int] = {}
    again = []
    for block in blocks:
        again.append(seen.get(block.text, 0))
        seen[block.text] = again[-1] + 1
    return {
        "position": _column(rows / len(rows)),
        "position_text": _column(before / total),
        "position_prose": _column(prose_before / all_prose),
        "position_title": _column(np.clip(rows - first, -20, 60)),
        "title": likeness,
        "title_share": _column([len(one & heading) / max(1, len(one)) for one in words]),
        "lead_share": _column([len(one & lead) / max(1, len(one)) for one in words]),
        "again": _column(np.minimum(again, 3)),
        "copies": _column([min(seen[block.text], 3) for block in blocks]),
        "since_comments": _since(blocks, columns, cues.COMMENTS_OPEN),
        "since_related": _since(blocks, columns, cues.RELATED_OPEN),
        "page_blocks": np.full(len(rows), np.log1p(len(rows)), np.float32),
        "page_prose": np.full(len(rows), np.log1p(all_prose), np.float32),
        "page_link": np.full(len(rows), (columns["link"] * length).sum() / total, np.float32),
        "page_ideographs": np.full(len(rows), columns["ideographs"].sum() / total, np.float32),
    }


def _since(blocks: Sequence[Block], columns: Columns, opening: re.Pattern[str]) -> Column:
    """Blocks since the last short one that reads like the opening; 60 where there is none."""
    opens = np.flatnonzero(
        [size < 60 and bool(opening.search(block.text)) for size, block in zip(columns["length"], blocks, strict=True)]
    )
    rows = np.arange(len(blocks))
    padded = np.concatenate([[-60], opens])
    return _column(np.minimum(rows - padded[np.searchsorted(opens, rows, side="right")], 60))


def _of_neighbours(columns: Columns) -> Columns:
    found: Columns = {}
    for name in ("length", "link", "ends", "furniture", "tag", "byline"):
        for step in (-1, 1):
            found[f"{name}@{step}"] = _shifted(columns[name], step)
    for name in ("length", "link", "ends", "byline", "vote0", "votes", "kind_vote", "role_comment"):
        for reach in (3, 10):
            found[f"{name}~{reach}"] = _mean_around(columns[name], reach)
    return found


def _shifted(column: Column, step: int) -> Column:
    """The value of the block that many places later (earlier where negative); -1 beyond the ends."""
    shifted = np.full_like(column, -1)
    if abs(step) < len(column):
        if step > 0:
            shifted[:-step] = column[step:]
        else:
            shifted[-step:] = column[:step]
    return shifted


def _mean_around(column: Column, reach: int) -> Column:
    sums = np.concatenate([[0.0], np.cumsum(column, dtype=np.float64)])
    rows = np.arange(len(column))
    low, high = np.maximum(rows - reach, 0), np.minimum(rows + reach + 1, len(column))
    return _column((sums[high] - sums[low]) / (high - low))
