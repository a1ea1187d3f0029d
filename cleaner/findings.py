"""What a run found, as findings with a place in the inputs: read from its files, one document at a time."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from cleaner import audit
from cleaner.corpus import Corpus
from cleaner.documents import Edit
from cleaner.passages import passages
from cleaner.readers.formats import ending
from cleaner.readers.splits import Part
from cleaner.reports.excerpts import excerpt, visible

NEAR = "near-duplicates"


class Place(NamedTuple):
    """Where something stands. Lines and columns count from 1, columns in characters; 0 is not known.

    Attributes:
        path: the file, relative to the working directory where it lies below it; for a remote input its name.
        line, column, end_line, end_column: in the file; the end is the character after the last. Of a record
            in a file of many only ``line`` is known, and of a page or a packed file nothing.
        text_line: line in the document's own text.
    """

    path: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    text_line: int = 0

    def __str__(self) -> str:
        known = [str(number) for number in (self.line, self.column) if number]
        inner = f" (line {self.text_line} of the text)" if self.text_line and not self.column else ""
        # A path such as ``::error::`` at the start of a line would be a command in the log of some CI systems.
        path = "./" + self.path if self.path.lstrip().startswith("::") else self.path
        return ":".join([visible(path), *known]) + inner


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


class Inputs:
    """From the location of a document to the file and the line that a person can open."""

    _RECORD = re.compile(r"(.*)(?::(\d+)|@\d+)", re.DOTALL)

    def __init__(self, parts: Iterable[Part], folder: Path) -> None:
        self._parts = {part.name: (_shown(part, folder), part.format) for part in parts}

    def split(self, location: str) -> tuple[str, int, bool]:
        """The path, the record's line (0: not known), and whether lines of the text are lines of the file."""
        name, record, kind = location, 0, self._format(location)
        found = None if kind else self._RECORD.fullmatch(location)
        if found:
            name, record = found[1], int(found[2] or 0)
        path, packed = self._path(name)
        plain = (ending(name)[0] in {None, "text"}) if packed else kind not in {"html", None}
        return path, record, plain and not found

    def _format(self, name: str) -> str | None:
        return self._parts.get(name, ("", None))[1]

    def _path(self, name: str) -> tuple[str, bool]:
        """The path of a name; of a member of an archive that of the archive with the member's."""
        outer = name
        while outer not in self._parts and "/" in outer:
            outer = outer.rpartition("/")[0]
        if outer not in self._parts:
            return name, False
        return self._parts[outer][0] + name[len(outer) :], outer != name


def _shown(part: Part, folder: Path) -> str:
    path = Path(part.path)
    if "://" in part.path or not path.is_absolute() or part.name == "stdin":
        return part.name
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


class Findings:
    """The findings of a finished run, in the order of its corpus; may be gone through several times.

    Only one document is held at a time, and the places of the kept copies.
    """

    def __init__(self, corpus: Corpus, inputs: Inputs) -> None:
        self.corpus = corpus
        self.inputs = inputs
        self._kept: dict[tuple[str, int], Place] = {}
        self.totals = self._survey()

    def __iter__(self) -> Iterator[Located]:
        names = _Fingerprints()
        for document, trail in with_trail(self.corpus):
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
        for document, trail in with_trail(self.corpus):
            gone = sum(len(line["removed"]) - len(line["replacement"]) for line in trail if "removed" in line)
            characters[document["source"] or ""] += len(document["text"]) + gone
            documents += 1
            count += sum(1 for _ in passages(document["text"]))
            if document["id"] in wanted:
                places = _Places(self.inputs.split(document["location"]), document["text"], trail)
                for start, end in wanted[document["id"]]:
                    self._kept[document["id"], start] = places.of_clean(start, end)
        return Totals(self.corpus.record["counts"]["read"], documents, count, dict(characters))

    def _document(
        self, document: dict[str, Any], trail: Sequence[dict[str, Any]], names: _Fingerprints
    ) -> Iterator[Located]:
        if not trail and not document["near_duplicates"]:
            return
        places = _Places(self.inputs.split(document["location"]), document["text"], trail)
        # An id that is the record's place moves with it: the file stands for it then.
        identity = places.path if document["id"] == document["location"] and places.record else document["id"]
        found = [*_of_trail(trail, places), *_of_passages(document, places, self._kept)]
        for place, rule, level, message, confidence, characters, text, related in sorted(found, key=_order):
            fingerprint = names.of((identity, rule, text), document["id"])
            yield Located(
                document["id"], document["source"] or "", place, rule, level, message, confidence, characters,
                fingerprint, related,
            )  # fmt: skip


