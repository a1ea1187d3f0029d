"""Earlier corpora: passages of this one that were already in them are matched and named; they are never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from cleaner import schemas
from cleaner.corpus import Corpus
from cleaner.engines import Engine, Readable
from cleaner.errors import InputError
from cleaner.minhash.index import Index
from cleaner.minhash.index_parts import NAME, PASSAGES
from cleaner.minhash.verify import Thresholds
from cleaner.output import record_of
from cleaner.passages import passages

#: Documents of a corpus that are added to an index at a time.
DOCUMENTS_AT_ONCE = 20_000


class Earlier(NamedTuple):
    """STANDING and PAIRS of what was found in earlier corpora; their passages are numbered behind this corpus's."""

    passages: pa.Table
    pairs: pa.Table


@dataclass(frozen=True, slots=True)
class Match:
    """The batch function from numbered passages to MATCHES of one index."""

    folder: Path
    thresholds: Thresholds

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One row for each verified pair of a passage and one of the index."""
        found = Index.open(self.folder).query(batch.column("text"), self.thresholds)
        numbers = batch.column("passage").take(found["text"].combine_chunks())
        names = [schemas.shared_name(name) for name in found.column_names]
        found = found.rename_columns(["earlier" if name == "passage" else name for name in names])
        table = found.append_column("passage", numbers).select(schemas.MATCHES.names).cast(schemas.MATCHES)
        batches = table.combine_chunks().to_batches()
        return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=schemas.MATCHES)


def find_earlier(
    engine: Engine, data: Sequence[Readable], first: int, against: Sequence[Path], limits: Thresholds
) -> Earlier:
    """Match all passages with every index of ``against``; ``first`` is the number that their passages start at."""
    found, pairs = [schemas.STANDING.empty_table()], [schemas.PAIRS.empty_table()]
    for number, folder in enumerate(against):
        index = Index.open(folder)
        table = engine.map(f"earlier-{number}", data, Match(folder, limits), schemas.MATCHES).table()
        places = table["earlier"].to_numpy() + first
        pairs.append(_pairs(table, places))
        found.append(_standing(table, places))
        first += len(index)
    return Earlier(pa.concat_tables(found), pa.concat_tables(pairs))


def _pairs(table: pa.Table, places: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pa.Table:
    columns = {"a": table["passage"], "b": pa.array(places)}
    columns |= {name: table[name] for name in schemas.EVIDENCE.names}
    return pa.table(columns, schema=schemas.PAIRS)


def _standing(table: pa.Table, places: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pa.Table:
    numbers, rows = np.unique(places, return_index=True)
    own = table.take(pa.array(rows))
    columns = {name: own[name] for name in ("id", "source", "published", "start", "end")}
    columns |= {
        "passage": pa.array(numbers),
        "document": pa.array(np.full(len(numbers), -1, dtype=np.int64)),
        "earlier": pa.array(np.ones(len(numbers), dtype=bool)),
    }
    return pa.table({name: columns[name] for name in schemas.STANDING.names}, schema=schemas.STANDING)


def add_corpus(index: Index, corpus: Corpus) -> int:
    """Add the passages of a run's output to an index, but those that it flagged; returns how many.

    A passage that was flagged has a kept copy that is in the index; so an index that is fed in the order of
    publication holds just what one run over everything would keep.

    Raises:
        InputError: the corpus is in the index already, or its files are not as the run wrote them.
    """
    name = corpus.record["inputs"]["sha256"]
    if index.has(name):
        raise InputError(f"{corpus.folder}: is in {index.folder} already")
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


def index_of(name: str, spool: Path) -> Path:
    """The folder of the index that ``name`` is, or of one made in ``spool`` from the run's output that it is.

    Raises:
        InputError: it is neither; says how to make one.
    """
    folder = Path(name)
    if (folder / NAME).is_file():
        return folder
    if record_of(folder) is None:
        raise InputError(f"{name}: is no index and no output of a run; make an index with cleaner index build")
    made = Index.create(spool)
    add_corpus(made, Corpus(folder))
    return spool
