"""A saved index for datasketch: its signatures as an array, and what they are of."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from cleaner.errors import OutputError, reason_of
from cleaner.minhash.index import Index
from cleaner.minhash.index_parts import read_passages, write_record
from cleaner.minhash.signatures import NUM_PERM


def export(index: Index, folder: Path) -> None:
    """Write what a datasketch user needs: ``signatures.npy``, ``passages.jsonl`` (row by row) and ``index.json``.

    Raises:
        OutputError: the folder is not empty or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder}: {'is not empty' if folder.is_dir() else 'is a file'}; name a new folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        rows = (
            np.lib.format.open_memmap(folder / "signatures.npy", "w+", np.uint32, (len(index), NUM_PERM))
            if len(index)
            else None
        )
        with (folder / "passages.jsonl").open("w", encoding="utf-8") as lines:
            for first, part in index.parts():
                signed = np.load(part / "signatures.npy", mmap_mode="r")
                if rows is not None:
                    rows[first : first + len(signed)] = signed
                for row in read_passages(part).select(["id", "start", "end"]).to_pylist():
                    lines.write(json.dumps(row, ensure_ascii=False) + "\n")
        write_record(folder, {name: index.record[name] for name in ("scheme", "seed", "num_perm", "shingle")})
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {reason_of(error)}; name another folder") from error
