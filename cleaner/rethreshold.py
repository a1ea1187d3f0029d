"""Decide again on near-duplicates from the stored pairs, under higher thresholds, without a new run."""

from __future__ import annotations

import shutil
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cleaner import schemas
from cleaner.clusters import find_clusters
from cleaner.corpus import Corpus
from cleaner.engines.local import LocalEngine
from cleaner.errors import InputError, OutputError
from cleaner.minhash import verify
from cleaner.minhash.verify import REASONS, Thresholds, Verified
from cleaner.output import RECORD, REPORT, output_folder, publish
from cleaner.passages import passage_characters
from cleaner.reports.html import write_report
from cleaner.standing import standing_rows
from cleaner.writers.clusters import write_lines
from cleaner.writers.files import Output
from cleaner.writers.shards import NEAR_DOCUMENT, flag_records, near_share

#: Stored pairs that are read at a time.
PAIRS_AT_ONCE = 20_000

#: Where a passage is.
PLACE = ("id", "start", "end")

#: Stored pairs: the places of both and what is said of them.
PAIRED = pa.schema(
    [
        *((f"{side}_{name}", schemas.PASSAGES.field(name).type) for side in "ab" for name in PLACE),
        *((field.name, field.type) for field in schemas.EVIDENCE),
    ]
)


