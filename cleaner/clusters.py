"""From verified pairs to clusters: the copy that is kept, and who is flagged against it.

Whether a passage is kept hangs on those before it, across the whole corpus, so that this is done in one process: on
numbers alone, at most some 250 bytes a pair, its passages included. Ids and texts stay in the spool; whatever shows
them is made by batch functions, a bounded number of rows at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner import schemas
from cleaner.engines import Dataset, Engine
from cleaner.minhash.clusters import star_clusters
from cleaner.rows import Rows, slices
from cleaner.standing import Standing, standing_of
from cleaner.writers.clusters import ClusterLines, PairLines

#: ``pairs.jsonl`` holds so many pairs of a cluster, or all with its kept copy; run.json says how many were left out.
PAIRS_PER_CLUSTER = 10_000

#: Passages or pairs that a batch function gives names at a time.
NAMED_AT_ONCE = 8_000


class Edges(NamedTuple):
    """The verified pairs as places among the standing passages; all of shape (pairs,)."""

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    jaccard: NDArray[np.float64]
    a_covered: NDArray[np.float64]
    b_covered: NDArray[np.float64]

    @property
    def containment(self) -> NDArray[np.float64]:
        """Shared shingles over those of the passage that has fewer."""
        return np.maximum(self.a_covered, self.b_covered)

    @property
    def alike(self) -> NDArray[np.float64]:
        """The greater of both similarities."""
        return np.maximum(self.jaccard, self.containment)


@dataclass(frozen=True, slots=True)
class Clusters:
    """What the verified pairs come to.

    Attributes:
        flags: FLAGS, the passages of this corpus that are in clusters, in the order of its passages.
        clusters: LINES of ``clusters.jsonl``.
        pairs: LINES of ``pairs.jsonl``, one a pair, by the ids and starts of both.
        count: how many clusters there are.
        members: how many passages are flagged.
        left_out: how many pairs ``pairs`` lacks, and their greatest similarities.
        weakest: the flagged pairs that are least alike: those to look at first.
    """

    flags: Dataset
    clusters: Dataset
    pairs: Dataset
    count: int
    members: int
    left_out: dict[str, Any]
    weakest: list[dict[str, Any]]


def find_clusters(engine: Engine, standing: Dataset, pairs: Dataset, keep: str = "earliest") -> Clusters:
    """Find the clusters that verified pairs form.

    Args:
        engine: runs what gives names to numbers.
        standing: STANDING, the passages that stand in pairs.
        pairs: PAIRS.
        keep: the order of preference of copies, one of ``standing.ORDERS``.

    Returns:
        clusters numbered from 1 by the id and start of their kept copies, members by id and start.
    """
    decided = _decided(engine, standing, pairs, keep)
    flags, members, ordered = (slices(one, NAMED_AT_ONCE) for one in decided.tables)
    return Clusters(
        engine.map("flags", flags, Flag(standing), schemas.FLAGS),
        engine.map("clusters", members, ClusterLines(standing), schemas.LINES),
        engine.map("named", ordered, PairLines(standing, pairs), schemas.LINES),
        *decided.facts,
    )


class _Decided(NamedTuple):
    """MEMBERS of this corpus by passage, MEMBERS and ORDERED, as they lie in the spool; what else ``Clusters`` says."""

    tables: tuple[Dataset, Dataset, Dataset]
    facts: tuple[int, int, dict[str, Any], list[dict[str, Any]]]


def _decided(engine: Engine, standing: Dataset, pairs: Dataset, keep: str) -> _Decided:
    """Who is kept, and who is flagged; the numbers that this takes are held no longer than that."""
    stand = standing_of(standing.table(), keep)
    edges = _edges(pairs, stand)
    stars = star_clusters(edges.a, edges.b, stand.preference, edges.alike)
    kept, pair = (np.full(len(stand.passage), -1, dtype=np.int64) for _ in range(2))
    kept[stars.member], kept[stars.kept], pair[stars.member] = stars.kept, stars.kept, stars.pair
    members = _members(stand, edges, kept, pair)
    cluster = np.zeros(len(kept), dtype=np.int32)
    cluster[members["standing"].to_numpy()] = members["cluster"].to_numpy()
    ordered, left_out = _ordered(stand, edges, cluster, pair)
    own = np.flatnonzero(~stand.earlier[members["standing"].to_numpy()])
    by_row = own[np.argsort(members["row"].to_numpy()[own])]
    tables = (("flagged", members.take(pa.array(by_row))), ("members", members), ("ordered", ordered))
    flagged, lines, wanted = (engine.keep(name, table) for name, table in tables)
    facts = (len(np.unique(stars.kept)), len(stars.member), left_out, _weakest(standing, stand, edges))
    return _Decided((flagged, lines, wanted), facts)


def _edges(pairs: Dataset, stand: Standing) -> Edges:
    names = ("a", "b", "jaccard", "a_covered", "b_covered")
    columns = [[np.zeros(0, kind)] for kind in (np.int32, np.int32, np.float64, np.float64, np.float64)]
    for batch in pairs.read(names):
        for column, name in zip(columns, names, strict=True):
            values, is_passage = batch[name].to_numpy(), name in ("a", "b")
            column.append(np.searchsorted(stand.passage, values).astype(np.int32) if is_passage else values.copy())
    return Edges._make(map(np.concatenate, columns))


def _members(stand: Standing, edges: Edges, kept: NDArray[np.int64], pair: NDArray[np.int64]) -> pa.Table:
    """MEMBERS, by cluster, the kept copy first and then by id and start."""
    inside = np.flatnonzero(kept >= 0)
    anchor = kept[inside]
    order = np.lexsort((stand.rank[inside], anchor != inside, stand.rank[anchor]))
    inside, anchor = inside[order], anchor[order]
    first = np.flatnonzero(anchor == inside)
    size = np.diff(np.append(first, len(inside)))
    similar = pair[inside]
    none = similar < 0
    a_covered, b_covered = edges.a_covered[similar], edges.b_covered[similar]
    covered = np.where(edges.a[similar] == inside, a_covered, b_covered)
    columns = {
        "standing": pa.array(inside),
        "row": pa.array(stand.row[inside]),
        "kept_row": pa.array(stand.row[anchor]),
        "cluster": pa.array(np.repeat(np.arange(1, len(first) + 1, dtype=np.int32), size)),
        "size": pa.array(np.repeat(size, size).astype(np.int32)),
        "place": pa.array((np.arange(len(inside)) - np.repeat(first, size)).astype(np.int32)),
        "jaccard": pa.array(edges.jaccard[similar], mask=none),
        "containment": pa.array(np.maximum(a_covered, b_covered), mask=none),
        "covered": pa.array(covered, mask=none),
    }
    return pa.table(columns, schema=schemas.MEMBERS)


def _ordered(
    stand: Standing, edges: Edges, cluster: NDArray[np.int32], pair: NDArray[np.int64]
) -> tuple[pa.Table, dict[str, Any]]:
    """ORDERED: the pairs to be written, by the ids and starts of both; also what the cap of a cluster leaves out."""
    turned = stand.rank[edges.a] > stand.rank[edges.b]
    a, b = np.where(turned, edges.b, edges.a), np.where(turned, edges.a, edges.b)
    order = np.argsort(stand.rank[a].astype(np.uint64) << np.uint64(32) | stand.rank[b].astype(np.uint64))
    written = _within_cap(edges, cluster[b], pair, order)
    others = ~written
    left_out = {
        "pairs_left_out": int(others.sum()),
        "left_out_jaccard": float(edges.jaccard[others].max(initial=0.0)),
        "left_out_containment": float(edges.containment[others].max(initial=0.0)),
    }
    order = order[written[order]]
    columns = (order, stand.row[a[order]], stand.row[b[order]], turned[order])
    return pa.Table.from_arrays([pa.array(column) for column in columns], schema=schemas.ORDERED), left_out


def _within_cap(
    edges: Edges, cluster: NDArray[np.int32], pair: NDArray[np.int64], order: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which pairs are written: of a cluster with too many those with its kept copy, then those most alike."""
    sizes = np.bincount(cluster, minlength=1) if len(cluster) else np.zeros(1, dtype=np.int64)
    written = np.ones(len(cluster), dtype=bool)
    if sizes.max() <= PAIRS_PER_CLUSTER:
        return written
    large = order[sizes[cluster[order]] > PAIRS_PER_CLUSTER]
    star = np.zeros(len(cluster), dtype=bool)
    star[pair[pair >= 0]] = True
    large = large[np.lexsort((-edges.alike[large], ~star[large], cluster[large]))]
    start = np.searchsorted(cluster[large], cluster[large])
    written[large] = star[large] | (np.arange(len(large)) - start < PAIRS_PER_CLUSTER)
    return written


