"""One document explained: every edit with its context and its reason, every passage with its kept copy."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from cleaner import audit
from cleaner.config import suggest
from cleaner.corpus import Corpus
from cleaner.errors import InputError
from cleaner.reports.excerpts import excerpt, visible
from cleaner.reports.reasons import reasons


def explain(corpus: Corpus, identity: str) -> Iterator[str]:
    """The parts of the explanation, in the order in which they are printed.

    Raises:
        InputError: the corpus has no document of this id.
    """
    document = _find(corpus, identity)
    trail = [record for record in corpus.lines("audit") if record["id"] == identity]
    original = audit.original_text(document["text"], trail)
    edits = [record for record in trail if "removed" in record]
    yield f"{identity}: {len(edits)} edits, {len(document['near_duplicates'])} near-duplicate passages"
    fields = {
        key: value
        for key, value in document.items()
        if value and key not in {"id", "text", "near_duplicates", "metadata"}
    }
    yield from (f"  {key}: {', '.join(value) if isinstance(value, list) else value}" for key, value in fields.items())
    why = reasons(corpus.record["config"]["rules"])
    for record in trail:
        yield from _edit(record, original, why) if "removed" in record else _note(record, original)
    yield from _matches(corpus, document)


def _find(corpus: Corpus, identity: str) -> dict[str, Any]:
    seen: list[str] = []
    for document in corpus.all_documents():
        if document["id"] == identity:
            return document
        if len(seen) < 100_000:
            seen.append(document["id"])
    raise InputError(f"{corpus.folder} has no document {identity!r}{suggest(identity, tuple(seen))}")


def _edit(record: dict[str, Any], original: str, why: dict[str, str]) -> Iterator[str]:
    number = original.count("\n", 0, record["start"]) + 1
    yield (
        f"\nline {number}, characters {record['start']}-{record['end']}: {record['stage']}/{record['rule']}"
        + (f", confidence {record['confidence']:.2f}{_evidence(record)}")
    )
    if record["rule"] in why:
        yield textwrap.indent(textwrap.fill(why[record["rule"]], 96), "  ")
    before = original[: record["start"]].rstrip("\n").rpartition("\n")[2]
    after = original[record["end"] :].lstrip("\n").partition("\n")[0]
    yield from (f"    {_short(line)}" for line in [before] if line.strip())
    yield from (f"  - {_short(line)}" for line in record["removed"].split("\n") if line.strip())
    yield from (f"  + {_short(line)}" for line in record["replacement"].split("\n") if line.strip())
    yield from (f"    {_short(line)}" for line in [after] if line.strip())


def _evidence(record: dict[str, Any]) -> str:
    said = ", ".join(f"{name} {strength:.2f}" for name, strength in record["evidence"].items())
    return f" ({said})" if said else ""


def _note(record: dict[str, Any], original: str) -> Iterator[str]:
    if "message" in record:
        number = original.count("\n", 0, record["start"]) + 1
        where = f"line {number}, characters {record['start']}-{record['end']}"
        yield f"\n{where}: {record['stage']}/{record['rule']}"
        yield f"  {record['message']}"
        yield f"    {_short(original[record['start'] : record['end']])}"
        return
    said = {key: value for key, value in record.items() if key not in {"id", "stage", "rule"}}
    yield f"\n{record['stage']}/{record['rule']}: " + ", ".join(f"{key} {value}" for key, value in said.items())


def _matches(corpus: Corpus, document: dict[str, Any]) -> Iterator[str]:
    wanted = {match["kept"]["id"] for match in document["near_duplicates"]}
    kept = {record["id"]: record["text"] for record in corpus.documents() if record["id"] in wanted} if wanted else {}
    for match in document["near_duplicates"]:
        copy = match["kept"]
        yield (
            f"\ncharacters {match['start']}-{match['end']} of the clean text: near-duplicate, "
            f"Jaccard similarity {match['jaccard']:.3f}, containment {match['containment']:.3f}"
        )
        yield textwrap.indent(textwrap.fill(visible(document["text"][match["start"] : match["end"]]), 92), "    ")
        yield f"  kept: {copy['id']}, characters {copy['start']}-{copy['end']}"
        text = kept.get(copy["id"], "")[copy["start"] : copy["end"]]
        yield textwrap.indent(textwrap.fill(visible(text) or "(not in this corpus)", 92), "    ")


def _short(line: str) -> str:
    return excerpt(line, 100)
