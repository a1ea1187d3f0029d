"""What was done to the documents of a shard: sums by rule and by source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

from cleaner import audit

#: What is counted, each by name.
KINDS = ("rules", "characters", "totals", "sources", "lost", "without_text")
#: So many documents without text are named, the first by their ids.
NAMED = 3


class Written(NamedTuple):
    """One document that is written.

    Attributes:
        row: of CLEANED, as it is after all edits.
        before: characters of the decoded original.
        near: how many of its passages are near-duplicates.
        alike: whether it is one as a whole.
        dropped: whether it goes to ``dropped.jsonl``: all of it is lost to its source.
    """

    row: dict[str, Any]
    before: int
    near: int
    alike: bool
    dropped: bool


class Counts:
    """Edits and characters by rule, characters by source, and totals; sums over shards."""

    def __init__(self) -> None:
        self.rules: Counter[str] = Counter()
        self.characters: Counter[str] = Counter()
        self.totals: Counter[str] = Counter()
        self.sources: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self.without_text: Counter[str] = Counter()

    def add(self, documents: Sequence[Written]) -> None:
        """Count some documents, which come sorted by their ids."""
        rules = list(chain.from_iterable(one.row["rules"] for one in documents))
        self.rules.update(rules)
        for rule, size in zip(rules, chain.from_iterable(one.row["sizes"] for one in documents), strict=True):
            self.characters[rule] += size
        for row, before, _, _, dropped in documents:
            source = row["source"] or ""
            self.sources[source] += before
            self.lost[source] += sum(row["sizes"]) + dropped * len(row["text"])
        self.totals["near_duplicate_passages"] += sum(one.near for one in documents)
        self.totals["near_duplicate_documents"] += sum(one.alike for one in documents)
        self._add_texts([one.row for one in documents if one.dropped], ("dropped", "dropped_characters"))
        kept = [one.row for one in documents if not one.dropped]
        self._add_texts(kept, ("documents", "characters"))
        empty = [row["id"] for row in kept if not row["text"].strip()]
        self.totals["without_text"] += len(empty)
        self.without_text.update(empty[: NAMED - len(self.without_text)])
        self.totals["changed"] += sum(bool(row["edits"]) for row in kept)
        self.totals["titles_repaired"] += sum(audit.has_field(row["notes"], "title") for row in kept)

    def _add_texts(self, rows: Sequence[dict[str, Any]], names: tuple[str, str]) -> None:
        self.totals[names[0]] += len(rows)
        self.totals[names[1]] += sum(len(row["text"]) for row in rows)

    def as_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {kind: dict(getattr(self, kind)) for kind in KINDS}
