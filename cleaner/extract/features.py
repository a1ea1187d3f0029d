"""What the judge sees of each block: its text, its place in the tree, its neighbours, and the candidates' votes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from cleaner.extract import cues
from cleaner.extract.blocks import Block, Container
from cleaner.extract.places import Column, Columns, floats, of_ancestors, of_containers, of_likeness

#: Characters of candidates that are searched for parts of lines, so that time stays linear on huge pages.
LONGEST_SEARCH = 10**9


def features(
    blocks: Sequence[Block], containers: Sequence[Container], candidates: Sequence[str], title: str
) -> Columns:
    """Return one column a feature, one row a block. ``candidates`` are texts of the article by other ways."""
    columns = _of_text(blocks)
    place = np.array([block.container for block in blocks])
    parent = np.array([one.parent for one in containers])
    columns |= of_ancestors(place, containers)
    length, link = columns["length"], columns["link"]
    prose = length * (1 - link) * ((length > 60) & (link < 0.4) & (columns["stops"] >= 1))
    squashed = ["".join(block.text.split()) for block in blocks]
    votes = [_votes(squashed, candidate) for candidate in candidates]
    columns |= _of_votes(votes, length, prose)
    columns |= of_containers(columns, place, parent, containers, prose, votes[0])
    columns |= of_likeness(columns, place, parent, containers, prose, votes[0])
    columns |= _of_position(blocks, columns, prose, title)
    columns |= _of_neighbours(columns)
    return columns


def _of_text(blocks: Sequence[Block]) -> Columns:
    texts = [block.text for block in blocks]
    counts = {
        "words": cues.WORD, "commas": cues.COMMA, "stops": cues.STOP, "digits": cues.DIGIT,
        "capitals": cues.CAPITAL, "marks": cues.MARK, "ideographs": cues.IDEOGRAPH,
    }  # fmt: skip
    columns = {name: floats([len(pattern.findall(text)) for text in texts]) for name, pattern in counts.items()}
    heads = [text[:160] for text in texts]
    columns["ends"] = floats([bool(cues.SENTENCE_END.search(text[-3:])) for text in texts])
    columns["furniture"] = floats([bool(cues.FURNITURE.search(head)) for head in heads])
    columns["byline"] = floats([bool(cues.BYLINE.search(head)) for head in heads])
    size = floats([len(text) for text in texts])
    columns["length"] = size + 1.5 * columns["ideographs"]
    columns["link"] = floats([block.linked for block in blocks]) / size
    columns["links"] = floats([block.links for block in blocks])
    columns["digits"] /= size
    columns["capitals"] /= np.maximum(columns["words"], 1)
    columns["quote"] = floats([text[0] in '"“«„‘「' for text in texts])
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
            f"vote{number}_before": floats((before - weight) / total),
            f"vote{number}_after": floats((total - before) / total),
            f"vote{number}_since": floats(np.minimum(rows - padded[at], 15)),
            f"vote{number}_until": floats(np.minimum(padded[at + 1] - rows, 15)),
            f"vote{number}_size": np.full(len(rows), np.log1p(total), np.float32),
            f"vote{number}_prose": np.full(len(rows), (vote * prose).sum() / (prose.sum() + 1), np.float32),
        }
    columns["votes"] = np.sum(votes, axis=0, dtype=np.float32)
    return columns


def _of_position(blocks: Sequence[Block], columns: Columns, prose: Column, title: str) -> Columns:
    length = columns["length"]
    rows = np.arange(len(length))
    total, all_prose = length.sum(), prose.sum() + 1
    before, prose_before = np.cumsum(length) - length, np.cumsum(prose) - prose
    words = [frozenset(word.lower() for word in cues.WORD.findall(block.text[:2000])) for block in blocks]
    heading = frozenset(word.lower() for word in cues.WORD.findall(title))
    likeness = floats([len(one & heading) / max(1, len(one | heading)) for one in words])
    first = np.argmax(likeness) if likeness.max(initial=0) > 0.5 else 0
    lead = heading.union(*[words[at] for at in np.flatnonzero(prose > 0)[:3]])
    seen: dict[str, int] = {}
    again = []
    for block in blocks:
        again.append(seen.get(block.text, 0))
        seen[block.text] = again[-1] + 1
    return {
        "position": floats(rows / len(rows)),
        "position_text": floats(before / total),
        "position_prose": floats(prose_before / all_prose),
        "position_title": floats(np.clip(rows - first, -20, 60)),
        "title": likeness,
        "title_share": floats([len(one & heading) / max(1, len(one)) for one in words]),
        "lead_share": floats([len(one & lead) / max(1, len(one)) for one in words]),
        "again": floats(np.minimum(again, 3)),
        "copies": floats([min(seen[block.text], 3) for block in blocks]),
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
    return floats(np.minimum(rows - padded[np.searchsorted(opens, rows, side="right")], 60))


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
    return floats((sums[high] - sums[low]) / (high - low))
