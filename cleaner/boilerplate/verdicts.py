"""Verdicts on lines: which are likely enough to be named, under which name, and with which evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cleaner.boilerplate.cuts import Verdict
from cleaner.boilerplate.marks import Mark, is_whole
from cleaner.boilerplate.weigh import Said
from cleaner.lines import Lines


def verdicts(lines: Lines, marks: Mapping[int, Sequence[Mark]], said: Said, least: float) -> list[Verdict]:
    """Return the verdicts of at least that confidence on whole lines, and on parts of the other lines."""
    found = []
    rows = np.flatnonzero(said.united >= least)
    columns = {"model": said.model, "templates": said.templates, **said.others}
    each = zip(*(column[rows].tolist() for column in columns.values()), strict=True)  # far faster than one by one
    for row, united, values in zip(rows.tolist(), said.united[rows].tolist(), each, strict=True):
        confidence = round(united, 4)
        some = marks.get(row, ())
        if all(mark.confidence < confidence for mark in some if mark.action == "keep"):
            evidence = {name: round(value, 4) for name, value in zip(columns, values, strict=True) if value > 0}
            name = _name(some, "templates" in evidence)
            found.append(Verdict(row, 0, len(lines.text[row]), name, confidence, evidence))
    whole = {verdict.row for verdict in found}
    for row in sorted(marks.keys() - whole):
        for mark in marks[row]:
            if mark.action == "remove" and mark.confidence >= least and not is_whole(mark, lines):
                end = len(lines.text[row]) if mark.end < 0 else mark.end
                found.append(
                    Verdict(row, mark.start, end, mark.rule, mark.confidence, {mark.detector: mark.confidence})
                )
    return found


def _name(marks: Sequence[Mark], is_template: bool) -> str:
    """The most telling name: a rule's before that of a template, and a template's before the model's."""
    named = [mark for mark in marks if mark.action == "remove"]
    if named:
        return max(named, key=lambda mark: (mark.confidence, mark.rule)).rule
    return "template" if is_template else "line-model"
