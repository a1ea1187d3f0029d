"""Pass 2: boilerplate and header fields found in the repaired text, one record batch at a time."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import orjson
import pyarrow as pa

from cleaner import audit, schemas
from cleaner.collector import paused
from cleaner.documents import Edit, Finding, Offsets, apply, compose
from cleaner.engines import Dataset
from cleaner.lines import Lines

if TYPE_CHECKING:
    from cleaner.boilerplate.decide import Decision, Level, Settings

#: Fields of a document in the order in which they are written, after id, text and source. ``ambiguous`` names the
#: dates whose order of day and month nothing shows; they stay as written.
FIELDS = (
    *("url", "title", "authors", "published", "updated", "agency", "section", "place", "photo_credit", "language"),
    "ambiguous",
)


@dataclass(frozen=True, slots=True)
class Detector:
    """Finds boilerplate and header fields in texts; rules, model and templates are loaded once a worker.

    ``templates`` were learned from this corpus, ``known`` are files of templates from earlier ones.
    """

    level: str
    rules: tuple[str, ...]
    templates: Dataset
    known: tuple[str, ...] = ()

    def __call__(self, rows: list[dict[str, Any]]) -> list[Decision]:
        """The decision on each row's text, in order."""
        if not rows:
            return []
        from cleaner.boilerplate.decide import find

        lines = Lines.of([row["text"] for row in rows])
        sources, languages = ([row[name] for row in rows] for name in ("source", "language"))
        return find(lines, sources, languages, settings(self, _files(self)))


def _files(detector: Detector) -> tuple[tuple[int, int], ...]:
    """Which files the detector loads: a later run may write others under the same names."""
    names: tuple[str | Path, ...] = (
        *detector.rules,
        *detector.known,
        *(part.path for part in detector.templates.parts),
    )
    return tuple((found.st_ino, found.st_mtime_ns) for found in (os.stat(name) for name in names))


@lru_cache(maxsize=1)
def settings(detector: Detector, files: tuple[tuple[int, int], ...]) -> Settings:
    """What the detectors work with, loaded once for as long as it stays the same (``files``)."""
    from cleaner.boilerplate import decide, model, rules, templates

    ruleset = rules.RuleSet.load([Path(name) for name in detector.rules])
    known = [templates.Templates.load(Path(name)).table for name in detector.known]
    united = templates.Templates.of([detector.templates.table(), *known])
    return decide.Settings(ruleset=ruleset, templates=united, model=model.load(), level=cast("Level", detector.level))


@dataclass(frozen=True, slots=True)
class Clean:
    """The batch function of pass 2: DOCUMENTS → CLEANED.

    ``repeated`` maps a document to the first with its id; ``shards`` is the number of files of the corpus.
    """

    detect: Detector | None
    repeated: Mapping[int, str]
    shards: int = 1

    @paused()
    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Find boilerplate in each row that is not rejected, and give each row its shard."""
        rows = batch.to_pylist()
        for row in rows:
            if row["document"] in self.repeated:
                row["reason"] = (
                    f"its id is also that of {self.repeated[row['document']]}; ids must differ: name another field with"
                    " --id-field, or none (--id-field '') to name records by their place"
                )
        good = [row for row in rows if row["reason"] is None]
        decisions = self.detect(good) if self.detect else [None] * len(good)
        found = {row["document"]: decision for row, decision in zip(good, decisions, strict=True)}
        out = [self._row(row, found.get(row["document"])) for row in rows]
        return pa.RecordBatch.from_pylist(out, schema=schemas.CLEANED)

    def _row(self, row: dict[str, Any], decision: Any) -> dict[str, Any]:
        edits, text, notes = row["edits"], row["text"], row["notes"]
        if decision and decision.findings:
            notes = _noted(notes, edits, decision.findings)
        if decision and decision.edits:
            edits, text = _edited(edits, text, decision.edits)
        fields = _fields(row, decision.fields if decision else {})
        return {
            **{name: row[name] for name in ("document", "id", "source", "location", "reason")},
            "shard": shard_key((row["id"] or row["location"]).removesuffix(".txt")) % self.shards,
            "published": fields.get("published"),
            "text": text if row["reason"] is None else None,
            "fields": orjson.dumps(fields),
            "edits": edits,
            "notes": notes,
        }


def _edited(packed: bytes, text: str, edits: list[Edit]) -> tuple[bytes, str]:
    """Pack earlier and new edits as one list on the decoded original; also the clean text."""
    first, removed = audit.unpack(packed)
    original = audit.undo(first, removed, text) if first else text
    return audit.pack(compose(first, edits, original), original), apply(edits, text)


def _noted(notes: bytes, packed: bytes, findings: list[Finding]) -> bytes:
    """Add findings to the audit records of a document, in offsets of the decoded original."""
    offsets = Offsets(audit.unpack(packed)[0])
    records = orjson.loads(notes)
    for finding in findings:
        start, end = (offsets.original(offset) for offset in finding[:2])
        records.append({"start": start, "end": end, **dict(zip(finding._fields[2:], finding[2:], strict=True))})
    return orjson.dumps(records)


def _fields(row: dict[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """What the input says of a document comes before what its text says."""
    fields = {name: row.get(name) or found.get(name) for name in FIELDS}
    fields["metadata"] = orjson.loads(row["metadata"]) if row["metadata"] else {}
    return fields


def shard_key(identity: str) -> int:
    """A 63-bit number from an id: the same on every machine and in every run."""
    return int.from_bytes(hashlib.blake2b(identity.encode(), digest_size=8).digest(), "little") >> 1
