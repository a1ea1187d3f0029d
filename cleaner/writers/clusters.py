"""The lines of ``clusters.jsonl`` and ``pairs.jsonl``, made by batch functions and put together in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

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
        places = Rows(self.standing).pick(batch["row"].to_numpy(), ("document", *_NAMED))
        named = zip(*(places[name].to_pylist() for name in ("document", *_NAMED)), strict=True)
        said = zip(*(batch[name].to_pylist() for name in ("cluster", "size", "place", *_ALIKE)), strict=True)
        pieces = map(_piece, said, named)
        return pa.RecordBatch.from_arrays([pa.array(pieces, pa.large_binary())], schema=schemas.LINES)


#: Where a passage is, and how alike it is to the kept copy.
_NAMED, _ALIKE = ("id", "source", "start", "end"), ("jaccard", "containment", "covered")


def _piece(said: tuple[Any, ...], place: tuple[Any, ...]) -> bytes:
    cluster, size, number, *alike = said
    named = dict(zip(_NAMED, place[1:], strict=True))
    if place[0] < 0:  # no document of this corpus
        named["earlier"] = True
    if number == 0:
        return orjson.dumps({"cluster": cluster, "size": size, "kept": named, "members": []})[:-2]
    member = orjson.dumps(named | dict(zip(_ALIKE, alike, strict=True)))
    return (b"," if number > 1 else b"") + member + (b"]}\n" if number + 1 == size else b"")


@dataclass(frozen=True, slots=True)
class PairLines:
    """The batch function from ORDERED to LINES: a line a pair."""

    standing: Dataset
    pairs: Dataset

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One line for each pair."""
        said = Rows(self.pairs).pick(batch["pair"].to_numpy(), schemas.EVIDENCE.names)
        turned = batch["turned"].to_numpy(zero_copy_only=False)
        rows = Rows(self.standing)
        places = (rows.pick(batch[side].to_numpy(), ("id", "start", "end", "earlier")) for side in "ab")
        sides = [_side(place, said, turned == (side == "a")) for side, place in zip("ab", places, strict=True)]
        values = zip(*(said[name].to_pylist() for name in _OF_BOTH), strict=True)
        lines = (
            orjson.dumps({"a": a, "b": b, **dict(zip(_OF_BOTH, value, strict=True))}, option=orjson.OPT_APPEND_NEWLINE)
            for a, b, value in zip(*sides, values, strict=True)
        )
        return pa.RecordBatch.from_arrays([pa.array(lines, pa.large_binary())], schema=schemas.LINES)


#: What a pair says of neither side, in the order in which it is written.
_OF_BOTH = (
    "shared_words",
    *(name for name in schemas.EVIDENCE.names if "shared" not in name and "covered" not in name),
)


def _side(place: pa.Table, said: pa.Table, is_b: NDArray[np.bool_]) -> Iterator[dict[str, Any]]:
    """What each pair says of one of its sides; ``is_b``: where that is the pair's ``b``."""

    def own(name: str) -> NDArray[Any]:
        a, b = (said[name.format(side)].to_numpy() for side in "ab")
        chosen: NDArray[Any] = np.where(is_b, b, a)
        return chosen

    start = place["start"].to_numpy()
    shared = zip(*((start + own(f"shared_{{}}_{name}")).tolist() for name in ("start", "end")), strict=True)
    columns = [place[name].to_pylist() for name in ("id", "start", "end", "earlier")]
    for name, first, end, earlier, run, covered in zip(*columns, shared, own("{}_covered").tolist(), strict=True):
        said_of = {"id": name, "start": first, "end": end}
        if earlier:
            said_of["earlier"] = True
        yield said_of | {"shared": run, "covered": covered}


def write_lines(folder: Path, name: str, lines: Dataset, rows: int) -> dict[str, Any]:
    """Put lines together to a file of so many rows; returns a row of WRITTEN."""
    with Output(folder, name) as output:
        for batch in lines.read():
            output.append(b"".join(batch["line"].to_pylist()))
        output.rows = rows
        return output.close()
