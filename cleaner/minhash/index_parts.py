"""The files of a saved index: its settings, its parts, and how they are written."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc

from cleaner import schemas
from cleaner.errors import InputError
from cleaner.minhash.keys import BANDS, NEIGHBOURS, RATE, ROWS, passage_keys
from cleaner.minhash.shingles import SHINGLE, VERSION
from cleaner.minhash.signatures import NUM_PERM, SCHEME, SEED, signatures
from cleaner.replacing import replacing

#: Columns of a passage in an index.
PASSAGES = pa.schema([schemas.PASSAGES.field(name) for name in ("id", "source", "published", "start", "end", "text")])
NAME = "index.json"
FILES = ("passages.arrow", "keys.npy", "rows.npy", "signatures.npy")


@dataclass(frozen=True, slots=True)
class Settings:
    """How the keys of an index are made; two indexes with other settings cannot be compared."""

    bands: int = BANDS
    rows: int = ROWS
    rate: float = RATE
    short: int = 8
    neighbours: int = NEIGHBOURS

    @classmethod
    def of(cls, record: dict[str, Any]) -> Settings:
        """Return those that ``index.json`` names; those of an older version that did not know one are refused later."""
        return cls(**{field.name: record[field.name] for field in fields(cls) if field.name in record})

    def record(self) -> dict[str, Any]:
        """Return all that the keys and signatures of an index hang on."""
        return {
            "scheme": SCHEME,
            "seed": SEED,
            "num_perm": NUM_PERM,
            "shingle": {"words": SHINGLE, "version": VERSION},
            **asdict(self),
        }


DEFAULT = Settings()


def as_passages(table: pa.Table) -> pa.Table:
    """Return the columns of ``PASSAGES`` of a table, in their types; raises ``InputError`` if one is missing."""
    missing = [name for name in PASSAGES.names if name not in table.column_names]
    if missing:
        raise InputError(f"passages without the column {', '.join(missing)}")
    return table.select(PASSAGES.names).cast(PASSAGES).combine_chunks()


def large_strings(texts: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return a column as one array of large strings."""
    column = texts.cast(pa.large_string())
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def read_passages(part: Path) -> pa.Table:
    """Return the passages of a part, through a memory map."""
    with pa.memory_map(str(part / "passages.arrow")) as source:
        return pa.ipc.open_file(source).read_all()


def write_part(folder: Path, table: pa.Table, settings: Settings) -> dict[str, int]:
    """Write the files of a part; return their sizes."""
    folder.mkdir()
    texts = large_strings(table["text"])
    signed = signatures(texts)
    keys = passage_keys(texts, settings.bands, settings.rows, settings.rate, settings.short, settings.neighbours)
    order = np.lexsort((keys.text, keys.key))
    with pa.OSFile(str(folder / "passages.arrow"), "wb") as sink, pa.ipc.new_file(sink, PASSAGES) as writer:
        writer.write_table(table)
    np.save(folder / "keys.npy", keys.key[order])
    np.save(folder / "rows.npy", keys.text[order])
    np.save(folder / "signatures.npy", signed)
    for name in FILES:
        with (folder / name).open("rb") as written:
            os.fsync(written.fileno())
    return {name: (folder / name).stat().st_size for name in FILES}


def write_record(folder: Path, record: dict[str, Any]) -> None:
    """Replace ``index.json`` in one step."""
    with replacing(folder / NAME) as written:
        written.write(json.dumps(record, indent=1).encode())
