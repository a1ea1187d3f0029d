"""``run.json`` and the small files beside the corpus: rejected records, clusters, pairs."""

from __future__ import annotations

import re
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from cleaner import __version__
from cleaner.config import Config
from cleaner.duplicates import Duplicates
from cleaner.engines import Dataset
from cleaner.output import MARK, RECORD
from cleaner.writers.clusters import write_lines
from cleaner.writers.counts import KINDS, NAMED
from cleaner.writers.files import Output

#: So many sources are named in ``run.json``.
SOURCES = 20

#: So many reasons for rejecting records are named there.
REASONS = 5

#: Libraries whose version can change results, by the stage that uses them.
LIBRARIES = {"encoding": ("ftfy",), "extract": ("trafilatura",), "boilerplate": (), "near-duplicates": ()}


def write_record(
    folder: Path,
    config: Config,
    inputs: dict[str, Any],
    cleaned: Dataset,
    templates: Dataset | None,
    duplicates: Duplicates,
    written: Dataset,
) -> dict[str, Any]:
    """Write everything but the shards, ``run.json`` last; returns what it holds. ``inputs`` is said of them."""
    rejected = write_rejected(folder, cleaned)
    near = duplicates.found
    clusters = write_lines(folder, "clusters.jsonl", near.clusters, near.count)
    pairs = write_lines(folder, "pairs.jsonl", near.pairs, near.pairs.rows)
    learned = write_templates(folder, templates)
    files = [rejected, clusters, pairs, learned, *written.table().to_pylist()]
    counts = _sum(files)
    totals = counts["totals"]
    read = cleaned.rows
    record = {
        "tool": MARK,
        "version": __version__,
        "libraries": {name: version(name) for stage in config.stages for name in LIBRARIES[stage]},
        "config": config.resolved(),
        "inputs": {"records": read, **inputs},
        "counts": {
            "read": read,
            "kept": totals["documents"],
            "dropped": totals["dropped"],
            "rejected": rejected["rows"],
            "changed": totals["changed"],
            "titles_repaired": totals["titles_repaired"],
            "characters": totals["characters"],
            "dropped_characters": totals["dropped_characters"],
            "without_text": totals["without_text"],
        },
        "rejections": rejected.pop("reasons"),
        **({"without_text": sorted(empty)[:NAMED]} if (empty := counts["without_text"]) else {}),
        "edits": {rule: counts["rules"][rule] for rule in sorted(counts["rules"])},
        "characters_removed": {rule: counts["characters"][rule] for rule in sorted(counts["characters"])},
        "templates": learned["rows"],
        "near_duplicates": {
            "passages": totals["near_duplicate_passages"],
            "documents": totals["near_duplicate_documents"],
            "clusters": clusters["rows"],
            "pairs": pairs["rows"],
            **near.left_out,
            "keys_shared_too_often": duplicates.capped,
            "passages_sharing_one_key": duplicates.sharing,
            "weakest": near.weakest,
        },
        "sources": worst_sources(counts),
        "outputs": {
            file["name"]: {key: file[key] for key in ("rows", "bytes", "sha256")}
            for file in sorted(files, key=lambda file: str(file["name"]))
        },
    }
    (folder / RECORD).write_bytes(orjson.dumps(record, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return record


def write_rejected(folder: Path, cleaned: Dataset) -> dict[str, Any]:
    """Write ``rejected.jsonl``: where each unused record stands, and why; returns its row and ``reasons``."""
    columns = ["location", "id", "reason"]
    rows = [batch.filter(pc.is_valid(batch["reason"])) for batch in cleaned.read(columns)]
    table = pa.Table.from_batches(rows, pa.schema([cleaned.schema.field(name) for name in columns]))
    table = table.sort_by([("location", "ascending"), ("id", "ascending")])
    with Output(folder, "rejected.jsonl") as output:
        for batch in table.to_batches():
            for row in batch.to_pylist():
                output.write(row)
        return {**output.close(), "reasons": commonest(table["reason"])}


def commonest(reasons: pa.ChunkedArray) -> list[dict[str, Any]]:
    """The reasons that most records were rejected for; those that differ in names and numbers only count as one."""
    counts: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for row in pc.value_counts(reasons).to_pylist():
        kind = re.sub(r"'[^']*'|\d[\d,.]*", "…", row["values"])
        counts[kind] += row["counts"]
        examples[kind] = min(row["values"], examples.get(kind, row["values"]))
    rows = sorted(counts, key=lambda kind: (-counts[kind], kind))[:REASONS]
    return [{"reason": examples[kind], "records": counts[kind]} for kind in rows]


def write_templates(folder: Path, templates: Dataset | None) -> dict[str, Any]:
    """Write ``templates.jsonl``: the lines that repeat across a source."""
    with Output(folder, "templates.jsonl") as output:
        for batch in templates.read() if templates else ():
            for row in batch.to_pylist():
                output.write(row)
        return output.close()


def worst_sources(counts: dict[str, Counter[str]]) -> list[dict[str, Any]]:
    """The sources that lose the largest shares of their characters, boilerplate and near-duplicates together."""
    lost = {source: counts["lost"][source] / before for source, before in counts["sources"].items() if before}
    return [
        {"source": source or None, "characters": counts["sources"][source], "lost": round(lost[source], 4)}
        for source in sorted(lost, key=lambda source: (-lost[source], source))[:SOURCES]
    ]


def _sum(files: list[dict[str, Any]]) -> dict[str, Counter[str]]:
    sums: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    for file in files:
        for kind, counts in orjson.loads(file["counts"]).items():
            sums[kind].update(counts)
    return sums
