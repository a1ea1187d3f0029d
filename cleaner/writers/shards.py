"""Write the corpus and its audit: a group function, so that the bytes do not depend on the engine."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cleaner import audit, schemas
from cleaner.cleaning import FIELDS
from cleaner.collector import paused
from cleaner.documents import Edit, Offsets, apply, compose, merge
from cleaner.errors import InputError
from cleaner.names import text_path
from cleaner.passages import passage_characters
from cleaner.writers.counts import Counts, Written
from cleaner.writers.files import Output, shard_name
from cleaner.writers.flags import Flags
from cleaner.writers.formats import check_digest, corpus_output

#: A document with this share of near-duplicate passages is a near-duplicate document.
NEAR_DOCUMENT = 0.8

#: Documents that are copied out of the memory-mapped spool at a time, and the columns of CLEANED that are needed.
ROWS_AT_ONCE = 1000
COLUMNS = ("document", "id", "source", "text", "fields", "edits", "rules", "sizes", "notes", "location")

_NO_FIELDS = dict.fromkeys(FIELDS)


@dataclass(frozen=True, slots=True)
class WriteShards:
    """The group function from CLEANED to WRITTEN: the files of each shard, documents sorted by id.

    ``drop_covered`` is the share of a passage that its kept copy must have for the passage to be dropped.
    """

    folder: Path
    shards: int
    format: str
    duplicates: str
    drop_covered: float
    flags: Flags

    @paused()
    def __call__(self, table: pa.Table) -> pa.Table:
        """Write every shard that lies in this hash partition."""
        numbers = [0] if self.shards == 1 else np.unique(table["shard"].to_numpy()).tolist()
        good = pc.is_null(table["reason"]).to_numpy()
        shard = table["shard"].to_numpy()
        written: list[dict[str, Any]] = []
        for number in numbers:
            written.extend(self._shard(table, np.flatnonzero(good & (shard == number)), number))
        return pa.Table.from_pylist(written, schema=schemas.WRITTEN)

    def intact(self, written: pa.Table) -> bool:
        """Whether the files of WRITTEN are there as they were written; of text files that is not known."""
        if self.format == "txt":
            return False
        try:
            for row in written.to_pylist():
                check_digest(self.folder / row["name"], row["sha256"])
        except InputError:
            return False
        return True

    def _shard(self, table: pa.Table, own: NDArray[np.int64], number: int) -> list[dict[str, Any]]:
        stem, ending = ("documents", "jsonl") if self.format == "txt" else ("corpus", self.format)
        with (
            corpus_output(self.folder, shard_name(stem, number, self.shards, ending)) as corpus,
            Output(self.folder, shard_name("audit", number, self.shards)) as trail,
            Output(self.folder, shard_name("dropped", number, self.shards)) as dropped,
        ):
            counts = self._documents(table, own, Files(corpus, trail, dropped))
            return [corpus.close(counts.as_json()), trail.close(), dropped.close()]

    def _documents(self, table: pa.Table, own: NDArray[np.int64], files: Files) -> Counts:
        counts = Counts()
        own = own[pc.sort_indices(table["id"].take(pa.array(own))).to_numpy()]
        batches = table.select(COLUMNS).to_batches()
        flags, each = self.flags.of(table["document"].to_numpy()[own])
        first = np.cumsum(np.append(0, each))
        for at in range(0, len(own), ROWS_AT_ONCE):
            rows = picked(batches, own[at : at + ROWS_AT_ONCE])
            many = each[at : at + len(rows)].tolist()
            members = iter(flags.slice(first[at], sum(many)).to_pylist())
            sizes = passage_characters([row["text"] if some else "" for row, some in zip(rows, many, strict=True)])
            written = [
                self._document(row, list(islice(members, count)), size, files)
                for row, count, size in zip(rows, many, sizes, strict=True)
            ]
            files.trail.extend(b"".join([audit.named(row["id"], row["notes"] + row["edits"]) for row, *_ in written]))
            counts.add(written)
        return counts

    def _document(self, row: dict[str, Any], members: list[dict[str, Any]], size: int, files: Files) -> Written:
        """Write a document; ``members`` are its rows of FLAGS, ``size`` the characters of its passages if any."""
        before = len(row["text"]) + sum(row["sizes"])
        near = [flag for flag in members if flag["member"]]
        found = len(near)
        covered = [flag for flag in near if flag["covered"] >= self.drop_covered]
        share = near_share(size, covered)
        dropped = self.duplicates == "drop-documents" and share >= NEAR_DOCUMENT and found == len(members)
        if covered and self.duplicates == "drop-passages":
            row, near = without_passages(row, near, covered)
            dropped = not row["text"].strip()
        record = corpus_record(row, near, share)
        if dropped:
            files.dropped.write(record)
        else:
            if self.format == "txt":
                record |= write_text(self.folder / "text", row["id"], record.pop("text"), files.texts)
            files.corpus.write(record)
        return Written(row, before, found, share >= NEAR_DOCUMENT, dropped)


def picked(batches: Sequence[pa.RecordBatch], numbers: NDArray[np.int64]) -> list[dict[str, Any]]:
    """Some rows, in any order, of batches that follow each other (``take`` of a table makes one of all its chunks)."""
    first = np.cumsum([0, *(batch.num_rows for batch in batches)])
    order = np.argsort(numbers)
    rows = numbers[order]
    ends = np.searchsorted(rows, first).tolist()
    taken: list[dict[str, Any]] = []
    for batch, before, (start, end) in zip(batches, first.tolist(), pairwise(ends), strict=False):
        if start < end:
            taken += batch.take(pa.array(rows[start:end] - before)).to_pylist()
    return [taken[place] for place in np.argsort(order).tolist()]


def write_text(folder: Path, identity: str, text: str, taken: set[str]) -> dict[str, str]:
    """Write the file of a document below ``folder``; returns its path there, and its digest.

    ``taken`` are the paths of its shard.
    """
    path = folder / text_path(identity)
    name = path.relative_to(folder).as_posix()
    if name in taken:  # of the ids "a" and "a.txt" the second; both are in one shard, in order
        path = path.with_name(path.stem + "%.txt")
        name = path.relative_to(folder).as_posix()
    taken.add(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = text.encode()
    path.write_bytes(raw)
    return {"file": name, "sha256": hashlib.sha256(raw).hexdigest()}


class Files:
    """The files of one shard, and the names of its text files."""

    def __init__(self, corpus: Output, trail: Output, dropped: Output) -> None:
        self.corpus, self.trail, self.dropped = corpus, trail, dropped
        self.texts: set[str] = set()


def near_share(size: int, near: list[dict[str, Any]]) -> float:
    """The share of a document's passages, ``size`` characters in all, that are the near-duplicates ``near``."""
    flagged: int = sum(flag["end"] - flag["start"] for flag in near)
    return round(flagged / size, 4) if near else 0.0


