"""What a run found, as findings with a place in the inputs: read from its files, one document at a time."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from cleaner.corpus import Corpus
from cleaner.passages import passages
from cleaner.places import Inputs, Place, Places
from cleaner.reports.excerpts import excerpt, visible
from cleaner.writers.shards import NEAR_DOCUMENT, dropping

NEAR = "near-duplicates"


class Located(NamedTuple):
    """A finding with its place.

    Attributes:
        document: id of the document; empty for a record that has none.
        rule: ``stage/name``.
        level: ``warning``, or ``note`` for what is only perhaps wrong: a note fails no check.
        message: one line, safe for a terminal.
        characters: how many characters the edit takes out, or how long the passage is.
        fingerprint: 16 hexadecimal digits that stay the same when lines move.
        related: the kept copy of a near-duplicate passage.
        lost: how many characters a run takes out for it; none for a passage that it only flags.
    """

    document: str
    source: str
    place: Place
    rule: str
    level: str
    message: str
    confidence: float
    characters: int
    fingerprint: str
    related: Place | None = None
    lost: int = 0

    @property
    def stage(self) -> str:
        """The stage that found it."""
        return self.rule.partition("/")[0]


class Totals(NamedTuple):
    """What the findings are shares of: records read, documents, passages, and characters by source."""

    records: int
    documents: int
    passages: int
    characters: dict[str, int]


class Findings:
    """The findings of a finished run, in the order of its corpus; may be gone through several times.

    Only one document is held at a time, and the places of the kept copies. ``duplicates`` says what a run would do
    with the near-duplicates that this one has flagged.
    """

    def __init__(self, corpus: Corpus, inputs: Inputs, duplicates: str = "flag") -> None:
        self.corpus = corpus
        self.inputs = inputs
        self._duplicates = duplicates
        self._keeping: set[str] = set()
        self._kept: dict[tuple[str, int], Place] = {}
        self.totals = self._survey()

    def __iter__(self) -> Iterator[Located]:
        names = _Fingerprints()
        for document, trail in self.corpus.with_audit():
            yield from self._document(document, trail, names)
        for record in self.corpus.lines("rejected"):
            path, line, _ = self.inputs.split(record["location"])
            key = (record["id"] or path, "reading/rejected", re.sub(r"\d+", "0", record["reason"]))
            yield Located(
                record["id"] or "", "", Place(path, line), "reading/rejected", "warning",
                f"not used: {visible(record['reason'])}", 1.0, 0, names.of(key, ""),
            )  # fmt: skip

    def _survey(self) -> Totals:
        """Count the totals and find the places of the kept copies."""
        wanted: dict[str, list[tuple[int, int]]] = {}
        for cluster in self.corpus.lines("clusters"):
            kept = cluster["kept"]
            if not kept.get("earlier"):
                wanted.setdefault(kept["id"], []).append((kept["start"], kept["end"]))
        characters: Counter[str] = Counter()
        documents = count = 0
        self._keeping.update(wanted)
        for document, trail in self.corpus.with_audit():
            gone = sum(len(line["removed"]) - len(line["replacement"]) for line in trail if "removed" in line)
            characters[document["source"] or ""] += len(document["text"]) + gone
            documents += 1
            count += sum(1 for _ in passages(document["text"]))
            if document["id"] in wanted:
                places = Places(self.inputs.split(document["location"]), document["text"], trail)
                for start, end in wanted[document["id"]]:
                    self._kept[document["id"], start] = places.of_clean(start, end)
        return Totals(self.corpus.record["counts"]["read"], documents, count, dict(characters))

    def _document(
        self, document: dict[str, Any], trail: Sequence[dict[str, Any]], names: _Fingerprints
    ) -> Iterator[Located]:
        if not trail and not document["near_duplicates"]:
            return
        places = Places(self.inputs.split(document["location"]), document["text"], trail)
        # An id that is the record's place moves with it: the file stands for it then.
        identity = places.path if document["id"] == document["location"] and places.record else document["id"]
        near = _of_passages(document, places, self._kept, self._lost(document))
        found = [*_of_trail(trail, places), *near]
        for place, rule, level, message, confidence, characters, text, related, lost in sorted(found, key=_order):
            fingerprint = names.of((identity, rule, text), document["id"])
            yield Located(
                document["id"], document["source"] or "", place, rule, level, message, confidence, characters,
                fingerprint, related, lost,
            )  # fmt: skip

    def _lost(self, document: dict[str, Any]) -> list[int]:
        """How many characters a run takes out for each near-duplicate passage of a document."""
        near, text = document["near_duplicates"], document["text"]
        lost, end = [0] * len(near), 0
        if self._duplicates == "drop-passages":
            for at, match in enumerate(near):
                if match["covered"] >= self.corpus.record["config"]["drop-covered"]:
                    edit = dropping(match, text)
                    lost[at], end = edit.end - max(edit.start, end), edit.end
        elif near and self._duplicates == "drop-documents" and document["id"] not in self._keeping:
            lost[0] = len(text) if document["near_duplicate_share"] >= NEAR_DOCUMENT else 0
        return lost


_Found = tuple[Place, str, str, str, float, int, str, Place | None, int]


def _order(found: _Found) -> tuple[int, int, str]:
    return found[0].text_line, found[0].column, found[1]


def _of_trail(trail: Iterable[dict[str, Any]], places: Places) -> Iterator[_Found]:
    for record in trail:
        rule = f"{record['stage']}/{record['rule']}"
        if "codec" in record:
            yield from _of_decoding(record, rule, places)
        elif "removed" in record:
            removed, text = record["removed"], record["replacement"]
            said = f"“{excerpt(removed)}” would " + (f"become “{excerpt(text)}”" if text else "be removed")
            place = places.of_original(record["start"], record["end"])
            lost = len(removed) - len(text)
            yield place, rule, "warning", said, record["confidence"], lost, removed, None, lost
        elif "field" in record:
            change = f"become “{excerpt(record['replacement'])}”" if record["replacement"] else "be removed"
            said = f"in the {record['field']} “{excerpt(record['was'])}” would {change}"
            place = Place(places.path, places.record)
            yield place, rule, "warning", said, record["confidence"], 0, record["was"], None, 0
        elif "message" in record:
            place = places.of_original(record["start"], record["end"])
            text = places.original[record["start"] : record["end"]]
            said = f"{visible(record['message'])}: “{excerpt(text)}”"
            yield place, rule, "note", said, record["confidence"], 0, text, None, 0


def _of_decoding(record: dict[str, Any], rule: str, places: Places) -> Iterator[_Found]:
    odd = len(record.get("odd", ()))
    place = Place(places.path, places.record)
    if odd:
        yield place, rule, "warning", f"{odd} places are not {record['codec']}", 1.0, 0, record["codec"], None, 0
    elif record["codec"] != "utf-8":
        yield place, rule, "note", f"read as {record['codec']}", 1.0, 0, record["codec"], None, 0


def _of_passages(
    document: dict[str, Any], places: Places, kept_places: dict[tuple[str, int], Place], lost: Sequence[int]
) -> Iterator[_Found]:
    for match, gone in zip(document["near_duplicates"], lost, strict=True):
        start, end, kept = match["start"], match["end"], match["kept"]
        related = kept_places.get((kept["id"], kept["start"]), Place(kept["id"]))
        earlier = "of an earlier corpus, " if kept.get("earlier") else ""
        text = document["text"][start:end]
        said = (
            f"near-duplicate of {related} ({earlier}Jaccard similarity {match['jaccard']:.2f}, "
            f"containment {match['containment']:.2f}): “{excerpt(text)}”"
        )
        confidence = max(match["jaccard"], match["containment"])
        place = places.of_clean(start, end)
        yield place, NEAR + "/passage", "warning", said, confidence, end - start, text, related, gone


class _Fingerprints:
    """Names findings so that the name stays when lines move: by document, rule, folded text, and which of the same."""

    def __init__(self) -> None:
        self._document = ""
        self._own: Counter[bytes] = Counter()
        self._shared: Counter[bytes] = Counter()

    def of(self, key: tuple[str, str, str], document: str) -> str:
        """The fingerprint of the next finding with this owner, rule and text; the owner is its document or a file."""
        if document != self._document:
            self._document, self._own = document, Counter()
        owner, rule, text = key
        folded = " ".join(text.casefold().split())
        digest = hashlib.blake2b("\0".join((owner, rule, folded)).encode("utf-8", "surrogatepass"), digest_size=16)
        seen = self._own if owner == document else self._shared
        seen[digest.digest()] += 1
        digest.update(seen[digest.digest()].to_bytes(8, "big"))
        return digest.hexdigest()[:16]
