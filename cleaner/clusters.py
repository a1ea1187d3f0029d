"""From verified pairs to clusters: the copy that is kept, who is flagged against it, and the files about both."""

from __future__ import annotations

import datetime
import email.utils
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cleaner import schemas
from cleaner.minhash.clusters import star_clusters
from cleaner.writers.files import Output

#: ``pairs.jsonl`` holds so many pairs of a cluster at most; run.json says how many were left out.
PAIRS_PER_CLUSTER = 10_000

#: Pairs that are given names at a time.
NAMED_AT_ONCE = 10_000

#: Orders of preference: what comes first is kept. Ids and places differ, so that each is a total order.
ORDERS = {
    "earliest": ("published", "length", "source", "id", "start"),
    "longest": ("length", "published", "source", "id", "start"),
}


def find_clusters(passages: pa.Table, pairs: pa.Table, keep: str = "earliest") -> pa.Table:
    """MEMBERS of the clusters that the verified pairs form.

    Args:
        passages: the passages that stand in pairs: ``passage`` and the columns of PASSAGES but the text.
        pairs: PAIRS.
        keep: one of ORDERS.

    Returns:
        one row for each passage of a cluster, by cluster, the kept copy first and then by id and start. Clusters
        are numbered from 1 by the id and start of their kept copies.
    """
    numbers = passages["passage"].to_numpy()
    a, b = (np.searchsorted(numbers, pairs[name].to_numpy()) for name in ("a", "b"))
    similarity = np.maximum(pairs["jaccard"].to_numpy(), pairs["containment"].to_numpy())
    stars = star_clusters(a, b, preference(passages, keep), similarity)
    kept = np.full(len(numbers), -1, dtype=np.int64)
    kept[stars.member] = stars.kept
    kept[stars.kept] = stars.kept
    pair = np.full(len(numbers), -1, dtype=np.int64)
    pair[stars.member] = stars.pair
    return _numbered(passages, kept, pair, pairs)


def preference(passages: pa.Table, keep: str) -> NDArray[np.int64]:
    """For each passage its place in the total order; those of earlier corpora come first, as they were added."""
    known = {day: _moment(day) for day in passages["published"].unique().to_pylist()}
    dates = [known[day] for day in passages["published"].to_pylist()]
    earlier = pc.invert(passages["earlier"])
    length = pc.negate(pc.subtract(passages["end"], passages["start"]))
    table = pa.table(
        {
            "earlier": earlier.cast(pa.int8()),
            "number": pc.if_else(passages["earlier"], passages["passage"], 0),
            "published": pa.array(dates, pa.string()),
            "length": length,
            "source": pc.fill_null(passages["source"], ""),
            "id": passages["id"],
            "start": passages["start"],
        }
    )
    places = pc.sort_indices(
        table, sort_keys=[(name, "ascending") for name in ("earlier", "number", *ORDERS[keep])]
    ).to_numpy()
    order = np.empty(len(places), dtype=np.int64)
    order[places] = np.arange(len(places))
    return order


def _moment(published: str | None) -> str:
    """A date as ISO 8601 in UTC, to be ordered by; what is no date comes last, and one without a zone is in UTC."""
    for read in (datetime.datetime.fromisoformat, email.utils.parsedate_to_datetime):
        try:
            moment = read(published or "")
        except ValueError:
            continue
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
        try:
            return zoned.astimezone(datetime.UTC).isoformat()
        except OverflowError:
            return zoned.isoformat()
    return "9999"


def _numbered(passages: pa.Table, kept: Any, pair: Any, pairs: pa.Table) -> pa.Table:
    inside = np.flatnonzero(kept >= 0)
    if not inside.size:
        return schemas.MEMBERS.empty_table()
    anchors = passages.take(pa.array(kept[inside]))
    own = passages.take(pa.array(inside))
    similar = pairs.take(pa.array(pair[inside], mask=pair[inside] < 0))
    table = pa.table(
        {
            **{name: own[name] for name in ("passage", "document", "id", "source", "start", "end")},
            **{f"kept_{name}": anchors[name] for name in ("passage", "id", "start", "end", "earlier")},
            "jaccard": similar["jaccard"],
            "containment": similar["containment"],
            "covered": _covered(own, anchors, similar),
            "member": pa.array(kept[inside] != inside),
        }
    )
    keys = [(name, "ascending") for name in ("kept_id", "kept_start", "member", "id", "start")]
    table = table.sort_by(keys).combine_chunks()
    first = pc.invert(table["member"]).to_numpy().astype(np.int64)
    return (
        table.append_column("cluster", pa.array(np.cumsum(first))).select(schemas.MEMBERS.names).cast(schemas.MEMBERS)
    )


def _covered(own: pa.Table, kept: pa.Table, similar: pa.Table) -> pa.Array:
    """The share of each passage's shingles that its kept copy has, from both similarities.

    With s shared shingles of a and b: containment s / min(a, b), and a + b = s / jaccard + s.
    """
    jaccard, containment = (similar[name].to_numpy() for name in ("jaccard", "containment"))
    with np.errstate(divide="ignore", invalid="ignore"):
        of_longer = 1 / (1 / jaccard + 1 - 1 / containment)
    length, other = (pc.subtract(table["end"], table["start"]).to_numpy() for table in (own, kept))
    covered = np.where(length <= other, containment, of_longer)
    return pa.array(covered, from_pandas=True)