def corpus_record(row: dict[str, Any], near: list[dict[str, Any]], share: float) -> dict[str, Any]:
    """One line of ``corpus.jsonl``."""
    fields = _NO_FIELDS | orjson.loads(row["fields"])
    metadata = fields.pop("metadata")
    return {
        "id": row["id"],
        "text": row["text"],
        "source": row["source"],
        **fields,
        "near_duplicates": flag_records(near),
        "near_duplicate_share": share,
        "location": row["location"],
        "metadata": metadata,
    }


def flag_records(near: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The near-duplicate passages of a document as its line of ``corpus.jsonl`` names them."""
    return [
        {
            "start": flag["start"],
            "end": flag["end"],
            "cluster": flag["cluster"],
            "jaccard": flag["jaccard"],
            "containment": flag["containment"],
            "covered": flag["covered"],
            "kept": {
                "id": flag["kept_id"],
                "start": flag["kept_start"],
                "end": flag["kept_end"],
                **({"earlier": True} if flag["kept_earlier"] else {}),
            },
        }
        for flag in near
    ]


def without_passages(
    row: dict[str, Any], near: list[dict[str, Any]], covered: list[dict[str, Any]]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The row without the passages ``covered``, as edits like any other; also the flags that stay, moved along."""
    text = row["text"]
    edits = merge(dropping(flag, text) for flag in covered)
    first, removed = audit.unpack(row["edits"])
    original = audit.undo(first, removed, text)
    gone = {flag["start"] for flag in covered}
    moved = []
    for flag in near:
        if flag["start"] not in gone:
            shift = sum(edit.end - edit.start for edit in edits if edit.end <= flag["start"])
            moved.append({**flag, "start": flag["start"] - shift, "end": flag["end"] - shift})
    united = compose(first, edits, original)
    rules, sizes = audit.counted(united)
    trail = {"edits": audit.pack(united, original), "rules": rules, "sizes": sizes}
    return {**row, **trail, "text": apply(edits, text), "notes": row["notes"] + _noted(covered, first)}, moved


def dropping(flag: dict[str, Any], text: str) -> Edit:
    """The edit that drops a passage with the break behind it; at the end of the text with the one before it."""
    start, end = flag["start"], flag["end"]
    while end < len(text) and text[end].isspace():
        end += 1
    while end == len(text) and start and text[start - 1].isspace():
        start -= 1
    evidence = tuple((name, round(flag[name], 4)) for name in ("jaccard", "containment", "covered"))
    return Edit(start, end, "", "near-duplicates", "passage", round(flag["covered"], 4), evidence)


def _noted(covered: list[dict[str, Any]], first: list[Edit]) -> bytes:
    """Say in the audit which copy of each dropped passage is kept."""
    offsets = Offsets(first)
    records = []
    for flag in covered:
        start, end = (offsets.original(flag[name]) for name in ("start", "end"))
        kept = f"{flag['kept_id']}, characters {flag['kept_start']}-{flag['kept_end']}"
        said = {"stage": "near-duplicates", "rule": "passage", "message": f"the copy that is kept: {kept}"}
        records.append({"start": start, "end": end, **said, "confidence": round(flag["covered"], 4)})
    return audit.lines(records)
