"""Parts of the spool: Arrow files that are whole or not there, and known by a digest."""

from __future__ import annotations

import os
import uuid
import zlib
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from cleaner.engines import Part

BLOCK = 1 << 20
#: Keys, the largest thing that lies in a spool, take a third less room so; zstd would save little more, for more than
#: twice the time.
PACKED = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)


def write(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch], packed: bool = False) -> Part:
    """Write under a temporary name, read it back for its digest, then rename: a part is whole or not there.

    What is ``packed`` takes less room, but is unpacked by whole record batches: it is to be read once, from end to end.

    Raises:
        OSError: it cannot be written (a full disk, say); nothing of it is left then.
    """
    temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex}.tmp")  # process ids are not unique among nodes
    try:
        rows = 0
        options = PACKED if packed else None
        with pa.OSFile(str(temporary), "wb") as sink, pa.ipc.new_file(sink, schema, options=options) as writer:
            for batch in batches:
                rows += batch.num_rows
                writer.write_batch(batch)
        size, found = digest(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return Part(path, rows, size, found)


def digest(path: Path) -> tuple[int, int]:
    """The size of a file and the CRC-32 of its bytes: that is enough to find what was cut off or damaged."""
    size = found = 0
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            size += len(block)
            found = zlib.crc32(block, found)
    return size, found


def intact(part: Part) -> bool:
    """Whether the file of a part is there, and as it was written."""
    try:
        return digest(part.path) == (part.bytes, part.digest)
    except OSError:
        return False
