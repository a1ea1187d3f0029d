"""Pass 2: boilerplate and header fields found in the repaired text, one record batch at a time."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
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

    def __call__(
        self,
        texts: Sequence[str],
        sources: Sequence[str | None],
        languages: Sequence[str | None],
        titles: Sequence[str | None] = (),
    ) -> list[Decision]:
        """The decision on each text, in order."""
        if not texts:
            return []
        from cleaner.boilerplate.decide import find

        return find(Lines.of(texts), sources, languages, settings(self, _files(self)), titles)


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
        """Find boilerplate in each row that is not rejected, and give each row its shard.

        Columns that stay as they are do not become Python objects.
        """
        columns = {name: batch[name] for name in ("document", "id", "source", "location")}
        columns["reason"] = self._reasons(batch)
        good = np.flatnonzero(columns["reason"].is_null().to_numpy(zero_copy_only=False)).tolist()
        texts: list[str] = batch["text"].to_pylist()  # None where a row is rejected
        decisions = dict(zip(good, self._decisions(batch, texts, good), strict=True))
        fields = _fields(batch, decisions)
        columns["shard"] = self._shards(batch)
        columns["published"] = [known.get("published") for known in fields]
        columns["fields"] = _rendered(fields, batch["metadata"].to_pylist())
        columns |= _changed(batch, texts, decisions)
        return pa.RecordBatch.from_pydict({name: columns[name] for name in schemas.CLEANED.names}, schemas.CLEANED)

    def _reasons(self, batch: pa.RecordBatch) -> pa.Array:
        """Why each row is rejected; ids that stand twice are known only now."""
        if not self.repeated:
            return batch["reason"]
        reasons = batch["reason"].to_pylist()
        for at, document in enumerate(batch["document"].to_pylist()):
            if document in self.repeated:
                reasons[at] = (
                    f"its id is also that of {self.repeated[document]}; ids must differ: name another field with"
                    " --id-field, or none (--id-field '') to name records by their place"
                )
        return pa.array(reasons, pa.string())

    def _decisions(self, batch: pa.RecordBatch, texts: Sequence[str], good: Sequence[int]) -> Sequence[Decision | None]:
        """The decision on each row of ``good``, in order; None where nothing is to be detected."""
        if not self.detect:
            return [None] * len(good)
        sources, languages, titles = (batch[name].to_pylist() for name in ("source", "language", "title"))
        return self.detect(*([column[at] for at in good] for column in (texts, sources, languages, titles)))

    def _shards(self, batch: pa.RecordBatch) -> list[int]:
        """The number of the file of the corpus that each row goes to."""
        if self.shards == 1:
            return [0] * len(batch)
        names = zip(batch["id"].to_pylist(), batch["location"].to_pylist(), strict=True)
        return [shard_key((identity or place).removesuffix(".txt")) % self.shards for identity, place in names]


def _fields(batch: pa.RecordBatch, decisions: Mapping[int, Decision | None]) -> list[dict[str, Any]]:
    """What is known of each document: what the input says comes before what its text says."""
    own = [name for name in FIELDS if name in batch.schema.names and batch[name].null_count < len(batch)]
    given = {name: batch[name].to_pylist() for name in own}
    fields = []
    for at in range(len(batch)):
        decision = decisions.get(at)
        told = decision.fields if decision else {}
        known = {**told, **{name: values[at] for name, values in given.items() if values[at]}}
        fields.append({name: known[name] for name in FIELDS if name in known})
    return fields


def _rendered(fields: Iterable[dict[str, Any]], metadata: Sequence[str | None]) -> list[bytes]:
    """The fields that are known of each document as a JSON object; ``metadata`` is one already."""
    each = zip(fields, metadata, strict=True)
    return [orjson.dumps({**known, "metadata": orjson.Fragment(rest or "{}")}) for known, rest in each]


def _changed(batch: pa.RecordBatch, texts: Sequence[str], decisions: Mapping[int, Decision | None]) -> dict[str, Any]:
    """The columns that decisions change: clean texts, their edits on the decoded original, and notes."""
    edits, notes = (batch[name].to_pylist() for name in ("edits", "notes"))
    clean: list[str | None] = [None] * len(batch)
    rules: list[str] = []
    sizes: list[int] = []
    counts = [0] * len(batch)
    for at, decision in decisions.items():
        clean[at] = text = texts[at]
        united, removed = audit.unpack(edits[at])
        if decision and decision.findings:
            notes[at] += audit.lines(_located(decision.findings, united))
        if decision and decision.edits:
            original = audit.undo(united, removed, text) if united else text
            united = compose(united, decision.edits, original) if united else decision.edits
            edits[at], clean[at] = audit.pack(united, original), apply(decision.edits, text)
        if united:
            names, lengths = audit.counted(united)
            rules += names
            sizes += lengths
            counts[at] = len(united)
    bounds = pa.array(np.cumsum([0, *counts]), pa.int32())
    return {
        "text": clean,
        "edits": edits,
        "notes": notes,
        "rules": pa.ListArray.from_arrays(bounds, pa.array(rules, pa.string())),
        "sizes": pa.ListArray.from_arrays(bounds, pa.array(sizes, pa.int32())),
    }


def _located(findings: Iterable[Finding], edits: Sequence[Edit]) -> Iterator[dict[str, Any]]:
    """Findings as records of the audit, in offsets of the decoded original."""
    offsets = Offsets(edits)
    for finding in findings:
        start, end = offsets.original(finding.start), offsets.original(finding.end)
        yield {**finding._asdict(), "start": start, "end": end}


def shard_key(identity: str) -> int:
    """A 63-bit number from an id: the same on every machine and in every run."""
    return int.from_bytes(hashlib.blake2b(identity.encode(), digest_size=8).digest(), "little") >> 1
