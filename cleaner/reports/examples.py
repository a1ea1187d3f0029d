"""Examples of edits for the report: of each rule the least sure ones and some drawn by lot, from a stream."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from cleaner import audit
from cleaner.corpus import Corpus
from cleaner.reports.contexts import after, before, shown
from cleaner.reports.excerpts import excerpt

#: Examples of edits are taken from the documents with which a corpus begins, up to so many characters. Shards are cut
#: by a hash of the id, so the first ones of a large corpus are as good as drawn by lot.
LOOKED_AT = 16_000_000


class Caps(NamedTuple):
    """How much is shown at most; a report that comes out too large is made again with smaller ones."""

    rules: int = 60
    examples: int = 5
    clusters: int = 30
    members: int = 3
    passage: int = 1200
    context: int = 240
    rows: int = 50

    def halved(self) -> Caps:
        """Half of everything, at least one."""
        return Caps(*(max(1, number // 2) for number in self))


class Example(NamedTuple):
    """An edit in its context, or what is only a finding (then ``replacement`` is None)."""

    document: str
    source: str
    line: int
    confidence: float
    before: str
    removed: str
    replacement: str | None
    after: str


class Smallest:
    """The few entries with the smallest keys of a stream; keys must differ."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.entries: list[tuple[Any, Any]] = []

    def wants(self, key: Any) -> bool:
        """Say whether an entry of this key would be among them."""
        return len(self.entries) < self.most or key < self.entries[-1][0]

    def add(self, key: Any, value: Any) -> None:
        """Put an entry among them, if its key is small enough."""
        if self.wants(key):
            self.entries = sorted([*self.entries, (key, value)], key=lambda entry: entry[0])[: self.most]

    def values(self) -> list[Any]:
        """The entries, the smallest key first."""
        return [value for _, value in self.entries]


def examples_of(corpus: Corpus, caps: Caps) -> tuple[dict[str, list[Example]], list[Example]]:
    """Examples of each rule, and of what is only perhaps wrong."""
    rules: dict[str, tuple[Smallest, Smallest]] = {}
    notes = Smallest(2 * caps.examples)
    looked_at = 0
    for document, trail in corpus.with_audit():
        for number, record in enumerate(trail):
            place, found = (document["id"], number), (document, trail, record)
            if "removed" in record:
                rule = f"{record['stage']}/{record['rule']}"
                if rule not in rules:
                    rules[rule] = Smallest(max(1, caps.examples // 2)), Smallest(caps.examples)
                unsure, usual = rules[rule]
                unsure.add((record["confidence"], place), found)
                usual.add((_chance(place), place), found)
            elif "message" in record:
                notes.add((-record["confidence"], place), found)
        looked_at += len(document["text"])
        if looked_at > LOOKED_AT:
            break
    shown = {rule: [*_examples(unsure, caps), *_examples(usual, caps)] for rule, (unsure, usual) in rules.items()}
    return {rule: list(dict.fromkeys(some))[: caps.examples] for rule, some in shown.items()}, _examples(notes, caps)


def _examples(found: Smallest, caps: Caps) -> list[Example]:
    return [_example(document, trail, record, caps) for document, trail, record in found.values()]


def _chance(place: tuple[str, int]) -> bytes:
    """A number that is as good as drawn by lot, and the same in every run."""
    return hashlib.blake2b(f"{place[1]} {place[0]}".encode(), digest_size=8).digest()


def _example(document: dict[str, Any], trail: list[dict[str, Any]], record: dict[str, Any], caps: Caps) -> Example:
    original = audit.original_text(document["text"], trail)
    start, end = record["start"], record["end"]
    text = original[start:end]
    if text.strip():
        start, end = start + len(text) - len(text.lstrip()), end - (len(text) - len(text.rstrip()))
    longest = 2 * caps.context
    return Example(
        excerpt(document["id"], 120),
        excerpt(document["source"] or ""),
        original.count("\n", 0, start) + 1,
        record["confidence"],
        before(original[max(0, start - caps.context) : start], start > caps.context),
        shown(original[start:end][:longest], end - start > longest),
        shown(record["replacement"][:longest], False) if "removed" in record else None,
        after(original[end : end + caps.context], end + caps.context < len(original)),
    )
