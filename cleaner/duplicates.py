"""Barrier B: near-duplicate passages across documents, from clean text to verified pairs and clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cleaner import schemas
from cleaner.candidates import find_candidates
from cleaner.clusters import Clusters, find_clusters
from cleaner.config import Config
from cleaner.earlier import find_earlier
from cleaner.engines import Dataset, Engine
from cleaner.minhash.shingles import text_buffers
from cleaner.minhash.verify import REASONS, Thresholds, verify
from cleaner.passages import passage_spans
from cleaner.rows import Rows, column_of, slices
from cleaner.spans import Spans, characters_within, texts_at
from cleaner.standing import find_standing, numbered

#: Candidate pairs that one call of ``verify`` holds at a time.
PAIRS_AT_ONCE = 10_000


def cut(batch: pa.RecordBatch) -> pa.RecordBatch:
    """CLEANED → PASSAGES: a batch function."""
    batch = batch.filter(pc.is_null(batch["reason"]))
    data, offsets = text_buffers(batch["text"])
    spans = passage_spans(batch["text"])
    before = Spans(spans.text, offsets[spans.text], spans.start)
    rows, start = pa.array(spans.text), characters_within(data, before)
    columns = {name: batch[name].take(rows) for name in ("document", "id", "source", "published")}
    columns["start"] = pa.array(start)
    columns["end"] = pa.array(start + characters_within(data, spans))
    columns["text"] = texts_at(data, spans.start, spans.end).take(pa.array(2 * np.arange(len(rows))))
    return pa.RecordBatch.from_arrays([columns[name] for name in schemas.PASSAGES.names], schema=schemas.PASSAGES)


@dataclass(frozen=True, slots=True)
class Verify:
    """The batch function from COMPARED to PAIRS: compares the real texts; only flagged pairs come back."""

    passages: Dataset
    thresholds: Thresholds

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The pairs of passages of two documents that are near-duplicates."""
        pairs = np.stack([batch["a"].to_numpy(), batch["b"].to_numpy()], axis=1)
        numbers, places = np.unique(pairs, return_inverse=True)
        texts = Rows(self.passages).take(numbers, ["text", "document"])
        places = places.reshape(pairs.shape)
        documents = texts["document"].to_numpy()
        apart = documents[places[:, 0]] != documents[places[:, 1]]
        pairs, places = pairs[apart], places[apart]
        verified = verify(column_of(texts, "text"), places[:, 0], places[:, 1], self.thresholds)._asdict()
        flag = verified.pop("flag")
        columns = {schemas.shared_name(name): pa.array(column) for name, column in verified.items()}
        columns |= {"a": pa.array(pairs[:, 0]), "b": pa.array(pairs[:, 1])}
        columns["reason"] = pa.array(REASONS, pa.string()).take(columns["reason"])
        made = pa.RecordBatch.from_arrays([columns[name] for name in schemas.PAIRS.names], schema=schemas.PAIRS)
        return made.filter(pa.array(flag))


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What barrier B found.

    Attributes:
        found: its clusters.
        capped: how many keys too many passages share.
        sharing: how many passages share one of them, at most.
    """

    found: Clusters
    capped: int = 0
    sharing: int = 0


def no_duplicates(engine: Engine) -> Duplicates:
    """Nothing found, as when the stage is not run."""
    standing, pairs = (
        engine.keep(name, schema.empty_table())
        for name, schema in (("standing", schemas.STANDING), ("pairs", schemas.PAIRS))
    )
    return Duplicates(find_clusters(engine, standing, pairs))


def find_duplicates(engine: Engine, cleaned: Dataset, config: Config, against: Sequence[Path]) -> Duplicates:
    """Find the near-duplicate passages of a corpus and of earlier ones (``against``), every one verified."""
    data = engine.map("passages", cleaned.parts, cut, schemas.PASSAGES)
    limits = Thresholds.of(config.resolved())
    compared, capped = find_candidates(engine, data, config, limits)
    verified = engine.map("pairs", slices(compared, PAIRS_AT_ONCE), Verify(data, limits), schemas.PAIRS)
    engine.drop(compared)
    earlier = find_earlier(engine, numbered(data), data.rows, against, limits)
    pairs = Dataset(schemas.PAIRS, (*verified.parts, *earlier.pairs))
    own = find_standing(engine, data, _paired(pairs, data.rows))
    engine.drop(data)
    standing = Dataset(schemas.STANDING, (*own.parts, *earlier.passages))
    found = find_clusters(engine, standing, pairs, config.keep)
    return Duplicates(found, capped.rows, pc.max(capped.table()["sharing"]).as_py() or 0)


def _paired(pairs: Dataset, passages: int) -> NDArray[np.int64]:
    """The numbers of this corpus's passages that stand in pairs."""
    numbers = [np.zeros(0, dtype=np.int64)]
    for batch in pairs.read(["a", "b"]):
        both = np.unique(np.concatenate([batch["a"].to_numpy(), batch["b"].to_numpy()]))
        numbers.append(both[both < passages])
    return np.unique(np.concatenate(numbers))
