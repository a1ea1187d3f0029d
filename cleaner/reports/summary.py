"""What a run did, in some lines for people: counts that add up, the biggest effects, warnings, where to look next."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cleaner.corpus import Corpus
from cleaner.output import REPORT
from cleaner.reports.excerpts import excerpt
from cleaner.reports.findings import counted, plain

#: So many rules are named.
BIGGEST = 5

#: A source that lost more than this share of its characters is named, and so many sources are.
NOTABLE_LOSS, NOTABLE = 0.3, 3


def summary(record: dict[str, Any], done: str, folder: Path | None = None, paint: Callable[..., str] = plain) -> str:
    """The lines; ``done`` says where the files are, ``folder`` (if they were written) is what is looked at next."""
    warnings = [paint("warning: ", fg="yellow", bold=True) + text for text in _warnings(record, folder)]
    lines = [
        *_counts(record, paint),
        *_effects(record, folder),
        *_near(record),
        *warnings,
        done,
        *_next(record, folder),
    ]
    return "\n".join(lines)


def _counts(record: dict[str, Any], paint: Callable[..., str]) -> Iterator[str]:
    counts = record["counts"]
    yield (
        f"{paint(counted(counts['read'], 'record'), bold=True)} read = {counts['kept']:,} kept"
        f" + {counts['dropped']:,} dropped + {counts['rejected']:,} rejected"
    )
    edits, removed = (sum(record[name].values()) for name in ("edits", "characters_removed"))
    before = counts["characters"] + counts.get("dropped_characters", 0) + removed
    share = f" ({removed / before:.1%})" if removed > 0 and before else ""
    yield f"{counts['changed']:,} changed by {counted(edits, 'edit')}, {counted(removed, 'character')} taken out{share}"
    if counts.get("titles_repaired"):
        yield f"{counted(counts['titles_repaired'], 'title')} repaired"


def _effects(record: dict[str, Any], folder: Path | None) -> Iterator[str]:
    """The rules that took out most."""
    rows = sorted(record["characters_removed"].items(), key=lambda row: (-row[1], row[0]))[:BIGGEST]
    wide = max((len(name) for name, _ in rows), default=0)
    most = max((len(f"{record['edits'][name]:,}") for name, _ in rows), default=0)
    for name, size in rows:
        count = record["edits"][name]
        edits = f"{count:>{most},} {'edit' if count == 1 else 'edits':5}"
        yield f"  {name:{wide}}  {edits}  {size:>{len(f'{rows[0][1]:,}')},} character{'s' * (size != 1)}"
    if len(record["edits"]) > BIGGEST:
        yield f"  and {counted(len(record['edits']) - BIGGEST, 'more rule')}{'; run.json has all' if folder else ''}"


def _near(record: dict[str, Any]) -> Iterator[str]:
    near = record["near_duplicates"]
    if "near-duplicates" not in record["config"]["stages"]:
        return
    if not near["passages"]:
        yield "no near-duplicate passages"
        return
    yield (
        f"{counted(near['passages'], 'near-duplicate passage')} in {counted(near['clusters'], 'cluster')}"
        f" ({counted(near['pairs'], 'verified pair')}); {counted(near['documents'], 'near-duplicate document')}"
    )
    for pair in near["weakest"][:1]:
        yield (
            f"  weakest match: {excerpt(pair['a_id'])} at {pair['a_start']} and {excerpt(pair['b_id'])} at"
            f" {pair['b_start']}, Jaccard similarity {pair['jaccard']:.2f}, containment {pair['containment']:.2f}"
        )
    if near["keys_shared_too_often"]:
        yield (
            f"  some wordings stand in up to {near['passages_sharing_one_key']:,} passages; these were compared with"
            " the first ones only"
        )
    if near["pairs_left_out"]:
        yield f"  {near['pairs_left_out']:,} more pairs of very large clusters are not in pairs.jsonl"


def _warnings(record: dict[str, Any], folder: Path | None) -> Iterator[str]:
    counts = record["counts"]
    for row in [row for row in record["sources"] if row["lost"] > NOTABLE_LOSS][:NOTABLE]:
        name = excerpt(row["source"]) if row["source"] else "(no source)"
        yield f"source {name} lost {row['lost']:.0%} of its {row['characters']:,} characters"
    if counts["rejected"]:
        more = "; rejected.jsonl has all" if folder else ""
        yield f"{counted(counts['rejected'], 'record')} could not be used{commonest(record)}{more}"
    if counts.get("without_text"):
        yield f"{counted(counts['without_text'], 'document')} without text{_named(record['without_text'], counts)}"
    if counts["read"] == counts["rejected"]:
        yield "nothing was kept" if counts["read"] else "the input has no records, so nothing was kept"


def _named(identities: list[str], counts: dict[str, int]) -> str:
    """The first documents without text, and how many more there are."""
    more = counts["without_text"] - len(identities)
    return f": {', '.join(excerpt(one) for one in identities)}" + (f" and {more:,} more" if more else "")


def commonest(record: dict[str, Any]) -> str:
    """``: reason``, or, where there are several, the commonest with its number."""
    reasons = record.get("rejections") or []
    if not reasons:
        return ""
    first, count = excerpt(reasons[0]["reason"], 120), reasons[0]["records"]
    return f": {first}" if count == record["counts"]["rejected"] else f", {count:,} of them: {first}"


def _next(record: dict[str, Any], folder: Path | None) -> Iterator[str]:
    """The document to look at: of the weakest match, else the first that was changed; and the page."""
    if folder is None:
        return
    own = "a_id" if any(pair.get("b_earlier") for pair in record["near_duplicates"]["weakest"][:1]) else "b_id"
    weakest = [pair[own] for pair in record["near_duplicates"]["weakest"][:1]]
    changed = (line["id"] for line in Corpus(folder).lines("audit") if "removed" in line or "field" in line)
    identity = weakest[0] if weakest else next(changed, None)
    places = [str(folder / REPORT)] if (folder / REPORT).exists() else []
    if identity is not None and identity.isprintable():
        places.append(f"cleaner why {shlex.quote(identity)} -o {shlex.quote(str(folder))}")
    yield from (f"{'       or' if number else 'look next'}: {place}" for number, place in enumerate(places))
