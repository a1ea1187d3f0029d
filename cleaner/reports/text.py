"""For the terminal: the summary of a run, and the differences that it makes."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cleaner import audit
from cleaner.corpus import Corpus
from cleaner.reports.excerpts import harmless

#: So many rules are named in a summary.
BIGGEST = 5


def summary(record: dict[str, Any], out: str) -> str:
    """What a run did: counts that add up, the biggest effects; ``out`` says where the files are."""
    counts = record["counts"]
    near = record["near_duplicates"]
    lines = [
        f"{_count(counts['read'], 'record')} read = {counts['kept']:,} kept + {counts['dropped']:,} dropped"
        f" + {counts['rejected']:,} rejected",
        f"{counts['changed']:,} changed by {_count(sum(record['edits'].values()), 'edit')},"
        f" {_count(sum(record['characters_removed'].values()), 'character')} taken out",
    ]
    biggest = sorted(record["characters_removed"].items(), key=lambda entry: (-entry[1], entry[0]))[:BIGGEST]
    lines += [f"  {name:44} {record['edits'][name]:>8,} edits {size:>10,} characters" for name, size in biggest]
    if len(record["edits"]) > BIGGEST:
        lines.append(f"  and {_count(len(record['edits']) - BIGGEST, 'more rule')}; run.json has all")
    if "near-duplicates" in record["config"]["stages"]:
        lines.append(
            f"{_count(near['passages'], 'near-duplicate passage')} in {_count(near['clusters'], 'cluster')}"
            f" ({_count(near['pairs'], 'verified pair')}); {_count(near['documents'], 'near-duplicate document')}"
        )
        lines += _weakest(near["weakest"])
    if near["keys_shared_too_often"]:
        lines.append(
            f"  some wordings stand in up to {near['passages_sharing_one_key']:,} passages; these were compared with"
            " the first ones only"
        )
    if near["pairs_left_out"]:
        lines.append(f"  {near['pairs_left_out']:,} more pairs of very large clusters are not in pairs.jsonl")
    if counts["rejected"]:
        lines.append(f"warning: {_count(counts['rejected'], 'record')} could not be used; rejected.jsonl says why")
    if counts["read"] == counts["rejected"]:
        lines.append("warning: nothing was kept")
    lines.append(out)
    return "\n".join(lines)


def _weakest(pairs: list[dict[str, Any]]) -> list[str]:
    """The least similar pair that was flagged: the one to look at first."""
    return [
        f"  weakest match: {pair['a_id']} at {pair['a_start']} and {pair['b_id']} at {pair['b_start']},"
        f" Jaccard similarity {pair['jaccard']:.2f}, containment {pair['containment']:.2f}"
        for pair in pairs[:1]
    ]


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}" if number == 1 else f"{number:,} {name}s"


def differences(folder: Path) -> Iterator[str]:
    """A unified diff from the original to the clean text of each document that changes."""
    for document, trail in Corpus(folder).with_audit():
        original = audit.original_text(document["text"], trail)
        yield from _unified(document["id"], original, document["text"])


def _unified(identity: str, before: str, after: str) -> Iterator[str]:
    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        f"{identity} (original)",
        f"{identity} (clean)",
        n=1,
    )
    for line in lines:
        shown = harmless(line.removesuffix("\n"))
        yield shown + ("\n" if line.endswith("\n") else "\n\\ No newline at end of file\n")
