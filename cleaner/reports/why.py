"""One document explained: every edit with its context and its reason, every passage beside its kept copy."""

from __future__ import annotations

import heapq
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from cleaner import audit, lookup
from cleaner.config import suggest
from cleaner.corpus import Corpus
from cleaner.errors import InputError
from cleaner.reports.beside import beside
from cleaner.reports.excerpts import excerpt, visible
from cleaner.reports.findings import counted, plain
from cleaner.reports.reasons import reasons

Paint = Callable[..., str]

#: So many documents are named that have a passage of this one.
NAMED = 5


def explain(
    corpus: Corpus, identity: str, width: int = 100, paint: Paint = plain, colors: bool = False
) -> Iterator[str]:
    """The parts of the explanation, in the order in which they are printed, for a terminal ``width`` columns wide.

    ``identity`` is a document's id, or the id or the place of a record that was rejected.

    Raises:
        InputError: the run read nothing by that name.
    """
    document = next(lookup.documents(corpus, identity), None)
    if document is None:
        yield from _rejected(corpus, identity, paint)
        return
    trail = sorted(lookup.lines(corpus, "audit", identity), key=lambda record: record.get("start", -1))
    original = audit.original_text(document["text"], trail)
    edits = [record for record in trail if "removed" in record]
    yield paint(visible(identity), bold=True) + (
        f": {counted(len(edits), 'edit')}, {counted(len(document['near_duplicates']), 'near-duplicate passage')}"
    )
    yield from _fields(document)
    names = corpus.record["config"]["rules"]
    why = reasons(names)
    for record in trail:
        if "removed" in record:
            yield from _edit(record, original, why, names, paint)
        else:
            yield from _note(record, original)
    for match in document["near_duplicates"]:
        yield from _match(corpus, document["text"], match, width, colors)
    yield from _copies(corpus, identity, width, colors)


def _fields(document: dict[str, Any]) -> Iterator[str]:
    for key, value in document.items():
        if value and key not in {"id", "text", "near_duplicates", "metadata"}:
            yield f"  {key}: {visible(', '.join(map(str, value)) if isinstance(value, list) else str(value))}"


def _rejected(corpus: Corpus, identity: str, paint: Paint) -> Iterator[str]:
    """Where the rejected records of this id or place stand, and why they are not in the corpus."""
    rows = [row for row in corpus.lines("rejected") if identity in (row["id"], row["location"])]
    if not rows:
        raise InputError(f"{corpus.folder}: has no document {identity!r}{_near(corpus, identity)}")
    yield paint(visible(identity), bold=True) + ": rejected, so it is not in the corpus"
    for row in rows[:NAMED]:
        yield f"  {visible(row['location'])}: {visible(row['reason'])}"
    if len(rows) > NAMED:
        yield f"  and {len(rows) - NAMED:,} more; rejected.jsonl has all"


def _near(corpus: Corpus, identity: str) -> str:
    seen = tuple(row["id"] for _, row in zip(range(100_000), corpus.all_documents(), strict=False))
    places = (one for row in corpus.lines("rejected") for one in (row["id"], row["location"]) if one is not None)
    seen += tuple(one for _, one in zip(range(100_000), places, strict=False))
    longer = [one for one in seen if identity and one.startswith(identity)]
    near = f"; did you mean {longer[0]!r}?" if longer else suggest(identity, seen)
    named = [*corpus.names("corpus"), *corpus.names("documents")]
    return near or f"; ids stand in {corpus.folder / named[0]}"


def _edit(
    record: dict[str, Any], original: str, why: dict[str, str], rule_files: list[str], paint: Paint
) -> Iterator[str]:
    removed = record["removed"]
    breaks = len(removed) - len(removed.lstrip("\n")) if removed.strip("\n") else 0  # they go with the line behind them
    number = original.count("\n", 0, record["start"] + breaks) + 1
    yield (
        f"\nline {number}, characters {record['start']}-{record['end']}: "
        + paint(f"{record['stage']}/{record['rule']}", fg="yellow")
        + f", confidence {record['confidence']:.2f}{_evidence(record)}"
    )
    if record["rule"] in why:
        yield textwrap.indent(textwrap.fill(why[record["rule"]], 96), "  ")
    if record["stage"] == "boilerplate":
        yield from (f"  it says: {excerpt(phrase, 150)}" for phrase in _said(record, rule_files))
    before = original[: record["start"]].rstrip("\n").rpartition("\n")[2]
    after = original[record["end"] :].lstrip("\n").partition("\n")[0]
    yield from (f"    {_short(line)}" for line in [before] if line.strip())
    yield from (paint(f"  - {_short(line)}", fg="red") for line in record["removed"].split("\n") if line.strip())
    yield from (paint(f"  + {_short(line)}", fg="green") for line in record["replacement"].split("\n") if line.strip())
    yield from (f"    {_short(line)}" for line in [after] if line.strip())


