"""Write the corpus and its audit: a group function, so that the bytes do not depend on the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from cleaner import audit, schemas
from cleaner.documents import Edit, apply, compose
from cleaner.engines import Dataset
from cleaner.writers.files import Output, shard_name


@dataclass(frozen=True, slots=True)
class WriteShards:
    """The group function from CLEANED to WRITTEN: the files of each shard, documents sorted by id.

    ``flags`` is a part with a row for each near-duplicate passage (see FLAGS), sorted by document.
    """

    folder: Path
    shards: int
    format: str
    duplicates: str
    flags: Dataset

    def __call__(self, table: pa.Table) -> pa.Table:
        """Write every shard that lies in this hash partition."""
        table = table.filter(pc.is_null(table["reason"]))
        shard = np.remainder(table["shard"].to_numpy(), self.shards)
        written: list[dict[str, Any]] = []
        for number in np.unique(shard).tolist():
            own = table.filter(pa.array(shard == number)).sort_by("id")
            written.extend(self._shard(own, number))
        return pa.Table.from_pylist(written, schema=schemas.WRITTEN)

    def _shard(self, table: pa.Table, number: int) -> Iterator[dict[str, Any]]:
        stem = "corpus" if self.format == "jsonl" else "documents"
        corpus = Output(self.folder, shard_name(stem, number, self.shards))
        trail = Output(self.folder, shard_name("audit", number, self.shards))
        counts = Counts()
        flags = self.flags.table()
        documents = flags["document"].to_numpy()
        for batch in table.to_batches(max_chunksize=1000):
            for row in batch.to_pylist():
                low, high = np.searchsorted(documents, [row["document"], row["document"] + 1])
                near = flags.slice(low, high - low).to_pylist()
                self._document(row, near, corpus, trail, counts)
        yield corpus.close(counts.as_json())
        yield trail.close()

    def _document(
        self, row: dict[str, Any], near: list[dict[str, Any]], corpus: Output, trail: Output, counts: Counts
    ) -> None:
        if near and self.duplicates == "drop-passages":
            row, near = without_passages(row, near), []
        for record in audit.records(row["id"], row["edits"], row["notes"]):
            trail.write(record)
            counts.edit(record)
        counts.document(row, near)
        record = corpus_record(row, near)
        if self.format == "txt":
            path = audit.safe_path(self.folder / "text", audit.text_name(row["id"]))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(record.pop("text").encode())
        corpus.write(record)


def corpus_record(row: dict[str, Any], near: list[dict[str, Any]]) -> dict[str, Any]:
    """One line of ``corpus.jsonl``."""
    fields = orjson.loads(row["fields"])
    metadata = fields.pop("metadata")
    return {
        "id": row["id"],
        "text": row["text"],
        "source": row["source"],
        **fields,
        "near_duplicates": [
            {
                "start": flag["start"],
                "end": flag["end"],
                "cluster": flag["cluster"],
                "jaccard": flag["jaccard"],
                "containment": flag["containment"],
                "kept": {"id": flag["kept_id"], "start": flag["kept_start"], "end": flag["kept_end"]},
            }
            for flag in near
        ],
        "metadata": metadata,
    }


def without_passages(row: dict[str, Any], near: list[dict[str, Any]]) -> dict[str, Any]:
    """The row with its near-duplicate passages taken out, as edits like any other."""
    text = row["text"]
    edits = []
    for flag in near:
        start, end = flag["start"], flag["end"]
        while end < len(text) and text[end].isspace():
            end += 1
        name = f"near-duplicate of {flag['kept_id']}"
        edits.append(Edit(start, end, "", "near-duplicates", name, max(flag["jaccard"], flag["containment"])))
    first, removed = audit.unpack(row["edits"])
    original = audit.undo(first, removed, text)
    return {**row, "text": apply(edits, text), "edits": audit.pack(compose(first, edits, original), original)}


class Counts:
    """What was done to the documents of a shard, by rule; sums over shards."""

    def __init__(self) -> None:
        self.rules: Counter[str] = Counter()
        self.characters: Counter[str] = Counter()
        self.totals: Counter[str] = Counter()

    def edit(self, record: dict[str, Any]) -> None:
        """Count one line of the audit."""
        if "removed" in record:
            rule = f"{record['stage']}/{record['rule']}"
            self.rules[rule] += 1
            self.characters[rule] += len(record["removed"]) - len(record["replacement"])

    def document(self, row: dict[str, Any], near: list[dict[str, Any]]) -> None:
        """Count one document of the corpus."""
        self.totals["documents"] += 1
        self.totals["characters"] += len(row["text"])
        self.totals["changed"] += row["edits"] != b"[]"
        self.totals["near_duplicate_passages"] += len(near)

    def as_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {"rules": dict(self.rules), "characters": dict(self.characters), "totals": dict(self.totals)}
