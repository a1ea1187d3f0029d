"""Pass 1: bytes → text → article → repaired text, one record batch at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self, cast

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from cleaner import audit, schemas
from cleaner.config import Config
from cleaner.documents import apply
from cleaner.encoding import Decoded, RepairOptions, decode, from_text, repair_batch
from cleaner.errors import RecordError
from cleaner.minhash.shingles import text_buffers

#: The columns of INPUT that the digest of a record is over: all but those that say where it was read.
DIGESTED = tuple(name for name in schemas.INPUT.names if name not in {"document", "location"})


@dataclass(frozen=True, slots=True)
class Prepare:
    """The batch function of pass 1: INPUT → DOCUMENTS."""

    stages: Sequence[str]
    options: RepairOptions

    @classmethod
    def of(cls, config: Config) -> Self:
        """Pass 1 with these settings."""
        return cls(config.stages, RepairOptions(cast(Any, config.spaces), config.skip_repairs))

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Decode, extract and repair each row; a row that cannot be used gets its ``reason``.

        What needs no change stays in its Arrow column; only the other rows become Python objects.
        """
        special = _special(batch)
        rows = [self._row(row) for row in batch.take(pa.array(special, pa.int64())).to_pylist()]
        made = dict(zip(special, rows, strict=True))
        columns = {name: _replaced(batch.column(name), name, made) for name in batch.schema.names}
        notes = [made[at]["notes"] if at in made else b"" for at in range(len(batch))]
        columns["title"] = self._titles(columns["title"], notes)
        columns["notes"] = pa.array(notes, pa.binary())
        columns["text"], columns["edits"] = self._repaired(columns["text"])
        columns["digest"] = pa.array(digests_of(batch), pa.binary(32))
        arrays = [columns[field.name].cast(field.type) for field in schemas.DOCUMENTS]
        return pa.RecordBatch.from_arrays(arrays, schema=schemas.DOCUMENTS)

    def _repaired(self, texts: pa.Array) -> tuple[pa.Array, pa.Array]:
        """The repaired texts and, packed, the edits that lead to them."""
        found = repair_batch(texts, self.options) if "encoding" in self.stages else {}
        packed = [b""] * len(texts)
        made = {}
        for at, edits in found.items():
            text = texts[at].as_py()
            packed[at] = audit.pack(edits, text)
            made[at] = {"text": apply(edits, text)}
        return _replaced(texts, "text", made), pa.array(packed, pa.binary())

    def _titles(self, titles: pa.Array, notes: list[bytes]) -> pa.Array:
        """The repaired titles; what is repaired in them comes to the notes of their rows."""
        if "encoding" not in self.stages or titles.null_count == len(titles):
            return titles
        made = {}
        for at, edits in repair_batch(titles.cast(pa.large_string()), self.options).items():
            title = titles[at].as_py()
            notes[at] += audit.lines(audit.field_edits("title", edits, title))
            made[at] = {"title": apply(edits, title)}
        return _replaced(titles, "title", made)

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        """What decoding and extraction make of a row: the fields that change, and notes for the audit."""
        try:
            decoded, found = self._text(row)
        except RecordError as error:
            return {"text": None, "reason": str(error), "notes": b""}
        new = {key: value for key, value in found.items() if value and not row[key]}
        return {**new, "text": decoded.text, "notes": audit.lines(audit.decoding_note(decoded))}

    def _text(self, row: dict[str, Any]) -> tuple[Decoded, Mapping[str, Any]]:
        """The decoded text of a row, and what the page says of itself where the row is a page."""
        html = row["kind"] == "html"
        if not html:
            return (from_text(row["text"]) if row["raw"] is None else decode(row["raw"], row["charset"])), {}
        if "extract" not in self.stages:
            raise RecordError("an HTML page, but the stage 'extract' is not among --stages; add it, or give text")
        from cleaner.extract import declared_charset, extract

        if row["raw"] is None:
            page = row["text"]
        else:
            page = decode(row["raw"], row["charset"] or declared_charset(row["raw"])).text
        article = extract(page, row["url"])
        found = {
            "title": article.title, "authors": list(article.authors), "published": article.published,
            "updated": article.updated, "language": article.language, "url": article.url, "source": article.sitename,
        }  # fmt: skip
        return from_text(article.text), found


def _special(batch: pa.RecordBatch) -> list[int]:
    """The rows whose text is not simply their ``text``: bytes, pages, other line ends than line feeds."""
    special = pc.or_(pc.is_valid(batch["raw"]), pc.equal(batch["kind"], "html"))
    if np.any(text_buffers(batch["text"])[0] == ord("\r")):
        special = pc.or_(special, pc.fill_null(pc.match_substring(batch["text"], "\r"), False))
    good = pc.and_(pc.is_null(batch["reason"]), pc.fill_null(special, False))
    return np.flatnonzero(good.to_numpy(zero_copy_only=False)).tolist()


def _replaced(column: pa.Array, name: str, made: Mapping[int, Mapping[str, Any]]) -> pa.Array:
    """The column with the values of this name that were made for some rows."""
    rows = [at for at, new in made.items() if name in new]
    if not rows:
        return column
    values = pa.array([made[at][name] for at in rows], column.type)
    places = np.arange(len(column))
    places[rows] = len(column) + np.arange(len(rows))
    return pa.concat_arrays([column, values]).take(pa.array(places))


def digests_of(batch: pa.RecordBatch) -> list[bytes]:
    """SHA-256 over all that each record says, each value with its length before it; see ``DIGESTED``."""
    pieces = [piece for name in DIGESTED for piece in _sized(batch.column(name))]
    data, offsets = text_buffers(
        pc.binary_join_element_wise(*pieces, pa.scalar(b"", pa.large_binary())).view(pa.large_string())
    )
    whole = data.data
    return [hashlib.sha256(whole[start:end]).digest() for start, end in pairwise(offsets.tolist())]


def _sized(column: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The lengths of values (in eight bytes, -1 for one that is not there) and their bytes; a list is its JSON."""
    if pa.types.is_list(column.type):
        column = pa.array([None if value is None else orjson.dumps(value) for value in column.to_pylist()], pa.binary())
    lengths = pc.fill_null(pc.binary_length(column), -1).to_numpy().astype(">i8")
    places = pa.py_buffer(np.arange(0, 8 * len(lengths) + 1, 8))
    sizes = pa.Array.from_buffers(pa.large_binary(), len(lengths), [None, places, pa.py_buffer(lengths)])
    return sizes, pc.fill_null(column.cast(pa.large_binary()), b"")


def total(digests: Iterable[bytes]) -> bytes:
    """The sum of digests modulo 2^256, so that their order does not matter."""
    return (sum(int.from_bytes(digest, "big") for digest in digests) % (1 << 256)).to_bytes(32, "big")
