"""Barrier A: which lines repeat across the documents of a source; they become templates."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from cleaner.boilerplate import templates
from cleaner.engines import Dataset, Engine
from cleaner.lines import Lines


def learn_templates(engine: Engine, documents: Dataset) -> Dataset:
    """The templates of a corpus: one part, sorted, the same for any order of the documents."""
    counts = engine.map("sources", documents.parts, count_sources, templates.SOURCES).table()
    sources = counts.group_by("source", use_threads=False).aggregate([("documents", "sum")])
    sizes = dict(zip(sources["source"].to_pylist(), sources["documents_sum"].to_pylist(), strict=True))
    rows = engine.map("lines", documents.parts, count_lines, templates.ROWS)
    learned = engine.shuffle("learned", rows, "line", Learn(sizes), templates.TEMPLATES)
    table = learned.table().sort_by([("source", "ascending"), ("text", "ascending")])
    return engine.keep("templates", table.combine_chunks())


def count_sources(batch: pa.RecordBatch) -> pa.RecordBatch:
    """DOCUMENTS → how many documents of each source: a batch function."""
    return templates.count_documents([row["source"] for row in _good(batch)])


def count_lines(batch: pa.RecordBatch) -> pa.RecordBatch:
    """DOCUMENTS → how often each line stands in each source: a batch function."""
    rows = _good(batch)
    lines = Lines.of([row["text"] for row in rows])
    return templates.count_rows(lines, [row["source"] for row in rows], [day_of(row["published"]) for row in rows])


@dataclass(frozen=True, slots=True)
class Learn:
    """The group function over the counts of a line; ``sizes`` says how many documents each source has."""

    sizes: Mapping[str, int]

    def __call__(self, table: pa.Table) -> pa.Table:
        """The templates among these lines."""
        return templates.learn(table, self.sizes)


def day_of(published: str | None) -> int | None:
    """Days from 1970-01-01 to an ISO date, or None where there is none."""
    try:
        day = datetime.date.fromisoformat((published or "")[:10])
    except ValueError:
        return None
    return day.toordinal() - datetime.date(1970, 1, 1).toordinal()


def _good(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    rows = batch.select(["source", "published", "text", "reason"]).to_pylist()
    return [row for row in rows if row["reason"] is None]
