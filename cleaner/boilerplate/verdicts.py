"""Verdicts on lines: which are likely enough to be named, under which name, and with which evidence."""

from __future__ import annotations

from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.marks import Marks
from cleaner.boilerplate.weigh import Said
from cleaner.lines import Lines

#: The detectors that speak for a verdict, by name, and how strongly.
Evidence = tuple[tuple[str, float], ...]


class Verdicts(NamedTuple):
    """What lines, or parts of them, are to suffer: columns of one length.

    Attributes:
        row: the lines; rising for those that go as a whole.
        start, end: the part, in characters of the line.
        confidence: float64.
        rule: the names.
        evidence: for each what speaks for it.
        whole: so many are about whole lines; those on parts of lines come after them.
    """

    row: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    confidence: NDArray[np.float64]
    rule: list[str]
    evidence: list[Evidence]
    whole: int

    def take(self, wanted: NDArray[np.bool_]) -> Verdicts:
        """Return some of the verdicts, in the same order."""
        if wanted.all():
            return self
        at = np.flatnonzero(wanted)
        rule, evidence = [self.rule[place] for place in at.tolist()], [self.evidence[place] for place in at.tolist()]
        whole = int(np.count_nonzero(wanted[: self.whole]))
        return Verdicts(self.row[at], self.start[at], self.end[at], self.confidence[at], rule, evidence, whole)


def verdicts(lines: Lines, marks: Marks, said: Said, least: float) -> Verdicts:
    """Return the verdicts of at least that confidence on whole lines, and on parts of the other lines."""
    rows = np.flatnonzero(said.united >= least)
    confidence = rounded(said.united[rows])
    free = marks.kept()[rows] < confidence
    rows, confidence = rows[free], confidence[free]
    others = np.where(said.by["templates"][rows] > 0, "template", "line-model").tolist()
    names = [name or other for name, other in zip(marks.surest(rows), others, strict=True)]
    start, end = np.zeros(len(rows), dtype=np.int64), lines.end[rows] - lines.start[rows]
    whole = Verdicts(rows, start, end, confidence, names, _evidence(said, rows), len(rows))
    return _with_parts(whole, lines, marks, least)


def _with_parts(whole: Verdicts, lines: Lines, marks: Marks, least: float) -> Verdicts:
    """Add the verdicts on parts of the lines that are not spoken of as a whole."""
    spoken = np.zeros(len(lines), dtype=np.bool_)
    spoken[whole.row] = True
    parts = [mark for mark in marks.parts(least) if not spoken[mark.row]]
    if not parts:
        return whole
    ends = [len(lines.text[mark.row]) if mark.end < 0 else mark.end for mark in parts]
    return Verdicts(
        np.r_[whole.row, [mark.row for mark in parts]],
        np.r_[whole.start, [mark.start for mark in parts]],
        np.r_[whole.end, ends],
        np.r_[whole.confidence, rounded(np.array([mark.confidence for mark in parts]))],
        whole.rule + [mark.rule for mark in parts],
        whole.evidence + [((mark.detector, mark.confidence),) for mark in parts],
        whole.whole,
    )


def _evidence(said: Said, rows: NDArray[np.int64]) -> list[Evidence]:
    """For each row the detectors that speak, sorted, and what they say; made at once for rows with the same ones."""
    names = sorted(said.by)
    values = np.array([said.by[name][rows] for name in names])
    kinds = (1 << np.arange(len(names))) @ (values > 0)
    values = rounded(values)
    evidence: list[Evidence] = [()] * len(rows)
    for kind in np.unique(kinds).tolist():
        at = np.flatnonzero(kinds == kind)
        told = [zip(repeat(name), values[place][at].tolist(), strict=False)
                for place, name in enumerate(names) if kind >> place & 1]  # fmt: skip
        for place, one in zip(at.tolist(), zip(*told, strict=True), strict=bool(told)):
            evidence[place] = one
    return evidence


def rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to four places just as ``round`` does, which knows on what side of a tie a number lies."""
    scaled = values * 1e4
    near: NDArray[np.float64] = np.rint(scaled) / 1e4
    for at in zip(*np.nonzero(np.abs(scaled - np.floor(scaled) - 0.5) < 1e-6), strict=True):
        near[at] = round(float(values[at]), 4)
    return near
