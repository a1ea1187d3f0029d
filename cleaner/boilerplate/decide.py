"""The one decision: what the detectors say of each line, united, and made into edits and findings.

The evidence is added up as log-odds: the line model's, and what templates and rules add to them, with weights
that are fitted on labelled lines. A rule, a copy of an earlier line and a header field count at least as much as they
say themselves; a ``keep`` mark protects a line from all that is less sure. What is left is looked at again
until nothing more is found, so cleaning twice is cleaning once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.cuts import STAGE, Verdict, cut
from cleaner.boilerplate.looks import Detectors, Look
from cleaner.boilerplate.model import LineModel
from cleaner.boilerplate.prose import prose
from cleaner.boilerplate.rules import RuleSet
from cleaner.boilerplate.scan import scan
from cleaner.boilerplate.templates import Templates
from cleaner.boilerplate.verdicts import verdicts
from cleaner.boilerplate.weigh import weigh
from cleaner.collector import paused
from cleaner.documents import Edit, Finding, apply, compose
from cleaner.lines import Lines

Level = Literal["conservative", "balanced", "aggressive"]
#: For each level the probability from which on a line is removed. Of the lines removed from extractors' texts of
#: sites that the model had not seen, 96, 88 and 80 % were boilerplate (MODEL_CARD.md).
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
    lines: Lines, sources: Sequence[str | None], languages: Sequence[str | None], settings: Settings
) -> list[Decision]:
    """Decide on every line of a batch; returns one decision a document, in order."""
    look = Look.of(lines, sources, languages, settings.detectors)
    decisions, gone = _once(look, settings)
    at = [document for document, decision in enumerate(decisions) if decision.edits]
    found = [decisions[document] for document in at]
    inside = np.array(at, dtype=np.int64)  # the documents of the look that are looked at again
    while at:
        look = look.again(inside, [decision.edits for decision in found], gone)
        more, gone = _once(look, settings)
        changed = [place for place, decision in enumerate(more) if decision.edits]
        for place in changed:
            decisions[at[place]] = _unite(decisions[at[place]], more[place], lines.texts[at[place]])
        at, found = [at[place] for place in changed], [more[place] for place in changed]
        inside = np.array(changed, dtype=np.int64)
    return _safe(decisions, lines.texts)


def _once(look: Look, settings: Settings) -> tuple[list[Decision], NDArray[np.bool_] | None]:
    """Return a decision for each document, and which lines go; None if parts of lines go, too."""
    lines = look.lines
    decisions = [Decision([], [], {}) for _ in lines.texts]
    gone = np.zeros(len(lines), dtype=np.bool_)
    if not len(lines):
        return decisions, gone
    marks = look.marks()
    said = weigh(look, marks)
    removed: dict[int, list[Verdict]] = {}
    threshold = REMOVE[settings.level]
    whole = True
    documents = lines.document.tolist()
    for verdict in verdicts(lines, marks, said, threshold * REPORT):
        document = documents[verdict.row]
        if verdict.confidence >= threshold:
            removed.setdefault(document, []).append(verdict)
            gone[verdict.row] = True
            whole = whole and verdict.end - verdict.start >= len(lines.text[verdict.row])
        else:
            decisions[document].findings.append(_finding(verdict, lines))
    for row in sorted(marks):
        for mark in marks[row]:
            for name, value in (mark.fields or {}).items():
                decisions[documents[row]].fields.setdefault(name, value)
    for document, some in removed.items():
        decisions[document].edits.extend(cut(lines, document, some))
    return decisions, gone if whole else None


def _finding(verdict: Verdict, lines: Lines) -> Finding:
    start = int(lines.start[verdict.row])
    said = ", ".join(f"{name} {value:.2f}" for name, value in verdict.evidence.items())
    return Finding(
        start + verdict.start,
        start + verdict.end,
        STAGE,
        verdict.rule,
        f"perhaps boilerplate ({said})",
        verdict.confidence,
    )


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


def _safe(decisions: list[Decision], texts: Sequence[str]) -> list[Decision]:
    """Leave documents alone that would lose most of their text and keep nothing that reads like prose."""
    gone = [sum(edit.end - edit.start for edit in decision.edits) for decision in decisions]
    most = [at for at, text in enumerate(texts) if 2 * gone[at] > len(text)]
    rest = Lines.of([apply(decisions[at].edits, texts[at]) for at in most])
    is_prose = prose(rest, scan(rest))[0]
    reads = np.bincount(rest.document, is_prose, len(most)) > 0
    for at in (at for at, stays in zip(most, reads.tolist(), strict=True) if not stays):
        share = round(100 * gone[at] / max(1, len(texts[at])))
        message = f"left alone: {share} % of the text would go, and no prose stay"
        alone = Finding(0, len(texts[at]), STAGE, "left-alone", message)
        decisions[at] = Decision([], [alone], decisions[at].fields)
    return decisions
