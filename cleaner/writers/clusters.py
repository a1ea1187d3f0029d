"""The lines of ``clusters.jsonl`` and ``pairs.jsonl``, made by batch functions and put together in order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from cleaner import schemas
from cleaner.engines import Dataset
from cleaner.rows import Rows
from cleaner.writers.files import Output


@dataclass(frozen=True, slots=True)
class ClusterLines:
    """The batch function from MEMBERS to LINES: a line a cluster, in pieces: its kept copy, and each of its members."""

    standing: Dataset

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One piece for each passage; a cluster may go on in the next batch."""
        names = ("document", "id", "source", "start", "end")
        places = Rows(self.standing).pick(batch["row"].to_numpy(), names).to_pylist()
        pieces = map(_piece, batch.to_pylist(), places)
        return pa.RecordBatch.from_arrays([pa.array(pieces, pa.large_binary())], schema=schemas.LINES)


def _piece(row: dict[str, Any], place: dict[str, Any]) -> bytes:
    named = {name: place[name] for name in ("id", "source", "start", "end")}
    if place["document"] < 0:
        named["earlier"] = True
    if row["place"] == 0:
        head = orjson.dumps({"cluster": row["cluster"], "size": row["size"], "kept": named, "members": []})
        return head[:-2]
    member = orjson.dumps({**named, **{name: row[name] for name in ("jaccard", "containment", "covered")}})
    before = b"," if row["place"] > 1 else b""
    return before + member + (b"]}\n" if row["place"] + 1 == row["size"] else b"")


@dataclass(frozen=True, slots=True)
class PairLines:
    """The batch function from ORDERED to LINES: a line a pair."""

    standing: Dataset
    pairs: Dataset

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One line for each pair."""
        said = Rows(self.pairs).pick(batch["pair"].to_numpy(), schemas.EVIDENCE.names).to_pylist()
        rows = Rows(self.standing)
        sides = [rows.pick(batch[side].to_numpy(), ("id", "start", "end", "earlier")).to_pylist() for side in "ab"]
        lines = map(_line, said, *sides, batch["turned"].to_pylist())
        return pa.RecordBatch.from_arrays([pa.array(lines, pa.large_binary())], schema=schemas.LINES)


def _line(said: dict[str, Any], a: dict[str, Any], b: dict[str, Any], turned: bool) -> bytes:
    record: dict[str, Any] = {}
    for side, place in (("a", a), ("b", b)):
        record[side] = {name: place[name] for name in ("id", "start", "end")}
        if place["earlier"]:
            record[side]["earlier"] = True
        other = ("b" if side == "a" else "a") if turned else side
        record[side]["shared"] = [place["start"] + said[f"shared_{other}_{name}"] for name in ("start", "end")]
        record[side]["covered"] = said[f"{other}_covered"]
    record["shared_words"] = said["shared_words"]
    record |= {name: said[name] for name in schemas.EVIDENCE.names if "shared" not in name and "covered" not in name}
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def write_lines(folder: Path, name: str, lines: Dataset, rows: int) -> dict[str, Any]:
    """Put lines together to a file of so many rows; returns a row of WRITTEN."""
    with Output(folder, name) as output:
        for batch in lines.read():
            output.append(b"".join(batch["line"].to_pylist()))
        output.rows = rows
        return output.close()