def rethreshold(corpus: Corpus, out: Path, jaccard: float, containment: float) -> dict[str, Any]:
    """Write ``corpus`` to ``out`` with only those pairs flagged that reach a threshold; returns its new record.

    Raises:
        OutputError: ``out`` is the folder of ``corpus``, whose pairs would be lost.
        InputError: the run dropped its near-duplicates, left pairs out, or was less strict than is asked for now.
    """
    if out.resolve() == corpus.folder.resolve():
        raise OutputError(f"{out}: holds the pairs that are read, and would lose some; choose another folder with -o")
    _refuse(corpus, jaccard, containment)
    corpus.check_files()
    rows = _still_flagged(corpus, jaccard, containment)
    with output_folder(out) as spool, LocalEngine(spool / "data") as engine:
        folder = spool / "files"
        folder.mkdir()
        standing, pairs = _numbered(corpus, rows)
        kept = engine.keep("standing", standing), engine.keep("pairs", pairs)
        found = find_clusters(engine, *kept, corpus.record["config"]["keep"])
        files = [
            write_lines(folder, "clusters.jsonl", found.clusters, found.count),
            write_lines(folder, "pairs.jsonl", found.pairs, found.pairs.rows),
        ]
        documents, written = _rewrite(corpus, folder, found.flags.table())
        record = _record(corpus, [*files, *written], jaccard, containment)
        record["near_duplicates"] |= {
            "passages": found.members,
            "documents": documents,
            "clusters": found.count,
            "pairs": found.pairs.rows,
            **found.left_out,
            "weakest": found.weakest,
        }
        (folder / RECORD).write_bytes(orjson.dumps(record, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        if (corpus.folder / REPORT).exists():
            write_report(folder)
        publish(folder, out)
    return record


def _refuse(corpus: Corpus, jaccard: float, containment: float) -> None:
    config, found = corpus.record["config"], corpus.record["near_duplicates"]
    if config["duplicates"] != "flag":
        raise InputError(f"{corpus.folder}: was made with --duplicates {config['duplicates']}; run again with flag")
    if config["format"] != "jsonl":
        raise InputError(f"{corpus.folder}: was made with --format {config['format']}; run again with jsonl")
    if config["against"]:
        raise InputError(f"{corpus.folder}: was compared with earlier corpora; run again with thresholds")
    for name, asked in (("jaccard", jaccard), ("containment", containment)):
        if not asked >= config[name]:  # also what is not a number
            raise InputError(f"{name} {asked} is below the {config[name]} of {corpus.folder}; run again to find more")
        if found["pairs_left_out"] and asked <= found[f"left_out_{name}"]:
            raise InputError(
                f"{corpus.folder}: {found['pairs_left_out']} pairs were not stored, of a {name} up to "
                f"{found[f'left_out_{name}']:.2f}; name a higher one, or run again with the thresholds"
            )


def _still_flagged(corpus: Corpus, jaccard: float, containment: float) -> pa.Table:
    """The stored pairs that a run with the higher thresholds would flag as well: PAIRED."""
    limits = Thresholds.of({**corpus.record["config"], "jaccard": jaccard, "containment": containment})
    tables = [PAIRED.empty_table()]
    lines = iter(corpus.lines("pairs"))
    while rows := list(islice(lines, PAIRS_AT_ONCE)):
        columns = {name: [_said(row, name) for row in rows] for name in schemas.EVIDENCE.names}
        for side in ("a", "b"):
            columns |= {f"{side}_{name}": [row[side][name] for row in rows] for name in ("id", "start", "end")}
        table = pa.table({name: columns[name] for name in PAIRED.names}, schema=PAIRED)
        tables.append(_reasoned(table.filter(pa.array(_stays(table, limits))), jaccard))
    return pa.concat_tables(tables)


def _reasoned(table: pa.Table, jaccard: float) -> pa.Table:
    """The pairs with the reason that they have under this threshold."""
    alike = pc.if_else(pc.greater_equal(table["jaccard"], jaccard), "jaccard", "containment")
    reason = pc.if_else(pc.equal(table["reason"], "equal"), "equal", alike)
    return table.set_column(table.schema.get_field_index("reason"), "reason", reason)


def _stays(table: pa.Table, thresholds: Thresholds) -> NDArray[np.bool_]:
    reason = pc.index_in(table["reason"], pa.array(REASONS, pa.string())).to_numpy().astype(np.int8)
    said = {
        name: table[schemas.shared_name(name)].to_numpy() for name in Verified._fields if name not in {"flag", "reason"}
    }
    return verify.rethreshold(Verified(**said, flag=np.ones(len(table), dtype=bool), reason=reason), thresholds)


def _numbered(corpus: Corpus, rows: pa.Table) -> tuple[pa.Table, pa.Table]:
    """STANDING and PAIRS of the stored pairs, the passages numbered by id and start."""
    sides = [rows.select([f"{side}_{name}" for name in PLACE]).rename_columns(PLACE) for side in "ab"]
    both = pa.concat_tables(sides).combine_chunks()
    document = pc.subtract(pc.rank(both["id"], tiebreaker="dense").cast(pa.int64()), 1).to_numpy()
    places = document << 32 | both["start"].to_numpy()
    _, first, number = np.unique(places, return_index=True, return_inverse=True)
    own = both.take(pa.array(first)).append_column("document", pa.array(document[first]))
    own = own.append_column("passage", pa.array(np.arange(len(first))))
    outlets = _outlets(corpus, own["id"].unique().to_pylist()).take(own["document"])
    for name in outlets.column_names:
        own = own.append_column(name, outlets[name])
    batches = [standing_rows(batch) for batch in own.to_batches()]
    ends = {"a": pa.array(number[: len(rows)]), "b": pa.array(number[len(rows) :])}
    pairs = {name: ends[name] if name in ends else rows[name] for name in schemas.PAIRS.names}
    return pa.Table.from_batches(batches, schema=schemas.STANDING), pa.table(pairs, schema=schemas.PAIRS)


def _outlets(corpus: Corpus, ids: list[str]) -> pa.Table:
    """Source and date of the documents ``ids``, in their order."""
    place = {identity: at for at, identity in enumerate(ids)}
    found: list[tuple[str | None, str | None] | None] = [None] * len(ids)
    for document in corpus.documents():
        if document["id"] in place:
            found[place[document["id"]]] = document["source"], document["published"]
    for identity, one in zip(ids, found, strict=True):
        if one is None:
            raise InputError(
                f"{corpus.folder}: pairs.jsonl speaks of {identity!r}, which the corpus lacks;"
                " was a file changed? Run cleaner again"
            )
    sources, published = ([one[at] for one in found if one] for at in (0, 1))
    return pa.table({"source": pa.array(sources, pa.string()), "published": pa.array(published, pa.string())})


def _said(row: dict[str, Any], name: str) -> Any:
    """A field of a stored pair; the offsets of the shared run are those of the passages again."""
    word, *side = name.split("_")
    if side == ["covered"]:
        return row[word]["covered"]
    if word == "shared" and len(side) == 2:
        return row[side[0]]["shared"][side[1] == "end"] - row[side[0]]["start"]
    return row[name]


def _rewrite(corpus: Corpus, folder: Path, flags: pa.Table) -> tuple[int, list[dict[str, Any]]]:
    """Write the corpus with its flags decided again, all other files as they were.

    Returns:
        how many documents are near-duplicates now, and a row for each file.
    """
    ids = flags["id"].to_pylist()
    ends = [*(at for at in range(1, len(ids)) if ids[at] != ids[at - 1]), len(ids)] if ids else []
    near = {ids[start]: (start, end) for start, end in pairwise([0, *ends])}
    documents, files = 0, []
    for name in sorted(corpus.record["outputs"]):
        if name.startswith("corpus"):
            output = Output(folder, name)
            for document in corpus.file(name):
                start, end = near.get(document["id"], (0, 0))
                found = [row for row in flags.slice(start, end - start).to_pylist() if row["member"]]
                covered = [flag for flag in found if flag["covered"] >= _drop_covered(corpus)]
                share = near_share(passage_characters([document["text"]])[0] if covered else 0, covered)
                documents += share >= NEAR_DOCUMENT
                output.write({**document, "near_duplicates": flag_records(found), "near_duplicate_share": share})
            files.append(output.close())
        elif not name.startswith(("clusters", "pairs")):
            shutil.copyfile(corpus.folder / name, folder / name)
            files.append({"name": name, **corpus.record["outputs"][name]})
    return documents, files


def _drop_covered(corpus: Corpus) -> float:
    return float(corpus.record["config"]["drop-covered"])


def _record(corpus: Corpus, files: list[dict[str, Any]], jaccard: float, containment: float) -> dict[str, Any]:
    return {
        **corpus.record,
        "config": {**corpus.record["config"], "jaccard": jaccard, "containment": containment},
        "near_duplicates": dict(corpus.record["near_duplicates"]),
        "outputs": {
            file["name"]: {key: file[key] for key in ("rows", "bytes", "sha256")}
            for file in sorted(files, key=lambda file: str(file["name"]))
        },
    }
