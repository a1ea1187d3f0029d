"""Pass 1: bytes → text → article → repaired text, one record batch at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa

from cleaner import audit, schemas
from cleaner.documents import apply
from cleaner.encoding import Decoded, decode, from_text, repair
from cleaner.errors import RecordError


@dataclass(frozen=True, slots=True)
class Prepare:
    """The batch function of pass 1: INPUT → DOCUMENTS."""

    stages: Sequence[str]

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Decode, extract and repair each row; a row that cannot be used gets its ``reason``."""
        rows = [self._row(row) for row in batch.to_pylist()]
        return pa.RecordBatch.from_pylist(rows, schema=schemas.DOCUMENTS)

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        kept = {**row, "text": None, "edits": b"[]", "notes": b"[]", "digest": _digest(row)}
        if row["reason"] is not None:
            return kept
        try:
            decoded, found = self._text(row)
        except RecordError as error:
            return {**kept, "reason": str(error)}
        edits = repair(decoded.text) if "encoding" in self.stages else []
        return {
            **kept,
            **{key: value for key, value in found.items() if value and not row[key]},
            "text": apply(edits, decoded.text) if edits else decoded.text,
            "edits": audit.pack(edits, decoded.text) if edits else b"[]",
            "notes": orjson.dumps(audit.decoding_note(decoded)),
        }

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


def _digest(row: Mapping[str, Any]) -> bytes:
    """SHA-256 over the id, the metadata and the content of a record, each with its length before it."""
    digest = hashlib.sha256()
    for name in ("id", "metadata", "text", "raw", "reason"):
        value = row[name]
        part = value if isinstance(value, bytes) else (value or "").encode()
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()
