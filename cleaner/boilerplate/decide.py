"""The one decision: what the detectors say of each line, united, and made into edits and findings.

Each detector gives marks with a probability. They are taken as independent witnesses: the probability that a
line stays content is the product of what each leaves (noisy-or); a ``keep`` mark protects a line from all that
are less sure. What is left is looked at again until nothing more is found, so cleaning twice is cleaning once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from cleaner import fields as header
from cleaner.boilerplate import captions, scan
from cleaner.boilerplate.marks import Mark
from cleaner.boilerplate.model import LineModel
from cleaner.boilerplate.rules import RuleSet
from cleaner.boilerplate.templates import Templates
from cleaner.documents import Edit, Finding, apply, compose
from cleaner.lines import Lines

Level = Literal["conservative", "balanced", "aggressive"]
STAGE = "boilerplate"
#: For each level the probability from which on a line is removed.
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


class Decision(NamedTuple):
    """What is to be done to one document.

    Attributes:
        edits: sorted, in offsets of the text that was given.
        findings: lines that are not quite likely enough, and a document that was left alone.
        fields: what the lines say of the document, for example ``{"authors": ["Ann Lee"]}``.
        evidence: for each edit what each detector said, for example ``{"model": 0.97, "rules": 0.9}``.

    """

    edits: list[Edit]
    findings: list[Finding]
    fields: dict[str, Any]
    evidence: list[dict[str, float]]


class Verdict(NamedTuple):
    """What one line, or the part of it from ``start`` to ``end``, is to suffer."""

    row: int
    start: int
    end: int
    rule: str
    confidence: float
    evidence: dict[str, float]


def find(
    lines: Lines, sources: Sequence[str | None], languages: Sequence[str | None], settings: Settings
) -> list[Decision]:
    """Decide on every line of a batch; returns one decision a document, in order."""
    decisions = _once(lines, sources, languages, settings)
    again = [at for at, decision in enumerate(decisions) if decision.edits]
    texts = {at: apply(decisions[at].edits, lines.texts[at]) for at in again}
    while again:
        found = _once(
            Lines.of([texts[at] for at in again]),
            [sources[at] for at in again],
            [languages[at] for at in again],
            settings,
        )
        changed = []
        for at, more in zip(again, found, strict=True):
            if more.edits:
                decisions[at] = _unite(decisions[at], more, lines.texts[at])
                texts[at] = apply(more.edits, texts[at])
                changed.append(at)
        again = changed
    return [_safe(decision, text) for decision, text in zip(decisions, lines.texts, strict=True)]


def _once(
    lines: Lines, sources: Sequence[str | None], languages: Sequence[str | None], settings: Settings
) -> list[Decision]:
    marks = _marks(lines, sources, languages, settings)
    decisions = [Decision([], [], {}, []) for _ in lines.texts]
    removed: dict[int, list[Verdict]] = {}
    threshold = REMOVE[settings.level]
    for row in sorted(marks):
        document = int(lines.document[row])
        for mark in marks[row]:
            for name, value in (mark.fields or {}).items():
                decisions[document].fields.setdefault(name, value)
        for verdict in _verdicts(row, marks[row], lines):
            if verdict.confidence >= threshold:
                removed.setdefault(document, []).append(verdict)
            elif verdict.confidence >= threshold * REPORT:
                decisions[document].findings.append(_finding(verdict, lines))
    for document, verdicts in removed.items():
        for edit, evidence in cut(lines, document, verdicts):
            decisions[document].edits.append(edit)
            decisions[document].evidence.append(evidence)
    return decisions


def _marks(
    lines: Lines, sources: Sequence[str | None], languages: Sequence[str | None], settings: Settings
) -> dict[int, list[Mark]]:
    """The marks of all detectors by row; rows without any are missing."""
    found: list[Mark] = []
    if settings.ruleset is not None:
        found += settings.ruleset.match(lines, languages)
    if settings.fields:
        found += header.match(lines)
    if settings.captions:
        found += captions.match(lines)
    if settings.templates is not None:
        found += settings.templates.match(lines, sources)
    if settings.model is not None:
        probability = settings.model.probability(lines)
        found += [
            Mark(int(row), "model", "line-model", float(probability[row])) for row in np.flatnonzero(probability > 0.1)
        ]
    rows: dict[int, list[Mark]] = {}
    for mark in found:
        rows.setdefault(mark.row, []).append(mark)
    return rows


def _verdicts(row: int, marks: Sequence[Mark], lines: Lines) -> list[Verdict]:
    """Unite the marks of one line: one verdict on the whole line, or one for each part of it."""
    length = len(lines.text[row])
    keep = max((mark.confidence for mark in marks if mark.action == "keep"), default=0.0)
    removing = [mark for mark in marks if mark.action == "remove"]
    whole = [mark for mark in removing if mark.start <= 0 and (mark.end < 0 or mark.end >= length)]
    verdicts = []
    if whole:
        best = max(whole, key=lambda mark: (mark.confidence, mark.detector != "model", mark.rule))
        stays, evidence = 1.0, dict[str, float]()
        for mark in whole:
            evidence[mark.detector] = round(max(evidence.get(mark.detector, 0.0), mark.confidence), 4)
        for confidence in evidence.values():
            stays *= 1 - confidence
        if keep < max(evidence.values()):
            verdicts.append(Verdict(row, 0, length, best.rule, round(1 - stays, 4), evidence))
    for mark in removing:
        if mark not in whole and mark.confidence > keep:
            end = length if mark.end < 0 else mark.end
            verdicts.append(Verdict(row, mark.start, end, mark.rule, mark.confidence, {mark.detector: mark.confidence}))
    return verdicts


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


def cut(lines: Lines, document: int, verdicts: Sequence[Verdict]) -> list[tuple[Edit, dict[str, float]]]:
    """Return the edits that take lines out of a document with their breaks, so that paragraphs stay apart.

    Of the breaks around a run of removed lines the widest stays: lines before it go with the break in front of
    them, lines behind it with the break that follows. At the start of the text the following breaks go, at its
    end the preceding ones.
    """
    whole = {
        verdict.row: verdict for verdict in verdicts if verdict.end - verdict.start >= len(lines.text[verdict.row])
    }
    edits = []
    for verdict in verdicts:
        if verdict.row not in whole:
            at = int(lines.start[verdict.row])
            edits.append((_edit(at + verdict.start, at + verdict.end, verdict), verdict.evidence))
    rows = sorted(whole)
    low, high = int(lines.first[document]), int(lines.first[document + 1])
    at = 0
    while at < len(rows):
        end = at + 1
        while end < len(rows) and rows[end] == rows[end - 1] + 1:
            end += 1
        edits += _cut_run(lines, document, [whole[row] for row in rows[at:end]], low, high)
        at = end
    return _apart(sorted(edits, key=lambda pair: pair[0]))


def _cut_run(
    lines: Lines, document: int, run: Sequence[Verdict], low: int, high: int
) -> list[tuple[Edit, dict[str, float]]]:
    text = lines.texts[document]
    rows = [verdict.row for verdict in run]
    gaps = [_gap(text, lines, row, low, high) for row in range(rows[0], rows[-1] + 2)]
    if rows[0] == low:
        kept = 0
    elif rows[-1] + 1 == high:
        kept = len(gaps) - 1
    else:
        kept = max(range(len(gaps)), key=lambda at: (text.count("\n", *gaps[at]), -at))
    edits = []
    for at, verdict in enumerate(run):
        start, end = (gaps[at][0], gaps[at + 1][0]) if at < kept else (gaps[at][1], gaps[at + 1][1])
        edits.append((_edit(start, end, verdict), verdict.evidence))
    return edits


def _gap(text: str, lines: Lines, row: int, low: int, high: int) -> tuple[int, int]:
    """The line breaks and blank lines in front of a row: from the line feed that ends the line before."""
    start = 0 if row == low else text.find("\n", int(lines.end[row - 1]))
    if row == high:
        return (len(text) if start < 0 else start), len(text)
    return start, text.rfind("\n", 0, int(lines.start[row])) + 1


def _edit(start: int, end: int, verdict: Verdict) -> Edit:
    return Edit(start, end, "", STAGE, verdict.rule, verdict.confidence)


def _apart(edits: list[tuple[Edit, dict[str, float]]]) -> list[tuple[Edit, dict[str, float]]]:
    """Of edits that overlap (parts of one line, found by several rules) the first stays."""
    kept: list[tuple[Edit, dict[str, float]]] = []
    for edit, evidence in edits:
        if edit.end > edit.start and (not kept or edit.start >= kept[-1][0].end):
            kept.append((edit, evidence))
    return kept


def _unite(first: Decision, more: Decision, text: str) -> Decision:
    """Put the edits of a later look at the text that ``first`` leaves behind those of ``first``."""
    edits = compose(first.edits, more.edits, text)
    known = {edit.rule: evidence for edit, evidence in zip(first.edits, first.evidence, strict=True)}
    known |= {edit.rule: evidence for edit, evidence in zip(more.edits, more.evidence, strict=True)}
    return Decision(edits, first.findings, more.fields | first.fields, [known.get(edit.rule, {}) for edit in edits])


def _safe(decision: Decision, text: str) -> Decision:
    """Leave a document alone that would lose most of its text and keep nothing that reads like prose."""
    left = sum(edit.end - edit.start for edit in decision.edits)
    if 2 * left <= len(text):
        return decision
    rest = Lines.of([apply(decision.edits, text)])
    if len(rest) and scan.prose(rest, scan.scan(rest))[0].any():
        return decision
    share = round(100 * left / max(1, len(text)))
    alone = Finding(0, len(text), STAGE, "left-alone", f"left alone: {share} % of the text would go, and no prose stay")
    return Decision([], [alone], decision.fields, [])
