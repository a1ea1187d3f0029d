"""How often lines stand in the documents of their sources: the first pass of learning templates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.boilerplate.line_keys import LineKeys, line_keys
from cleaner.minhash.shingles import text_buffers
from cleaner.spans import texts_at

#: One row a batch, source, line and day: in how many documents the line stands, and in how many of them near
#: the start and near the end. ``line`` is the key to shuffle by; ``day`` counts from 1970-01-01, null if unknown.
ROWS = pa.schema(
    [
        ("line", pa.int64()),
        ("source", pa.string()),
        ("day", pa.int32()),
        ("text", pa.string()),
        ("words", pa.int32()),
        ("documents", pa.int64()),
        ("near_start", pa.int64()),
        ("near_end", pa.int64()),
    ]
)
#: How many documents each source has: the side input of ``templates.learn``.
SOURCES = pa.schema([("source", pa.string()), ("documents", pa.int64())])
#: A line among the first or last so many of its document is near the start or the end.
NEAR = 6
#: Stands for the day of a document without one: before any that a date can name.
NO_DAY = np.iinfo(np.int32).min


def count_rows(texts: pa.Array, sources: Sequence[str | None], days: Sequence[int | None]) -> pa.RecordBatch:
    """Count the lines of a batch of documents; see ``ROWS``.

    Args:
        texts: a string array, one text a document.
        sources: of each document; None counts as one source without a name.
        days: when each was published, in days from 1970-01-01, if known.

    """
    lines = line_keys(texts)
    names, source = np.unique(np.array([one or "" for one in sources], dtype=object), return_inverse=True)
    day = np.array([NO_DAY if one is None else one for one in days], dtype=np.int64)
    order = _once_a_document(lines)
    document = lines.document[order]
    order = order[_by(lines.key[order], source[document], day[document])]
    document = lines.document[order]
    key, of_line, of_day = lines.key[order], source[document], day[document]
    start = np.flatnonzero(_new(key, of_line, of_day))
    bounds = np.r_[start, len(order)]
    sums = [np.add.reduceat((one[order] < NEAR).astype(np.int64), start) if len(start) else start
            for one in (lines.place, lines.back)]  # fmt: skip
    columns: list[Any] = [
        key[start], pa.array(names, pa.string()).take(pa.array(of_line[start])),
        pa.array(of_day[start].astype(np.int32), mask=of_day[start] == NO_DAY),
        _texts(texts, lines, order, bounds), lines.words[order[start]].astype(np.int32), np.diff(bounds), *sums,
    ]  # fmt: skip
    return pa.RecordBatch.from_arrays([pa.array(column) for column in columns], schema=ROWS)


def _once_a_document(lines: LineKeys) -> NDArray[np.int64]:
    """Return the rows of the lines to count by key, the first of each in its document, by document."""
    order = np.argsort(lines.key, kind="stable")
    return order[_new(lines.key[order], lines.document[order])]


def _by(key: NDArray[np.int64], *others: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the order of rows, already sorted by key, by key and others: most keys stand once."""
    order = np.arange(len(key))
    new = _new(key)
    several = np.flatnonzero(~(new & np.r_[new[1:], True]))
    order[several] = several[np.lexsort((several, *(other[several] for other in others[::-1]), key[several]))]
    return order


def _new(*columns: NDArray[Any]) -> NDArray[np.bool_]:
    """Say which rows differ from the one before."""
    new = np.ones(len(columns[0]), dtype=np.bool_)
    new[1:] = False
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return new


def _texts(texts: pa.Array, lines: LineKeys, order: NDArray[np.int64], bounds: NDArray[np.int64]) -> pa.Array:
    """Return for each group of rows the first of their texts by code points, which is that by bytes of UTF-8."""
    data, _ = text_buffers(texts)
    raw, start, end, chosen = data.tobytes(), lines.start[order].tolist(), lines.end[order].tolist(), bounds[:-1].copy()
    for group in np.flatnonzero(np.diff(bounds) > 1).tolist():
        rows = range(bounds[group], bounds[group + 1])
        chosen[group] = min(rows, key=lambda row: raw[start[row] : end[row]])
    chosen = order[chosen]
    return texts_at(data, lines.start, lines.end).take(pa.array(2 * chosen)).cast(pa.string())


def count_documents(sources: Sequence[str | None]) -> pa.RecordBatch:
    """Count the documents of each source of a batch; see ``SOURCES``."""
    counts: dict[str, int] = {}
    for source in sources:
        counts[source or ""] = counts.get(source or "", 0) + 1
    rows = sorted(counts.items())
    return pa.RecordBatch.from_pydict(
        {"source": [name for name, _ in rows], "documents": [n for _, n in rows]}, SOURCES
    )
