"""What a result consists of, as types: documents, edits, findings, pairs, clusters, rejected records.

Each is made from a line of the file that ``cleaner run`` writes. Offsets are half-open and count characters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple, Self

from cleaner.documents import Edit


class Copy(NamedTuple):
    """A passage, ``text[start:end]`` of the clean text of the document ``id``.

    ``earlier`` says that the document is of an earlier corpus, one that was compared with. ``source`` is known in
    clusters only.
    """

    id: str
    start: int
    end: int
    earlier: bool = False
    source: str | None = None

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Self:
        """From its place in a file."""
        return cls(line["id"], line["start"], line["end"], line.get("earlier") or False, line.get("source"))


class NearDuplicate(NamedTuple):
    """A passage of a document, ``text[start:end]``, that is a near-duplicate of the copy ``kept``.

    Attributes:
        jaccard: Jaccard similarity of both sets of shingles, 0 to 1.
        containment: share of the smaller set of shingles that the other has, 0 to 1.
        covered: share of this passage's shingles that the kept copy has, 0 to 1.
    """

    start: int
    end: int
    cluster: int
    jaccard: float
    containment: float
    covered: float
    kept: Copy


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """A document: what goes in, and what comes out clean.

    Attributes:
        text: characters; clean in a result.
        id: names it in the whole corpus; one without is named by its place.
        source: the outlet or site. Lines that repeat are looked for within a source.
        published, updated: dates, as written or as ISO 8601.
        ambiguous: names of the dates that stay as written, since nothing shows which number is the month.
        near_duplicates: the passages of it that other documents have too; not read from an input.
        near_duplicate_share: share of its passages, by characters, of which the kept copies have nearly all.
        location: where the record was read; not read from an input.
        metadata: all other fields.
    """

    text: str
    id: str = ""
    source: str | None = None
    url: str | None = None
    title: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    updated: str | None = None
    agency: str | None = None
    section: str | None = None
    place: str | None = None
    photo_credit: str | None = None
    language: str | None = None
    ambiguous: tuple[str, ...] = ()
    near_duplicates: tuple[NearDuplicate, ...] = ()
    near_duplicate_share: float = 0.0
    location: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Self:
        """From a record of the corpus."""
        known = {one.name: line[one.name] for one in fields(cls) if one.name in line}
        near = tuple(NearDuplicate(**{**one, "kept": Copy.of(one["kept"])}) for one in line["near_duplicates"])
        lists = {name: tuple(line[name] or ()) for name in ("authors", "ambiguous")}
        return cls(**{**known, **lists, "near_duplicates": near})

    def __repr__(self) -> str:
        named = {"id": self.id, "title": self.title, "source": self.source}
        said = [f"{name}={value!r}" for name, value in named.items() if value]
        start = self.text[:40] + "…" * (len(self.text) > 40)
        near = [f"{len(self.near_duplicates):,} near-duplicate passages"] if self.near_duplicates else []
        return f"<Document {', '.join([*said, f'{len(self.text):,} characters: {start!r}', *near])}>"


class DocumentEdit(NamedTuple):
    """An edit of the document ``id``: ``original[start:end]``, which is ``removed``, became ``replacement``."""

    id: str
    start: int
    end: int
    removed: str
    replacement: str
    stage: str
    rule: str
    confidence: float
    evidence: dict[str, float]

    @property
    def edit(self) -> Edit:
        """The edit by itself, as ``cleaner.apply`` takes it."""
        evidence = tuple(self.evidence.items())
        return Edit(self.start, self.end, self.replacement, self.stage, self.rule, self.confidence, evidence)


class DocumentFinding(NamedTuple):
    """Something seen in the original of the document ``id`` and left as it is, or how its bytes became text.

    Or what was repaired in its title, whose offsets ``start`` and ``end`` then are.
    """

    id: str
    start: int
    end: int
    stage: str
    rule: str
    message: str
    confidence: float

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Self:
        """From a line of the audit that is no edit."""
        if "codec" in line:
            odd = len(line.get("odd", ()))
            said = f"read as {line['codec']}" + (f"; {odd:,} places are not {line['codec']}" if odd else "")
            return cls(line["id"], 0, 0, line["stage"], line["rule"], said, 1.0)
        if "field" in line:
            said = f"in the {line['field']} {line['was']!r} became {line['replacement']!r}"
            return cls(**{name: line.get(name, said) for name in cls._fields})
        return cls(**{name: line[name] for name in cls._fields})


class Pair(NamedTuple):
    """Two passages that were compared and found near-duplicate.

    Attributes:
        a, b: the passages, ``a`` before ``b`` by id and start.
        a_shared, b_shared: the run of text that both share, as offsets in each document.
        a_covered, b_covered: share of each passage's shingles that the other one has, 0 to 1.
        shared_words: words in shared shingles.
        jaccard, containment: similarity of their sets of shingles, 0 to 1.
        common: words that both have in common.
        places, numerals, names: places where they differ, and those where both have other numerals or other names.
        reason: what made them a pair.
    """

    a: Copy
    b: Copy
    a_shared: tuple[int, int]
    b_shared: tuple[int, int]
    a_covered: float
    b_covered: float
    shared_words: int
    jaccard: float
    containment: float
    common: int
    places: int
    numerals: int
    names: int
    reason: str

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Self:
        """From a line of ``pairs.jsonl``."""
        a, b = line["a"], line["b"]
        sides: tuple[Any, ...] = tuple(each for one in zip(_side(a), _side(b), strict=True) for each in one)
        return cls(*sides, *(line[name] for name in cls._fields[6:]))


def _side(place: Mapping[str, Any]) -> tuple[Copy, tuple[int, ...], float]:
    return Copy.of(place), tuple(place["shared"]), place["covered"]


class Member(NamedTuple):
    """A passage of a cluster, as it compares with the kept copy."""

    copy: Copy
    jaccard: float
    containment: float
    covered: float


class Cluster(NamedTuple):
    """Passages that are near-duplicates of the copy that is kept, each compared with that very copy."""

    cluster: int
    kept: Copy
    members: tuple[Member, ...]

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Self:
        """From a line of ``clusters.jsonl``."""
        names = ("jaccard", "containment", "covered")
        members = tuple(Member(Copy.of(one), *(one[name] for name in names)) for one in line["members"])
        return cls(line["cluster"], Copy.of(line["kept"]), members)


class Template(NamedTuple):
    """A line that repeats across a source.

    Attributes:
        source: empty for documents without one.
        text: with digits and dates folded.
        documents, days: in how many documents it stands, and on how many days these were published.
        share: share of the source's documents that it stands in, 0 to 1.
        position: ``start``, ``end``, ``inside`` or ``mixed``.
    """

    source: str
    text: str
    documents: int
    share: float
    days: int
    position: str
    confidence: float


class Rejected(NamedTuple):
    """A record that was not used: where it stands, its id if it has one, and why."""

    location: str
    id: str | None
    reason: str
