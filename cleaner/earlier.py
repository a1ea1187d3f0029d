"""Earlier corpora: passages of this one that were already in them are matched and named; they are never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cleaner import schemas
from cleaner.corpus import Corpus
from cleaner.engines import Engine, Part, Readable
from cleaner.errors import InputError
from cleaner.minhash.index import Index
from cleaner.minhash.index_parts import DEFAULT, NAME, PASSAGES, Settings
from cleaner.minhash.keys import neighbours_for
from cleaner.minhash.verify import Thresholds
from cleaner.output import record_of
from cleaner.passages import passages
from cleaner.standing import standing_rows

#: Documents of a corpus that are added to an index at a time.
DOCUMENTS_AT_ONCE = 20_000


class Earlier(NamedTuple):
    """Parts of STANDING and of PAIRS of what was found in earlier corpora, whose passages come after this corpus's."""

    passages: tuple[Part, ...]
    pairs: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """The batch function from numbered passages to MATCHES of one index; its passages are numbered from ``first``."""

    folder: Path
    thresholds: Thresholds
    first: int

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One row for each verified pair of a passage and one of the index."""
        found = Index.open(self.folder).query(batch.column("text"), self.thresholds)
        columns = {schemas.shared_name(name): found[name] for name in found.column_names}
        columns["a"] = batch.column("passage").take(columns.pop("text").combine_chunks())
        columns["b"] = pc.add(columns.pop("passage"), self.first)
        table = pa.table({name: columns[name] for name in schemas.MATCHES.names}).cast(schemas.MATCHES)
        batches = table.combine_chunks().to_batches()
        return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=schemas.MATCHES)


def matched(batch: pa.RecordBatch) -> pa.RecordBatch:
    """MATCHES → STANDING of the passages of the earlier corpus: a batch function."""
    places = batch.append_column("passage", batch["b"])
    return standing_rows(places.append_column("document", pa.array(np.full(batch.num_rows, -1))), earlier=True)


def find_earlier(
    engine: Engine, data: Sequence[Readable], first: int, against: Sequence[Path], limits: Thresholds
) -> Earlier:
    """Match all passages with every index of ``against``; ``first`` is the number that their passages start at."""
    found: list[Part] = []
    pairs: list[Part] = []
    for number, folder in enumerate(against):
        matches = engine.map(f"earlier-{number}", data, Match(folder, limits, first), schemas.MATCHES)
        passages = engine.map(f"earlier-{number}-standing", matches.parts, matched, schemas.STANDING)
        pairs.extend(matches.parts)
        found.extend(passages.parts)
        first += len(Index.open(folder))
    return Earlier(tuple(found), tuple(pairs))


def add_corpus(index: Index, corpus: Corpus) -> int:
    """Add the passages of a run's output to an index, but those that it flagged; returns how many.

    A corpus that is in the index already is not added again.

    A passage that was flagged has a kept copy that is in the index; so an index that is fed in the order of
    publication holds just what one run over everything would keep.

    Raises:
        InputError: its files are not as the run wrote them.
    """
    name = corpus.record["inputs"]["sha256"]
    if index.has(name):
        return 0
    corpus.check_files()
    before = len(index)
    rows: list[dict[str, object]] = []
    for number, document in enumerate(corpus.documents(), 1):
        flagged = {(one["start"], one["end"]) for one in document["near_duplicates"]}
        for start, end in passages(document["text"]):
            if (start, end) not in flagged:
                names = {key: document[key] for key in ("id", "source", "published")}
                rows.append({**names, "start": start, "end": end, "text": document["text"][start:end]})
        if number % DOCUMENTS_AT_ONCE == 0:
            index.add(pa.Table.from_pylist(rows, schema=PASSAGES))
            rows = []
    index.add(pa.Table.from_pylist(rows, schema=PASSAGES), name)
    return len(index) - before


def settings_for(config: dict[str, Any]) -> Settings:
    """How the keys of an index are made whose passages are those of a run with these settings (of its ``run.json``)."""
    return _settings(Thresholds.of(config))


def _settings(limits: Thresholds) -> Settings:
    return Settings(short=min(limits.short, DEFAULT.short), neighbours=neighbours_for(limits))


def index_of(name: str, spool: Path, limits: Thresholds) -> Path:
    """The folder of the index that ``name`` is, or of one made in ``spool`` from the run's output that it is.

    Raises:
        InputError: it is neither; says how to make one.
        ConfigError: with these thresholds it would not find all.
    """
    folder = Path(name)
    if (folder / NAME).is_file():
        Index.open(folder).check(limits)
        return folder
    if record_of(folder) is None:
        raise InputError(f"{name}: is no index and no output of a run; make an index with cleaner index build")
    made = Index.create(spool, _settings(limits))
    add_corpus(made, Corpus(folder))
    return spool
