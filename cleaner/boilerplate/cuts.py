"""Edits that take lines out of a text with their line breaks, so that paragraphs stay apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cleaner.documents import Edit
from cleaner.lines import Lines

STAGE = "boilerplate"


class Verdict(NamedTuple):
    """What one line, or the part of it from ``start`` to ``end``, is to suffer."""

    row: int
    start: int
    end: int
    rule: str
    confidence: float
    evidence: dict[str, float]


def cut(lines: Lines, document: int, verdicts: Sequence[Verdict]) -> list[Edit]:
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
            edits.append(_edit(at + verdict.start, at + verdict.end, verdict))
    rows = sorted(whole)
    low, high = int(lines.first[document]), int(lines.first[document + 1])
    at = 0
    while at < len(rows):
        end = at + 1
        while end < len(rows) and rows[end] == rows[end - 1] + 1:
            end += 1
        edits += _cut_run(lines, document, [whole[row] for row in rows[at:end]], low, high)
        at = end
    return _apart(sorted(edits))


def _cut_run(lines: Lines, document: int, run: Sequence[Verdict], low: int, high: int) -> list[Edit]:
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
        edits.append(_edit(start, end, verdict))
    return edits


def _gap(text: str, lines: Lines, row: int, low: int, high: int) -> tuple[int, int]:
    """The line breaks and blank lines in front of a row: from the line feed that ends the line before."""
    start = 0 if row == low else text.find("\n", int(lines.end[row - 1]))
    if row == high:
        return (len(text) if start < 0 else start), len(text)
    return start, text.rfind("\n", 0, int(lines.start[row])) + 1


def _edit(start: int, end: int, verdict: Verdict) -> Edit:
    evidence = tuple(sorted(verdict.evidence.items()))
    return Edit(start, end, "", STAGE, verdict.rule, verdict.confidence, evidence)


def _apart(edits: list[Edit]) -> list[Edit]:
    """Of edits that overlap (parts of one line, found by several rules) the first stays."""
    kept: list[Edit] = []
    for edit in edits:
        if edit.end > edit.start and (not kept or edit.start >= kept[-1].end):
            kept.append(edit)
    return kept
