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

from cleaner import fields as header
from cleaner.boilerplate import captions, scan
from cleaner.boilerplate.cuts import STAGE, Verdict, cut
from cleaner.boilerplate.familiar import familiar
from cleaner.boilerplate.marks import Mark
from cleaner.boilerplate.model import LineModel
from cleaner.boilerplate.places import Places
from cleaner.boilerplate.rules import RuleSet
from cleaner.boilerplate.templates import Templates
from cleaner.collector import paused
from cleaner.documents import Edit, Finding, apply, compose
from cleaner.lines import Lines

Level = Literal["conservative", "balanced", "aggressive"]
#: For each level the probability from which on a line is removed. Of the lines removed from extractors' texts of
#: sites that the model had not seen, 96, 89 and 80 % were boilerplate (MODEL_CARD.md).
REMOVE: Mapping[str, float] = {"conservative": 0.9, "balanced": 0.5, "aggressive": 0.3}
#: Log-odds: the model's weight and the intercept; what a template and a rule add, and the weight of their own.
#: Fitted by logistic regression on log-odds of lines whose site the model had not seen; the intercept is raised.
MODEL, INTERCEPT = 0.87, -0.2
TEMPLATE, RULE = (1.03, 1.13), (1.2, 0.52)
#: A template that is as sure as this removes a line at the balanced level whatever the model says.
CERTAIN, ALONE = 0.93, 0.75
#: A document that has more short lines than this between its paragraphs, and would lose less than that share of
#: all its lines, is rather a list or a table than a page: there a line needs CAUTION more log-odds.
INSIDE, PAGE, CAUTION = 40, 0.65, 2.0
#: A sentence amid the article that the model takes for content as surely as this is no boilerplate by a rule alone.
CONTENT, DOUBT = 0.25, 0.45
_ENDS, _QUOTES = (".", "!", "…"), "\"'”’»)"
#: So much more log-odds a line needs in a document that is not in English, which is all that the model has learned.
UNFAMILIAR = 3.0
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
    known = Known(lines, scan.scan(lines), {}, {})
    decisions = _once(lines, known.seen, sources, languages, settings, known)
    again = [at for at, decision in enumerate(decisions) if decision.edits]
    texts = {at: apply(decisions[at].edits, lines.texts[at]) for at in again}
    while again:
        left = Lines.of([texts[at] for at in again])
        found = _once(
            left,
            scan.again(left, lines, known.seen),
            [sources[at] for at in again],
            [languages[at] for at in again],
            settings,
            known,
        )
        changed = []
        for at, more in zip(again, found, strict=True):
            if more.edits:
                decisions[at] = _unite(decisions[at], more, lines.texts[at])
                texts[at] = apply(more.edits, texts[at])
                changed.append(at)
        again = changed
    return _safe(decisions, lines.texts)


class Known(NamedTuple):
    """What the first look at a batch has found: later looks see few other lines.

    Attributes:
        lines, seen: the lines of the first look, and their scan.
        hits: see ``RuleSet.match``.
        headers: see ``fields.match``.
    """

    lines: Lines
    seen: scan.Scan
    hits: dict[str, list[int]]
    headers: header.Known


def _once(
    lines: Lines,
    seen: scan.Scan,
    sources: Sequence[str | None],
    languages: Sequence[str | None],
    settings: Settings,
    known: Known,
) -> list[Decision]:
    decisions = [Decision([], [], {}) for _ in lines.texts]
    if not len(lines):
        return decisions
    marks = _marks(lines, languages, settings, known)
    said = _weigh(lines, seen, sources, marks, settings)
    removed: dict[int, list[Verdict]] = {}
    threshold = REMOVE[settings.level]
    for verdict in _verdicts(lines, marks, said, threshold * REPORT):
        document = int(lines.document[verdict.row])
        if verdict.confidence >= threshold:
            removed.setdefault(document, []).append(verdict)
        else:
            decisions[document].findings.append(_finding(verdict, lines))
    for row in sorted(marks):
        for mark in marks[row]:
            for name, value in (mark.fields or {}).items():
                decisions[int(lines.document[row])].fields.setdefault(name, value)
    for document, verdicts in removed.items():
        decisions[document].edits.extend(cut(lines, document, verdicts))
    return decisions


def _marks(lines: Lines, languages: Sequence[str | None], settings: Settings, known: Known) -> dict[int, list[Mark]]:
    """Return the marks of the detectors that speak of few lines, by row."""
    found: list[Mark] = []
    places = Places.of(lines)
    if settings.ruleset is not None:
        found += settings.ruleset.match(lines, languages, places, known.hits)
    if settings.fields:
        found += header.match(lines, found, places, known.headers)
    if settings.captions:
        found += captions.match(lines)
    rows: dict[int, list[Mark]] = {}
    for mark in found:
        rows.setdefault(mark.row, []).append(mark)
    return rows


class Said(NamedTuple):
    """For each line the probability that it is boilerplate, by all detectors, and by each; float64 (lines,)."""

    united: NDArray[np.float64]
    model: NDArray[np.float64]
    templates: NDArray[np.float64]
    others: dict[str, NDArray[np.float64]]


