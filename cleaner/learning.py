"""Barrier A: which lines repeat across the documents of a source; they become templates."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cleaner import schemas
from cleaner.boilerplate import templates
from cleaner.engines import Dataset, Engine
from cleaner.identities import keys_of
from cleaner.minhash.shingles import text_buffers
from cleaner.spans import characters_within, lines_of

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
    counts = engine.map("sources", documents.only(*GOOD, "source"), count.sources, templates.SOURCES)
    sizes: Counter[str] = Counter()
    for batch in counts.read():
        for source, some in zip(batch["source"].to_pylist(), batch["documents"].to_pylist(), strict=True):
            sizes[source] += some
    rows = engine.map("lines", documents.only(*GOOD, *COUNTED), count.lines, templates.ROWS, "line")
    learned = engine.shuffle("learned", rows, "line", Learn(dict(sizes)), templates.TEMPLATES)
    engine.drop(rows)
    table = learned.table().sort_by([("source", "ascending"), ("text", "ascending")])
    return engine.keep("templates", table.combine_chunks())


def articles(batch: pa.RecordBatch) -> pa.RecordBatch:
    """DOCUMENTS → ARTICLES: a key of the source and the longest lines of each document; a batch function."""
    good = _good(batch, "source", "text")
    sources = (source or "" for source in good["source"].to_pylist())
    lines = _longest_lines(good["text"])
    keys = keys_of(b"\n".join([source.encode(), *some]) for source, some in zip(sources, lines, strict=True))
    return pa.RecordBatch.from_arrays([keys, good["document"]], schema=schemas.ARTICLES)


def _longest_lines(texts: pa.Array) -> Iterator[list[Any]]:
    """The longest different lines of each text; among those of one length the first by code points."""
    data, offsets = text_buffers(texts)
    lines = lines_of(data, offsets)
    text, length = lines.text, characters_within(data, lines)
    order = np.argsort(text << 40 | (1 << 40) - 1 - length, kind="stable")
    first = np.searchsorted(text, np.arange(len(texts) + 1))
    alike = np.append(np.diff(length[order]) == 0, False)
    alike[first[1:] - 1] = False  # the next line is another text's
    tied = np.logical_or.reduce([alike[np.minimum(first[:-1] + n, first[1:] - 1)] for n in range(LONGEST_LINES)])
    raw, starts, ends = data.data, lines.start[order].tolist(), lines.end[order].tolist()
    for low, high, tie in zip(first.tolist(), first[1:].tolist(), tied.tolist(), strict=False):
        some = [raw[starts[at] : ends[at]] for at in range(low, high if tie else min(high, low + LONGEST_LINES))]
        yield _longest(some) if tie else some


def _longest(lines: Sequence[memoryview]) -> list[bytes]:
    several = sorted({bytes(line) for line in lines}, key=lambda line: (-len(line.decode()), line))
    return several[:LONGEST_LINES]


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
        return templates.count_documents(self._firsts(batch, "source")["source"].to_pylist())

    def lines(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """DOCUMENTS → how often each line stands in each source: a batch function."""
        firsts = self._firsts(batch, *COUNTED)
        days = [day_of(published) for published in firsts["published"].to_pylist()]
        return templates.count_rows(firsts["text"], firsts["source"].to_pylist(), days)

    def _firsts(self, batch: pa.RecordBatch, *columns: str) -> pa.RecordBatch:
        good = _good(batch, *columns)
        documents = good["document"].to_numpy()
        known = np.append(self.left_out, -1)  # behind the last: no document's number
        return good.filter(pa.array(known[np.searchsorted(self.left_out, documents)] != documents))


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


def _good(batch: pa.RecordBatch, *columns: str) -> pa.RecordBatch:
    """The rows that are not rejected."""
    return batch.select(["document", *columns]).filter(pc.is_null(batch["reason"]))