def _said(record: dict[str, Any], rule_files: list[str]) -> list[str]:
    """The phrases of the rule that a line of the removed text is, at most one a line; none where it has none."""
    from cleaner.boilerplate.automata import Automata, expressions_of
    from cleaner.boilerplate.rules import RuleSet
    from cleaner.lines import Lines

    ruleset = RuleSet.load([path for name in rule_files if (path := Path(name)).exists()])
    rule = next((rule for rule in ruleset.rules if rule.name == record["rule"]), None)
    if rule is None or not rule.phrases:
        return []
    alone = [expressions_of(replace(rule, phrases=(phrase,), patterns=()), ruleset.pieces) for phrase in rule.phrases]
    found = Automata(alone).match(Lines.of([record["removed"]])).by_row()
    return [rule.phrases[place] for place in dict.fromkeys(places[0] for places in found.values())]


def _evidence(record: dict[str, Any]) -> str:
    said = ", ".join(f"{name} {strength:.2f}" for name, strength in record["evidence"].items())
    return f" ({said})" if said else ""


def _note(record: dict[str, Any], original: str) -> Iterator[str]:
    if "message" in record:
        number = original.count("\n", 0, record["start"]) + 1
        where = f"line {number}, characters {record['start']}-{record['end']}"
        yield f"\n{where}: {record['stage']}/{record['rule']}"
        yield f"  {visible(record['message'])}"
        yield f"    {_short(original[record['start'] : record['end']])}"
        return
    if "field" in record:
        where = f"{record['field']}, characters {record['start']}-{record['end']}"
        yield f"\n{where}: {record['stage']}/{record['rule']}, confidence {record['confidence']:.2f}"
        yield f"  “{visible(record['was'])}” became “{visible(record['replacement'])}”"
        return
    said = {key: value for key, value in record.items() if key not in {"id", "stage", "rule"}}
    yield f"\n{record['stage']}/{record['rule']}: " + ", ".join(f"{key} {value}" for key, value in said.items())


def _match(corpus: Corpus, text: str, match: dict[str, Any], width: int, colors: bool) -> Iterator[str]:
    kept, start, end = match["kept"], match["start"], match["end"]
    yield f"\ncharacters {start}-{end} of the clean text: near-duplicate, {_alike(match)}"
    head = f"kept: {excerpt(kept['id'])}, characters {kept['start']}-{kept['end']}"
    other = "" if kept.get("earlier") else _passage(corpus, kept)
    if other:
        yield beside((f"this document, characters {start}-{end}", head), (text[start:end], other), width, colors)
    else:
        yield textwrap.indent(textwrap.fill(visible(text[start:end]), max(20, width - 8)), "    ")
        yield f"  {head} (not in this corpus)"


def _copies(corpus: Corpus, identity: str, width: int, colors: bool) -> Iterator[str]:
    """The passages of which this document is the kept copy, each beside its weakest match."""
    for cluster in corpus.lines("clusters"):
        kept = cluster["kept"]
        if kept["id"] != identity or kept.get("earlier"):
            continue
        place = f"characters {kept['start']}-{kept['end']}"
        weakest = heapq.nsmallest(NAMED, cluster["members"], key=lambda one: (one["jaccard"], one["id"]))
        yield f"\n{place} of the clean text: kept copy of {cluster['size']} passages"
        heads = f"this document, {place}", _member(weakest[0])
        texts = _passage(corpus, kept), _passage(corpus, weakest[0])
        yield f"  weakest match: {_alike(weakest[0])}"
        yield beside(heads, texts, width, colors)
        yield from (f"  {_member(one)}: {_alike(one)}" for one in weakest[1:])
        if len(cluster["members"]) > NAMED:
            yield f"  and {len(cluster['members']) - NAMED:,} more; clusters.jsonl has all"


def _passage(corpus: Corpus, place: dict[str, Any]) -> str:
    """The text of a passage of another document; empty if the document is not in the corpus."""
    document = next(lookup.documents(corpus, place["id"]), None)
    return lookup.compared_text(corpus, document)[place["start"] : place["end"]] if document else ""


def _alike(match: dict[str, Any]) -> str:
    return f"Jaccard similarity {match['jaccard']:.3f}, containment {match['containment']:.3f}"


def _member(one: dict[str, Any]) -> str:
    return f"flagged: {excerpt(one['id'])}, characters {one['start']}-{one['end']}"


def _short(line: str) -> str:
    return excerpt(line, 100)
