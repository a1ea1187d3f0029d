"""What the report shows, gathered from an output folder as a stream: nothing here grows with the corpus."""

from __future__ import annotations

import heapq
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from cleaner import lookup
from cleaner.corpus import Corpus
from cleaner.reports.contexts import differences, shown
from cleaner.reports.examples import Caps, Example, Smallest, examples_of
from cleaner.reports.excerpts import excerpt

#: A bar of the histogram of similarities is 1 / BINS wide.
BINS = 20


class Match(NamedTuple):
    """A near-duplicate passage beside its kept copy: both as pieces of text and whether the other lacks them."""

    document: str
    source: str
    kept_document: str
    kept_source: str
    jaccard: float
    containment: float
    passage: list[tuple[str, bool]]
    kept: list[tuple[str, bool]]


class Cluster(NamedTuple):
    """A cluster with its weakest matches; ``sources`` are those of all that is shown."""

    number: int
    size: int
    matches: list[Match]
    sources: list[str]


class Similarities(NamedTuple):
    """Verified pairs by similarity: bars, and how many would stay under each threshold if the other one stayed."""

    pairs: int
    jaccard: list[int]
    containment: list[int]
    stay: list[tuple[float, int, int]]


class Evidence(NamedTuple):
    """All that a report shows beside run.json; ``characters`` are those of the originals."""

    characters: int
    examples: dict[str, list[Example]]
    notes: list[Example]
    clusters: list[Cluster]
    similarities: Similarities
    templates: list[dict[str, Any]]
    reasons: list[tuple[str, int]]
    rejected: list[dict[str, Any]]


def gather(corpus: Corpus, caps: Caps) -> Evidence:
    """Read the files of a run; of the corpus and its audit, however large, only the beginning and what is shown."""
    chosen = _clusters(corpus, caps)
    examples, notes = examples_of(corpus, caps)
    texts = _passages(corpus, chosen)
    counts, removed = corpus.record["counts"], sum(corpus.record["characters_removed"].values())
    templates = heapq.nsmallest(
        caps.rows, corpus.lines("templates"), key=lambda row: (-row["documents"], row["source"], row["text"])
    )
    reasons = Counter(re.sub(r"\d+", "…", row["reason"]) for row in corpus.lines("rejected"))
    return Evidence(
        counts["characters"] + removed,
        examples,
        notes,
        [_cluster(cluster, texts, caps) for cluster in chosen],
        _similarities(corpus),
        templates,
        sorted(reasons.items(), key=lambda row: (-row[1], row[0]))[: caps.rows],
        [row for _, row in zip(range(caps.rows), corpus.lines("rejected"), strict=False)],
    )


def _clusters(corpus: Corpus, caps: Caps) -> list[dict[str, Any]]:
    """The clusters with the weakest matches, each with its weakest members only."""
    found = Smallest(caps.clusters)
    for cluster in corpus.lines("clusters"):
        key = (min(map(_weakness, cluster["members"]), default=(2.0,)), cluster["cluster"])
        if found.wants(key):
            members = heapq.nsmallest(caps.members, cluster["members"], key=_weakness)
            found.add(key, {**cluster, "members": members})
    return found.values()


def _weakness(member: dict[str, Any]) -> tuple[float, str, int]:
    return max(member["jaccard"], member["containment"]), member["id"], member["start"]


_Texts = dict[tuple[str, int], str]


def _passages(corpus: Corpus, clusters: list[dict[str, Any]]) -> _Texts:
    """The passages of the clusters that are shown, by document and start; those of an earlier corpus are not there."""
    places = [place for cluster in clusters for place in (cluster["kept"], *cluster["members"])]
    wanted = {place["id"] for place in places if not place.get("earlier")}
    found: Iterable[tuple[dict[str, Any] | None, list[dict[str, Any]] | None]]
    if all(name.endswith(".jsonl") for name in corpus.names("corpus") + corpus.names("documents")):
        found = ((next(lookup.documents(corpus, identity), None), None) for identity in wanted)
    else:
        found = ((document, trail) for document, trail in corpus.with_audit() if document["id"] in wanted)
    whole = {document["id"]: lookup.compared_text(corpus, document, trail) for document, trail in found if document}
    return {
        (place["id"], place["start"]): whole[place["id"]][place["start"] : place["end"]]
        for place in places
        if place["id"] in whole
    }


def _cluster(cluster: dict[str, Any], texts: _Texts, caps: Caps) -> Cluster:
    kept = cluster["kept"]
    matches = []
    for member in cluster["members"]:
        both = [texts.get((place["id"], place["start"]), "")[: caps.passage] for place in (member, kept)]
        passage, copy = differences(*(shown(text, len(text) == caps.passage) for text in both))
        matches.append(
            Match(
                excerpt(member["id"], 120), excerpt(member["source"] or ""),
                excerpt(kept["id"], 120), excerpt(kept["source"] or ""),
                member["jaccard"], member["containment"], passage, copy,
            )
        )  # fmt: skip
    sources = sorted({place["source"] or "" for place in (kept, *cluster["members"])})
    return Cluster(cluster["cluster"], cluster["size"], matches, [excerpt(source) for source in sources])


def _similarities(corpus: Corpus) -> Similarities:
    settings = corpus.record["config"]
    steps = [step / BINS for step in range(1, BINS + 1)]
    bars, stay = ([[0] * (BINS + 1), [0] * (BINS + 1)] for _ in range(2))
    pairs = 0
    for pair in corpus.lines("pairs"):
        alike = (pair["jaccard"], pair["containment"])
        others = (alike[1] >= settings["containment"], alike[0] >= settings["jaccard"])
        pairs += 1
        for value, other, bar, reached in zip(alike, others, bars, stay, strict=True):
            bar[min(BINS - 1, int(value * BINS))] += 1
            reached[BINS if other else bisect_right(steps, value)] += 1
    rows = [(step, sum(stay[0][at:]), sum(stay[1][at:])) for at, step in enumerate(steps, 1)]
    return Similarities(pairs, bars[0][:BINS], bars[1][:BINS], rows)


def sources(evidence: Evidence) -> list[str]:
    """The names of the sources of the clusters, each once, sorted: for the filter."""
    return sorted({source for cluster in evidence.clusters for source in cluster.sources})
