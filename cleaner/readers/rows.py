"""Rows of the INPUT schema, and batches of them that are bounded in rows and bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pyarrow as pa

from cleaner.schemas import INPUT

BATCH_ROWS = 2_000
BATCH_BYTES = 8 << 20


class Row(NamedTuple):
    """One record as a format's reader gives it: the columns of INPUT without ``document``."""

    id: str | None = None
    source: str | None = None
    url: str | None = None
    title: str | None = None
    authors: list[str] | None = None
    published: str | None = None
    updated: str | None = None
    language: str | None = None
    kind: str | None = None
    text: bytes | None = None  # characters, in UTF-8
    raw: bytes | None = None
    charset: str | None = None
    metadata: str | None = None
    location: str | None = None
    reason: str | None = None


def rejected(location: str, reason: str, identifier: str | None = None) -> Row:
    """Return the row of a record that cannot be used."""
    return Row(id=identifier, location=location, reason=reason.encode("utf-8", "backslashreplace").decode())


def batches(rows: Iterable[Row], split: int) -> Iterator[pa.RecordBatch]:
    """Group rows into INPUT batches; a record of more than 8 MiB gets a batch of its own."""
    held: list[Row] = []
    size = place = 0
    for row in rows:
        length = len(row.text or b"") + len(row.raw or b"") + len(row.metadata or "")
        if held and (len(held) == BATCH_ROWS or size + length > BATCH_BYTES):
            yield _batch(held, (split << 32) + place)
            place, size, held = place + len(held), 0, []
        held.append(row)
        size += length
    if held:
        yield _batch(held, (split << 32) + place)


def _batch(rows: list[Row], first: int) -> pa.RecordBatch:
    columns = [range(first, first + len(rows)), *zip(*rows, strict=True)]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, INPUT, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=INPUT)
