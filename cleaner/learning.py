"""Barrier A: which lines repeat across the documents of a source; they become templates."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cleaner import schemas
from cleaner.boilerplate import templates
from cleaner.cleaning import shard_key
from cleaner.engines import Dataset, Engine
from cleaner.lines import Lines

#: In documents without a source a line needs this many documents, and no more words, to be a template: such a corpus
#: may hold a few copies of one story.
UNNAMED_DOCUMENTS, UNNAMED_WORDS = 5, 20

#: So many of the longest lines tell one article from another.
LONGEST_LINES = 3

GOOD = ("document", "reason")
COUNTED = ("source", "published", "text")


def learn_templates(engine: Engine, documents: Dataset, rejected: Collection[int] = ()) -> Dataset:
    """The templates of a corpus but its ``rejected`` documents: one part, sorted, the same for any order."""
    keys = engine.map("articles", documents.only(*GOOD, "source", "text"), articles, schemas.ARTICLES, "key")
    copies = engine.shuffle("copies", keys, "key", copies_of, schemas.ARTICLES).table()["document"].to_numpy()
    engine.drop(keys)
    count = Count(np.union1d(copies, np.array(sorted(rejected), dtype=np.int64)))
    counts = engine.map("sources", documents.only(*GOOD, "source"), count.sources, templates.SOURCES).table()
    sources = counts.group_by("source", use_threads=False).aggregate([("documents", "sum")])
    sizes = dict(zip(sources["source"].to_pylist(), sources["documents_sum"].to_pylist(), strict=True))
    rows = engine.map("lines", documents.only(*GOOD, *COUNTED), count.lines, templates.ROWS, "line")
    learned = engine.shuffle("learned", rows, "line", Learn(sizes), templates.TEMPLATES)
    engine.drop(rows)
    table = learned.table().sort_by([("source", "ascending"), ("text", "ascending")])
    return engine.keep("templates", table.combine_chunks())


def articles(batch: pa.RecordBatch) -> pa.RecordBatch:
    """DOCUMENTS → ARTICLES: a key of the source and the longest lines of each document; a batch function."""
    rows = _good(batch, "source", "text")
    keys = []
    for row in rows:
        keys.append(shard_key("\n".join([row["source"] or "", *_longest(row["text"])])))
    columns = [pa.array(keys, pa.int64()), pa.array([row["document"] for row in rows], pa.int64())]
    return pa.RecordBatch.from_arrays(columns, schema=schemas.ARTICLES)


def _longest(text: str) -> list[str]:
    """The longest different lines of a text; among those of one length the first by code points."""
    lines = sorted(set(text.split("\n")), key=len, reverse=True)
    shortest = len(lines[min(LONGEST_LINES, len(lines)) - 1])
    long = takewhile(lambda line: len(line) >= shortest, lines)
    return sorted(long, key=lambda line: (-len(line), line))[:LONGEST_LINES]


def copies_of(table: pa.Table) -> pa.Table:
    """ARTICLES → those that are copies of an earlier document: a group function."""
    table = table.sort_by([("key", "ascending"), ("document", "ascending")]).combine_chunks()
    keys = table["key"].to_numpy()
    again = np.zeros(len(keys), dtype=bool)
    again[1:] = keys[1:] == keys[:-1]
    return table.filter(pa.array(again))


@dataclass(frozen=True, slots=True)
class Count:
    """Counts the documents of a batch but those ``left_out`` (sorted): copies of an article, whose lines all repeat."""

    left_out: NDArray[np.int64]

    def sources(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """DOCUMENTS → how many documents of each source: a batch function."""
        return templates.count_documents([row["source"] for row in self._firsts(batch, "source")])

    def lines(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """DOCUMENTS → how often each line stands in each source: a batch function."""
        rows = self._firsts(batch, *COUNTED)
        lines = Lines.of([row["text"] for row in rows])
        return templates.count_rows(lines, [row["source"] for row in rows], [day_of(row["published"]) for row in rows])

    def _firsts(self, batch: pa.RecordBatch, *columns: str) -> list[dict[str, Any]]:
        rows = _good(batch, *columns)
        places = np.searchsorted(self.left_out, [row["document"] for row in rows]).tolist()
        known = np.append(self.left_out, -1)  # behind the last: no document's number
        return [row for row, place in zip(rows, places, strict=True) if known[place] != row["document"]]


@dataclass(frozen=True, slots=True)
class Learn:
    """The group function over the counts of a line; ``sizes`` says how many documents each source has."""

    sizes: Mapping[str, int]

    def __call__(self, table: pa.Table) -> pa.Table:
        """The templates among these lines."""
        found = templates.learn(table, self.sizes)
        words = pc.list_value_length(pc.utf8_split_whitespace(found["text"]))
        sure = pc.and_(pc.greater_equal(found["documents"], UNNAMED_DOCUMENTS), pc.less_equal(words, UNNAMED_WORDS))
        return found.filter(pc.or_(pc.not_equal(found["source"], ""), sure))


def day_of(published: str | None) -> int | None:
    """Days from 1970-01-01 to an ISO date, or None where there is none."""
    try:
        day = datetime.date.fromisoformat((published or "")[:10])
    except ValueError:
        return None
    return day.toordinal() - datetime.date(1970, 1, 1).toordinal()


def _good(batch: pa.RecordBatch, *columns: str) -> list[dict[str, Any]]:
    """The rows that are not rejected; only the columns that are asked for become Python objects."""
    rows = batch.select([*GOOD, *columns]).to_pylist()
    return [row for row in rows if row["reason"] is None]