#: What is said of both sides of a pair; that one is of an earlier corpus only where it is.
_PLACE = ("id", "start", "earlier")


def _weakest(standing: Dataset, stand: Standing, edges: Edges, count: int = 5) -> list[dict[str, Any]]:
    alike = edges.alike
    if not len(alike):
        return []
    few = np.flatnonzero(alike <= np.partition(alike, min(count, len(alike)) - 1)[:count].max())
    ranks = np.stack((stand.rank[edges.a[few]], stand.rank[edges.b[few]]), axis=1)
    first = few[np.lexsort((ranks.max(axis=1), ranks.min(axis=1), alike[few]))[:count]]
    turned = stand.rank[edges.a[first]] > stand.rank[edges.b[first]]
    found = {"jaccard": edges.jaccard[first].tolist(), "containment": edges.containment[first].tolist()}
    for side, one, other in (("a", edges.a, edges.b), ("b", edges.b, edges.a)):
        places = Rows(standing).pick(stand.row[np.where(turned, other[first], one[first])], _PLACE)
        found |= {f"{side}_{name}": places[name].to_pylist() for name in _PLACE}
    names = ("a_id", "a_start", "a_earlier", "b_id", "b_start", "b_earlier", "jaccard", "containment")
    rows = [{name: found[name][at] for name in names} for at in range(len(first))]
    return [{name: value for name, value in row.items() if value is not False} for row in rows]


@dataclass(frozen=True, slots=True)
class Flag:
    """The batch function from MEMBERS to FLAGS."""

    standing: Dataset

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One row a passage."""
        rows = Rows(self.standing)
        own = rows.pick(batch["row"].to_numpy(), ("document", "id", "start", "end"))
        kept = rows.pick(batch["kept_row"].to_numpy(), ("id", "start", "end", "earlier"))
        columns = {name: own[name] for name in own.column_names}
        columns |= {f"kept_{name}": kept[name] for name in kept.column_names}
        columns |= {name: batch[name] for name in ("cluster", "jaccard", "containment", "covered")}
        columns["member"] = pa.array(batch["place"].to_numpy() > 0)
        table = pa.table({name: columns[name] for name in schemas.FLAGS.names}, schema=schemas.FLAGS)
        return table.combine_chunks().to_batches()[0]