def flag_rows(members: pa.Table) -> pa.Table:
    """FLAGS: the passages of all clusters that are of this corpus, by document and start."""
    flagged = members.filter(pc.greater_equal(members["document"], 0)).select(schemas.FLAGS.names)
    return flagged.sort_by([("document", "ascending"), ("start", "ascending")]).combine_chunks()


def write_clusters(folder: Path, members: pa.Table) -> dict[str, Any]:
    """Write ``clusters.jsonl``: a line a cluster, its kept copy and its members."""
    output = Output(folder, "clusters.jsonl")
    for rows in _by_cluster(members):
        kept, *others = rows
        output.write(
            {
                "cluster": kept["cluster"],
                "size": len(rows),
                "kept": _place(kept),
                "members": [
                    {**_place(row), **{name: row[name] for name in ("jaccard", "containment", "covered")}}
                    for row in others
                ],
            }
        )
    return output.close()


def _by_cluster(members: pa.Table) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    for batch in members.to_batches(max_chunksize=NAMED_AT_ONCE):
        for row in batch.to_pylist():
            if rows and row["cluster"] != rows[0]["cluster"]:
                yield rows
                rows = []
            rows.append(row)
    if rows:
        yield rows


def _place(row: dict[str, Any]) -> dict[str, Any]:
    place = {name: row[name] for name in ("id", "source", "start", "end")}
    return {**place, "earlier": True} if row["document"] < 0 else place


def write_pairs(folder: Path, passages: pa.Table, pairs: pa.Table, members: pa.Table) -> tuple[dict[str, Any], int]:
    """Write ``pairs.jsonl``, a verified pair a line by id and start; also how many the cap of a cluster left out."""
    output, seen, left_out = Output(folder, "pairs.jsonl"), dict[int, int](), 0
    for batch in _named_pairs(passages, pairs, members).to_batches(max_chunksize=NAMED_AT_ONCE):
        for row in batch.to_pylist():
            seen[row["cluster"]] = seen.get(row["cluster"], 0) + 1
            if seen[row["cluster"]] > PAIRS_PER_CLUSTER:
                left_out += 1
                continue
            sides = {side: {name: row[f"{side}_{name}"] for name in ("id", "start", "end")} for side in ("a", "b")}
            for side in ("a", "b"):
                sides[side] |= {"earlier": True} if row[f"{side}_earlier"] else {}
            said = {name: row[name] for name in schemas.EVIDENCE.names if not name.startswith("shared_")}
            for side in ("a", "b"):
                shared = (row[f"shared_{side}_start"], row[f"shared_{side}_end"])
                sides[side]["shared"] = [row[f"{side}_start"] + offset for offset in shared]
            output.write({**sides, "shared_words": row["shared_words"], **said})
    return output.close(), left_out


def weakest_pairs(passages: pa.Table, pairs: pa.Table, members: pa.Table, count: int = 5) -> list[dict[str, Any]]:
    """The flagged pairs that are least alike: those to look at first."""
    alike = np.maximum(pairs["jaccard"].to_numpy(), pairs["containment"].to_numpy())
    first = np.lexsort((pairs["b"].to_numpy(), pairs["a"].to_numpy(), alike))[:NAMED_AT_ONCE]
    few = _named_pairs(passages, pairs.take(pa.array(first)), members).to_pylist()
    few.sort(key=lambda row: max(row["jaccard"], row["containment"]))
    names = ("a_id", "a_start", "b_id", "b_start", "jaccard", "containment")
    return [{name: row[name] for name in names} for row in few[:count]]


def _named_pairs(passages: pa.Table, pairs: pa.Table, members: pa.Table) -> pa.Table:
    """The pairs with ids and offsets, ``a`` before ``b`` by id and start, and the cluster that ``b`` is in."""
    numbers = passages["passage"].to_numpy()
    places = pc.sort_indices(passages, sort_keys=[("id", "ascending"), ("start", "ascending")]).to_numpy()
    rank = np.empty(len(places), dtype=np.int64)
    rank[places] = np.arange(len(places))
    cluster = np.zeros(len(numbers), dtype=np.int64)
    cluster[np.searchsorted(numbers, members["passage"].to_numpy())] = members["cluster"].to_numpy()
    a, b = (np.searchsorted(numbers, pairs[name].to_numpy()) for name in ("a", "b"))
    swap = rank[a] > rank[b]
    a, b = np.where(swap, b, a), np.where(swap, a, b)
    table = _turned(pairs, swap).append_column("cluster", pa.array(cluster[b]))
    for side, rows in (("a", a), ("b", b)):
        for name in ("id", "start", "end", "earlier"):
            table = table.append_column(f"{side}_{name}", passages[name].take(pa.array(rows)))
    return table.take(pa.array(np.lexsort((rank[b], rank[a]))))


def _turned(pairs: pa.Table, swap: NDArray[np.bool_]) -> pa.Table:
    """The pairs with what is said of ``a`` and of ``b`` exchanged where ``swap`` is true."""
    chosen = pa.array(swap)
    for name in ("start", "end"):
        a, b = (pairs[f"shared_{side}_{name}"] for side in ("a", "b"))
        for side, column in (("a", pc.if_else(chosen, b, a)), ("b", pc.if_else(chosen, a, b))):
            place = pairs.schema.get_field_index(f"shared_{side}_{name}")
            pairs = pairs.set_column(place, f"shared_{side}_{name}", column)
    return pairs