def _weigh(
    lines: Lines,
    seen: scan.Scan,
    sources: Sequence[str | None],
    marks: Mapping[int, Sequence[Mark]],
    settings: Settings,
) -> Said:
    others = {name: np.zeros(len(lines)) for name in ("rules", "fields", "captions", "threads")}
    for row, some in marks.items():
        for mark in some:
            if mark.action == "remove" and _is_whole(mark, lines):
                others[mark.detector][row] = max(others[mark.detector][row], mark.confidence)
    none = np.zeros(len(lines))
    template = none if settings.templates is None else settings.templates.evidence(lines, sources, seen)
    rule = others["rules"]
    certain = np.maximum.reduce([others["captions"], others["fields"], others["threads"]])
    alone = np.maximum(rule, certain)
    if settings.model is None:
        return Said(1 - (1 - template) * (1 - alone), none, template, others)
    logit = settings.model.logit(lines, seen)
    english = familiar(lines, seen)
    total = INTERCEPT + MODEL * logit - UNFAMILIAR * ~english
    for confidence, (base, weight) in ((template, TEMPLATE), (rule, RULE)):
        total += np.where(confidence > 0, base + weight * _logit(np.clip(confidence, 0.05, 0.97)), 0)
    united = _probability(total - CAUTION * _is_list(lines, seen, total))
    united = np.maximum(united, np.where(template >= CERTAIN, ALONE, 0))
    united, said = np.maximum(united, alone), _probability(logit)
    by_rule = (rule > 0) & (certain == 0) & (template < CERTAIN)
    doubtful = by_rule & english & (said < CONTENT) & _is_inside(lines, seen)
    for row in np.flatnonzero(doubtful).tolist():
        if lines.text[row].rstrip(_QUOTES).endswith(_ENDS):
            united[row] = min(united[row], DOUBT)
    return Said(united, said, template, others)


def _is_inside(lines: Lines, seen: scan.Scan) -> NDArray[np.bool_]:
    """Say which lines have a paragraph of prose somewhere before and somewhere after them."""
    number = np.zeros(len(lines) + 1, dtype=np.int64)
    np.cumsum(scan.prose(lines, seen)[0], out=number[1:])
    low, high = lines.first[:-1][lines.document], lines.first[1:][lines.document]
    return np.asarray((number[:-1] > number[low]) & (number[high] > number[1:]))


def _is_list(lines: Lines, seen: scan.Scan, total: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which lines stand between the paragraphs of a document that is rather a list than a page."""
    is_prose, inside = scan.prose(lines, seen)[0], _is_inside(lines, seen)
    going = total > 0
    many = np.bincount(lines.document, inside & (is_prose == 0), len(lines.texts)) > INSIDE
    page = np.bincount(lines.document, going, len(lines.texts)) >= PAGE * np.diff(lines.first)
    return inside & (many & ~page)[lines.document]


def _logit(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log(probability / (1 - probability))


def _probability(logit: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.clip(logit, -30, 30)))


def _is_whole(mark: Mark, lines: Lines) -> bool:
    return mark.start <= 0 and (mark.end < 0 or mark.end >= len(lines.text[mark.row]))


def _verdicts(lines: Lines, marks: Mapping[int, Sequence[Mark]], said: Said, least: float) -> list[Verdict]:
    """Return the verdicts of at least that confidence on whole lines, and on parts of the other lines."""
    verdicts = []
    rows = np.flatnonzero(said.united >= least)
    columns = {"model": said.model, "templates": said.templates, **said.others}
    each = zip(*(column[rows].tolist() for column in columns.values()), strict=True)  # far faster than one by one
    for row, united, values in zip(rows.tolist(), said.united[rows].tolist(), each, strict=True):
        confidence = round(united, 4)
        some = marks.get(row, ())
        if all(mark.confidence < confidence for mark in some if mark.action == "keep"):
            evidence = {name: round(value, 4) for name, value in zip(columns, values, strict=True) if value > 0}
            name = _name(some, "templates" in evidence)
            verdicts.append(Verdict(row, 0, len(lines.text[row]), name, confidence, evidence))
    whole = {verdict.row for verdict in verdicts}
    for row in sorted(marks.keys() - whole):
        for mark in marks[row]:
            if mark.action == "remove" and mark.confidence >= least and not _is_whole(mark, lines):
                end = len(lines.text[row]) if mark.end < 0 else mark.end
                verdicts.append(
                    Verdict(row, mark.start, end, mark.rule, mark.confidence, {mark.detector: mark.confidence})
                )
    return verdicts


def _name(marks: Sequence[Mark], is_template: bool) -> str:
    """The most telling name: a rule's before that of a template, and a template's before the model's."""
    named = [mark for mark in marks if mark.action == "remove"]
    if named:
        return max(named, key=lambda mark: (mark.confidence, mark.rule)).rule
    return "template" if is_template else "line-model"


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
    is_prose = scan.prose(rest, scan.scan(rest))[0]
    reads = np.bincount(rest.document, is_prose, len(most)) > 0
    for at in (at for at, stays in zip(most, reads.tolist(), strict=True) if not stays):
        share = round(100 * gone[at] / max(1, len(texts[at])))
        message = f"left alone: {share} % of the text would go, and no prose stay"
        alone = Finding(0, len(texts[at]), STAGE, "left-alone", message)
        decisions[at] = Decision([], [alone], decisions[at].fields)
    return decisions
