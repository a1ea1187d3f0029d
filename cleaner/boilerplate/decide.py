"""The one decision: what the detectors say of each line, united, and made into edits and findings.

The evidence is added up as log-odds: the line model's, and what templates and rules add to them, with weights
that are fitted on labelled lines. A rule, a copy of an earlier line and a header field count at least as much as they
say themselves; a ``keep`` mark protects a line from all that is less sure. What is left is looked at again
until nothing more is found, so cleaning twice is cleaning once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.cuts import STAGE, cut
from cleaner.boilerplate.looks import Detectors, Look
from cleaner.boilerplate.marks import DETECTORS, Marks
from cleaner.boilerplate.model import LineModel
from cleaner.boilerplate.prose import prose
from cleaner.boilerplate.rules import RuleSet
from cleaner.boilerplate.scan import scan
from cleaner.boilerplate.templates import Templates
from cleaner.boilerplate.verdicts import Verdicts, verdicts
from cleaner.boilerplate.weigh import weigh
from cleaner.collector import paused
from cleaner.documents import Edit, Finding, apply, compose
from cleaner.lines import Lines, Texts

Level = Literal["conservative", "balanced", "aggressive"]
#: For each level the probability from which on a line is removed. Of the lines removed from extractors' texts of
#: sites that the model had not seen, 96, 90 and 82 % were boilerplate (MODEL_CARD.md).
REMOVE: Mapping[str, float] = {"conservative": 0.9, "balanced": 0.5, "aggressive": 0.3}
#: Less likely boilerplate than a removed line, but reported, from this share of the line's probability on.
REPORT = 0.6


@dataclass(frozen=True, slots=True)
class Settings:
    """The detectors to ask (None: not that one), and how sure they must be."""

    ruleset: RuleSet | None = None
    templates: Templates | None = None
    model: LineModel | None = None
    level: Level = "balanced"
    fields: bool = True
    captions: bool = True

    @property
    def detectors(self) -> Detectors:
        """The detectors alone."""
        return Detectors(self.ruleset, self.templates, self.model, self.fields, self.captions)


class Decision(NamedTuple):
    """What is to be done to one document.

    Attributes:
        edits: sorted, in offsets of the text that was given.
        findings: lines that are not quite likely enough, and a document that was left alone.
        fields: what the lines say of the document, for example ``{"authors": ["Ann Lee"]}``.

    """

    edits: list[Edit]
    findings: list[Finding]
    fields: dict[str, Any]

    @property
    def evidence(self) -> list[dict[str, float]]:
        """For each edit what each detector said, for example ``{"model": 0.97, "rules": 0.9}``."""
        return [dict(edit.evidence) for edit in self.edits]


@paused()
def find(
    lines: Lines,
    sources: Sequence[str | None],
    languages: Sequence[str | None],
    settings: Settings,
    titles: Sequence[str | None] = (),
) -> list[Decision]:
    """Decide on every line of a batch; returns one decision a document, in order.

    ``titles`` are those that the input gives: a line near the start that is its document's title stays.
    """
    look = Look.of(lines, sources, languages, titles, settings.detectors)
    found = _once(look, settings)
    findings, fields = _findings(lines, found.doubted), _fields(lines, found.marks, range(len(lines.texts)))
    decisions = [
        Decision(found.edits.get(at, []), findings.get(at, []), fields.get(at, {})) for at in range(len(lines.texts))
    ]
    inside = at = sorted(found.edits)  # the documents that are looked at again: in the look before, and in the batch
    while inside:
        look = look.again(np.array(inside), [found.edits[one] for one in inside], found.taken)
        found = _once(look, settings)
        inside = sorted(found.edits)
        fields = _fields(look.lines, found.marks, found.edits)
        for place in inside:
            more = Decision(found.edits[place], [], fields.get(place, {}))
            decisions[at[place]] = _unite(decisions[at[place]], more, lines.texts[at[place]])
        at = [at[place] for place in inside]
    return _safe(decisions, lines.texts)


class Found(NamedTuple):
    """What one look found.

    Attributes:
        edits: of each document that changes.
        taken: how many characters go with each line, shape (lines,); None if parts of lines go, too.
        doubted: what is not sure enough to go.
        marks: those of the detectors that speak of few lines.

    """

    edits: dict[int, list[Edit]]
    taken: NDArray[np.int64] | None
    doubted: Verdicts
    marks: Marks


def _once(look: Look, settings: Settings) -> Found:
    lines = look.lines
    marks = look.marks() if len(lines) else Marks.of([], lines)
    threshold = REMOVE[settings.level]
    found = verdicts(lines, marks, weigh(look, marks), threshold * REPORT)
    sure = found.confidence >= threshold
    gone = found.take(sure)
    return Found(*cut(lines, gone), found.take(~sure), marks)


def _findings(lines: Lines, doubted: Verdicts) -> dict[int, list[Finding]]:
    """Say of each document what was not sure enough."""
    findings: dict[int, list[Finding]] = {}
    begin = lines.start[doubted.row]
    starts, ends = (begin + doubted.start).tolist(), (begin + doubted.end).tolist()
    documents = lines.document[doubted.row].tolist()
    columns = (documents, starts, ends, doubted.rule, doubted.evidence, doubted.confidence.tolist())
    for document, start, end, rule, evidence, confidence in zip(*columns, strict=True):
        said = ", ".join(f"{name} {value:.2f}" for name, value in sorted(evidence, key=_by_detector))
        message = f"perhaps boilerplate ({said})"
        findings.setdefault(document, []).append(Finding(start, end, STAGE, rule, message, confidence))
    return findings


def _by_detector(said: tuple[str, float]) -> int:
    return ("model", "templates", *DETECTORS).index(said[0])


def _fields(lines: Lines, marks: Marks, documents: Container[int]) -> dict[int, dict[str, Any]]:
    """What the marks say of each of the documents; the first line that says a field counts."""
    fields: dict[int, dict[str, Any]] = {}
    telling = [(mark.row, mark.fields) for mark in marks.each if mark.fields]
    telling.sort(key=itemgetter(0))
    places = lines.document[[row for row, _ in telling]].tolist() if telling else []
    for document, (_, told) in zip(places, telling, strict=True):
        if document in documents:
            own = fields.setdefault(document, {})
            for name, value in told.items():
                own.setdefault(name, value)
    return fields


def _unite(first: Decision, more: Decision, text: str) -> Decision:
    """Put the edits of a later look at the text that ``first`` leaves behind those of ``first``."""
    edits = compose(first.edits, more.edits, text)
    ends = [edit.end for edit in edits]
    findings = []
    for finding in first.findings:
        at = bisect_right(ends, finding.start)
        if at == len(edits) or edits[at].start >= finding.end:
            findings.append(finding)
    return Decision(edits, findings, more.fields | first.fields)


def _safe(decisions: list[Decision], texts: Texts) -> list[Decision]:
    """Leave documents alone that would lose most of their text and keep nothing that reads like prose."""
    gone = [sum(edit.end - edit.start for edit in decision.edits) for decision in decisions]
    most = [at for at, size in enumerate(gone) if 2 * size > len(texts[at])]
    rest = Lines.of([apply(decisions[at].edits, texts[at]) for at in most])
    is_prose = prose(rest, scan(rest))[0]
    reads = np.bincount(rest.document, is_prose, len(most)) > 0
    for at in (at for at, stays in zip(most, reads.tolist(), strict=True) if not stays):
        share = round(100 * gone[at] / max(1, len(texts[at])))
        message = f"left alone: {share} % of the text would go, and no prose stay"
        alone = Finding(0, len(texts[at]), STAGE, "left-alone", message)
        decisions[at] = Decision([], [alone], decisions[at].fields)
    return decisions