_Found = tuple[Place, str, str, str, float, int, str, Place | None]


def _order(found: _Found) -> tuple[int, int, str]:
    return found[0].text_line, found[0].column, found[1]


def with_trail(corpus: Corpus) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each document of a run, kept or dropped, with its lines of the audit."""
    lines = corpus.lines("audit")
    pending = next(lines, None)
    for document in corpus.all_documents():
        trail = []
        while pending is not None and pending["id"] == document["id"]:
            trail.append(pending)
            pending = next(lines, None)
        yield document, trail


def _of_trail(trail: Iterable[dict[str, Any]], places: _Places) -> Iterator[_Found]:
    for record in trail:
        rule = f"{record['stage']}/{record['rule']}"
        if record["rule"] == "decode":
            yield from _of_decoding(record, rule, places)
        elif "removed" in record:
            removed, text = record["removed"], record["replacement"]
            said = f"“{excerpt(removed)}” would " + (f"become “{excerpt(text)}”" if text else "be removed")
            place = places.of_original(record["start"], record["end"])
            yield place, rule, "warning", said, record["confidence"], len(removed) - len(text), removed, None
        elif "message" in record:
            place = places.of_original(record["start"], record["end"])
            text = places.original[record["start"] : record["end"]]
            said = f"{visible(record['message'])}: “{excerpt(text)}”"
            yield place, rule, "note", said, record["confidence"], 0, text, None


def _of_decoding(record: dict[str, Any], rule: str, places: _Places) -> Iterator[_Found]:
    odd = len(record.get("odd", ()))
    place = Place(places.path, places.record)
    if odd:
        yield place, rule, "warning", f"{odd} places are not {record['codec']}", 1.0, 0, record["codec"], None
    elif record["codec"] != "utf-8":
        yield place, rule, "note", f"read as {record['codec']}", 1.0, 0, record["codec"], None


def _of_passages(
    document: dict[str, Any], places: _Places, kept_places: dict[tuple[str, int], Place]
) -> Iterator[_Found]:
    for match in document["near_duplicates"]:
        start, end, kept = match["start"], match["end"], match["kept"]
        related = kept_places.get((kept["id"], kept["start"]), Place(kept["id"]))
        earlier = "of an earlier corpus, " if kept.get("earlier") else ""
        text = document["text"][start:end]
        said = (
            f"near-duplicate of {related} ({earlier}Jaccard similarity {match['jaccard']:.2f}, "
            f"containment {match['containment']:.2f}): “{excerpt(text)}”"
        )
        confidence = max(match["jaccard"], match["containment"])
        yield places.of_clean(start, end), NEAR + "/passage", "warning", said, confidence, end - start, text, related


class _Places:
    """From offsets in a document to places in its file."""

    def __init__(self, split: tuple[str, int, bool], text: str, trail: Sequence[dict[str, Any]]) -> None:
        self.path, self.record, self.plain = split
        self.original = audit.original_text(text, trail)
        self._edits = [Edit(line["start"], line["end"], line["replacement"], line["stage"], line["rule"])
                       for line in trail if "removed" in line]  # fmt: skip
        gains = [len(edit.replacement) - (edit.end - edit.start) for edit in self._edits]
        self._gains = [0, *accumulate(gains)]
        self._clean = [edit.start + gain for edit, gain in zip(self._edits, self._gains, strict=False)]
        self._starts = [0, *(found.end() for found in re.finditer("\n", self.original))]

    def of_original(self, start: int, end: int) -> Place:
        """The place of ``original[start:end]`` without the white space around it."""
        text = self.original[start:end]
        if text.strip():
            start, end = start + len(text) - len(text.lstrip()), end - (len(text) - len(text.rstrip()))
        (line, column), (end_line, end_column) = self._at(start), self._at(end)
        if self.plain:
            return Place(self.path, line, column, end_line, end_column, line)
        return Place(self.path, self.record, text_line=line)

    def of_clean(self, start: int, end: int) -> Place:
        """The place that ``clean[start:end]`` came from."""
        return self.of_original(self._origin(start), self._origin(end - 1) + 1 if end > start else self._origin(start))

    def _origin(self, offset: int) -> int:
        """What ``documents.original_offset`` says, without going through all edits again."""
        before = bisect_right(self._clean, offset)
        if before:
            edit = self._edits[before - 1]
            if offset < self._clean[before - 1] + len(edit.replacement):
                return edit.start
        return offset - self._gains[before]

    def _at(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


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
