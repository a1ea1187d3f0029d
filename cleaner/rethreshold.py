"""Decide again on near-duplicates from the stored pairs, under higher thresholds, without a new run."""

from __future__ import annotations

import shutil
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from cleaner import schemas
from cleaner.clusters import find_clusters, flag_rows, weakest_pairs, write_clusters, write_pairs
from cleaner.corpus import Corpus
from cleaner.errors import InputError
from cleaner.minhash import verify
from cleaner.minhash.verify import REASONS, Thresholds, Verified
from cleaner.output import RECORD, output_folder, publish
from cleaner.writers.files import Output
from cleaner.writers.shards import NEAR_DOCUMENT, flag_records, near_share

#: A place of a passage: id, start, end.
Place = tuple[str, int, int]


def rethreshold(corpus: Corpus, out: Path, jaccard: float, containment: float) -> dict[str, Any]:
    """Write ``corpus`` to ``out`` with only those pairs flagged that reach a threshold; returns its new record.

    Raises:
        InputError: the run dropped its near-duplicates, left pairs out, or was less strict than is asked for now.
    """
    _refuse(corpus, jaccard, containment)
    corpus.check_files()
    rows = _still_flagged(list(corpus.lines("pairs")), corpus.record["config"], jaccard, containment)
    places = sorted({_place(row[side]) for row in rows for side in ("a", "b")})
    passages = _passages(corpus, places)
    pairs = _pairs(rows, places, jaccard)
    members = find_clusters(passages, pairs, corpus.record["config"]["keep"])
    with output_folder(out) as spool:
        folder = spool / "files"
        folder.mkdir()
        files = [write_clusters(folder, members), write_pairs(folder, passages, pairs, members)[0]]
        documents, written = _rewrite(corpus, folder, flag_rows(members))
        record = _record(corpus, [*files, *written], jaccard, containment)
        record["near_duplicates"] |= {
            "passages": pc.sum(members["member"]).as_py() or 0,
            "documents": documents,
            "clusters": pc.count_distinct(members["cluster"]).as_py(),
            "pairs": len(rows),
            "weakest": weakest_pairs(passages, pairs, members),
        }
        (folder / RECORD).write_bytes(orjson.dumps(record, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        publish(folder, out)
    return record


def _refuse(corpus: Corpus, jaccard: float, containment: float) -> None:
    config, found = corpus.record["config"], corpus.record["near_duplicates"]
    if config["duplicates"] != "flag":
        raise InputError(f"{corpus.folder}: was made with --duplicates {config['duplicates']}; run again with flag")
    if config["format"] != "jsonl":
        raise InputError(f"{corpus.folder}: holds text files; run again with --format jsonl")
    if config["against"]:
        raise InputError(f"{corpus.folder}: was compared with earlier corpora; run again with thresholds")
    if found["pairs_left_out"]:
        raise InputError(f"{corpus.folder}: {found['pairs_left_out']} pairs were not stored; run again with thresholds")
    for name, asked in (("jaccard", jaccard), ("containment", containment)):
        if asked < config[name]:
            raise InputError(f"{name} {asked} is below the {config[name]} of {corpus.folder}; run again to find more")


def _place(side: dict[str, Any]) -> Place:
    return side["id"], side["start"], side["end"]


def _still_flagged(
    rows: list[dict[str, Any]], config: dict[str, Any], jaccard: float, containment: float
) -> list[dict[str, Any]]:
    """The stored pairs that a run with the higher thresholds would flag as well."""
    thresholds = Thresholds(jaccard, containment, config["shared-words"], config["short-words"], config["form"])
    columns = {name: np.array([_said(row, name) for row in rows]) for name in schemas.EVIDENCE.names}
    said = {name: columns[schemas.shared_name(name)] for name in Verified._fields if name not in {"flag", "reason"}}
    reason = np.array([REASONS.index(row["reason"]) for row in rows], dtype=np.int8)
    stays = verify.rethreshold(Verified(**said, flag=np.ones(len(rows), dtype=bool), reason=reason), thresholds)
    return list(compress(rows, stays.tolist()))


def _passages(corpus: Corpus, places: list[Place]) -> pa.Table:
    """The passages at ``places``, numbered by their order, as ``find_clusters`` wants them."""
    wanted = {identity for identity, _, _ in places}
    known = {row["id"]: (row["source"], row["published"]) for row in corpus.documents() if row["id"] in wanted}
    missing = sorted(wanted - known.keys())
    if missing:
        raise InputError(f"{corpus.folder}: pairs.jsonl speaks of {missing[0]!r}, which the corpus lacks")
    numbers = {identity: number for number, identity in enumerate(sorted(wanted))}
    columns = {
        "document": [numbers[identity] for identity, _, _ in places],
        "id": [identity for identity, _, _ in places],
        "source": [known[identity][0] for identity, _, _ in places],
        "published": [known[identity][1] for identity, _, _ in places],
        "start": [start for _, start, _ in places],
        "end": [end for _, _, end in places],
    }
    columns |= {"passage": list(range(len(places))), "earlier": [False] * len(places)}
    return pa.table({name: columns[name] for name in schemas.STANDING.names}, schema=schemas.STANDING)


def _pairs(rows: list[dict[str, Any]], places: list[Place], jaccard: float) -> pa.Table:
    number = {place: at for at, place in enumerate(places)}
    columns: dict[str, list[Any]] = {
        "a": [number[_place(row["a"])] for row in rows],
        "b": [number[_place(row["b"])] for row in rows],
    }
    for name in schemas.PAIRS.names[2:]:
        columns[name] = [_said(row, name) for row in rows]
    alike = {True: "jaccard", False: "containment"}
    columns["reason"] = [
        row["reason"] if row["reason"] == "equal" else alike[row["jaccard"] >= jaccard] for row in rows
    ]
    return pa.table(columns, schema=schemas.PAIRS)


def _said(row: dict[str, Any], name: str) -> Any:
    """A field of a stored pair; the offsets of the shared run are those of the passages again."""
    word, *side = name.split("_")
    if word == "shared" and len(side) == 2:
        return row[side[0]]["shared"][side[1] == "end"] - row[side[0]]["start"]
    return row[name]


def _rewrite(corpus: Corpus, folder: Path, flags: pa.Table) -> tuple[int, list[dict[str, Any]]]:
    """Write the corpus with its flags decided again, all other files as they were.

    Returns:
        how many documents are near-duplicates now, and a row for each file.
    """
    near: dict[str, list[dict[str, Any]]] = {}
    for row in flags.filter(flags["member"]).to_pylist():
        near.setdefault(row["id"], []).append(row)
    documents, files = 0, []
    for name in sorted(corpus.record["outputs"]):
        if name.startswith("corpus"):
            output = Output(folder, name)
            for document in corpus.file(name):
                found = near.get(document["id"], [])
                share = near_share(
                    document["text"], [flag for flag in found if flag["covered"] >= _drop_covered(corpus)]
                )
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
