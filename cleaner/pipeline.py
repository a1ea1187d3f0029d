"""The passes and barriers: the whole run on one screen.

    inputs → documents → templates → cleaned → passages → pairs → clusters → written

A pass is a function from record batch to record batch, a barrier a function on all the rows of some keys; the
engine runs both. What a run writes depends on the set of inputs and on the settings, and on nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from cleaner import schemas
from cleaner.cleaning import Clean, Detector
from cleaner.config import Config
from cleaner.duplicates import find_duplicates, no_duplicates
from cleaner.engines import Dataset, Engine
from cleaner.identities import find_repeated
from cleaner.learning import learn_templates
from cleaner.prepare import Prepare, total
from cleaner.readers import Plan
from cleaner.writers.flags import flags_by_document
from cleaner.writers.record import write_record
from cleaner.writers.shards import WriteShards

#: Bytes of text for each shard of the corpus, and so many shards at most: above, they grow.
SHARD_BYTES = 64 << 20
MOST_SHARDS = 1024


def run(config: Config, plan: Plan, engine: Engine, folder: Path, against: Sequence[Path] = ()) -> dict[str, Any]:
    """Clean the inputs of ``plan`` into files in ``folder``; returns what ``run.json`` holds.

    ``against`` are saved indexes of earlier corpora.

    Raises:
        CleanerError: what stops a run; a bad record does not, it is listed in ``rejected.jsonl``.
    """
    boilerplate, near = (name in config.stages for name in ("boilerplate", "near-duplicates"))
    documents = engine.map("documents", plan.splits, Prepare.of(config), schemas.DOCUMENTS)
    sizes = engine.map("sizes", documents.only("text", "kind", "digest"), measure, schemas.SIZES)
    size, pages, digest = measured(sizes)
    shards = shards_for(size)
    repeated = find_repeated(engine, documents)
    templates = learn_templates(engine, documents, repeated) if boilerplate else None
    detector = Detector(config.boilerplate, config.rules, templates, config.templates) if templates else None
    key = "shard" if shards > 1 else None
    cleaned = engine.map("cleaned", documents.parts, Clean(detector, repeated, shards), schemas.CLEANED, key)
    engine.drop(documents)
    duplicates = find_duplicates(engine, cleaned, config, against) if near else no_duplicates(engine)
    flags = flags_by_document(engine, duplicates.found.flags)
    write = WriteShards(folder, shards, config.format, config.duplicates, config.drop_covered, flags)
    written = engine.shuffle("written", cleaned, key, write, schemas.WRITTEN)
    return write_record(folder, config, {"pages": pages, "sha256": digest}, cleaned, templates, duplicates, written)


def shards_for(size: int) -> int:
    """The number of files of a corpus with ``size`` bytes of text; the corpus alone decides, not the machine."""
    return min(MOST_SHARDS, max(1, -(-size // SHARD_BYTES)))


def measure(batch: pa.RecordBatch) -> pa.RecordBatch:
    """DOCUMENTS → SIZES: a batch function."""
    size = pc.sum(pc.binary_length(batch["text"])).as_py() or 0
    pages = pc.sum(pc.and_(pc.is_valid(batch["text"]), pc.equal(batch["kind"], "html"))).as_py() or 0
    digest = total(batch["digest"].to_pylist())
    return pa.RecordBatch.from_pydict({"text": [size], "pages": [pages], "digest": [digest]}, schemas.SIZES)


def measured(sizes: Dataset) -> tuple[int, int, str]:
    """The size of all texts as UTF-8, how many are of pages, and the digest of all records; the corpus alone decides.

    The digest is the sum modulo 2^256 of the digests of the records, so that their order does not matter.
    """
    table = sizes.table()
    size, pages = (pc.sum(table[name]).as_py() or 0 for name in ("text", "pages"))
    return size, pages, total(table["digest"].to_pylist()).hex()
