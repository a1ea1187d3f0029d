"""Edits that take lines out of a text with their line breaks, so that paragraphs stay apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.verdicts import Verdicts
from cleaner.documents import Edit
from cleaner.lines import Lines

STAGE = "boilerplate"


def cut(lines: Lines, verdicts: Verdicts) -> tuple[dict[int, list[Edit]], NDArray[np.int64] | None]:
    """Return what takes out the lines, and parts of lines, of the verdicts.

    That is the edits of each document that changes, and how many characters go with each line (lines,), or None if
    parts of lines go.
    """
    start, end = lines.start[verdicts.row] + verdicts.start, lines.start[verdicts.row] + verdicts.end
    whole = verdicts.whole
    start[:whole], end[:whole] = places(lines, verdicts.row[:whole])
    columns = (verdicts.rule, verdicts.confidence.tolist(), verdicts.evidence)
    made = [*map(Edit._make, zip(start.tolist(), end.tolist(), repeat(""), repeat(STAGE), *columns))]
    documents = lines.document[verdicts.row]
    bounds = np.r_[np.flatnonzero(np.diff(documents[:whole], prepend=-1)), whole]
    spans = zip(documents[bounds[:-1]].tolist(), bounds.tolist(), bounds[1:].tolist(), strict=False)
    edits = {document: made[low:high] for document, low, high in spans}
    if whole < len(made):
        parts = documents[whole:].tolist()
        for document, edit in zip(parts, made[whole:], strict=True):
            edits.setdefault(document, []).append(edit)
        for document in parts:
            edits[document] = _apart(sorted(edits[document]))
        return {document: some for document, some in edits.items() if some}, None
    taken = np.zeros(len(lines), dtype=np.int64)
    taken[verdicts.row] = end - start
    return edits, taken


def places(lines: Lines, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where cuts start and end that take rising rows out with their breaks, so that paragraphs stay apart.

    Of the breaks around a run of removed lines the widest stays: lines before it go with the break in front of
    them, lines behind it with the break that follows. At the start of the text the following breaks go, at its
    end the preceding ones.
    """
    if not len(rows):
        return rows, rows
    document = lines.document[rows]
    low, high = lines.first[document], lines.first[document + 1]
    begins = np.r_[True, np.diff(rows) > 1] | (rows == low)
    run = np.cumsum(begins) - 1
    before = rows < _kept(lines, rows, np.flatnonzero(begins), run)[run]
    start = np.where(before, lines.feed[rows - 1], lines.begin[rows])
    end = np.where(before, lines.feed[rows], np.r_[lines.begin, 0][rows + 1])
    for at in np.flatnonzero(~before & (rows + 1 == high)).tolist():
        end[at] = len(lines.texts[int(document[at])])
    return start, end


def _kept(lines: Lines, rows: NDArray[np.int64], at: NDArray[np.int64], run: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each run of rows, which begin at ``at``, the line in front of which the break stays."""
    first, last = rows[at], rows[np.r_[at[1:], len(rows)] - 1]
    document = lines.document[first]
    widest = np.maximum.reduceat(lines.breaks[rows], at)
    wide = np.flatnonzero(lines.breaks[rows] == widest[run])
    kept = rows[wide[np.unique(run[wide], return_index=True)[1]]]
    kept = np.where(np.r_[lines.breaks, 0][last + 1] > widest, last + 1, kept)
    kept = np.where(last + 1 == lines.first[document + 1], last + 1, kept)
    return np.where(first == lines.first[document], first, kept)


def _apart(edits: Sequence[Edit]) -> list[Edit]:
    """Of edits that overlap (parts of one line, found by several rules) the first stays."""
    kept: list[Edit] = []
    for edit in edits:
        if edit.end > edit.start and (not kept or edit.start >= kept[-1].end):
            kept.append(edit)
    return kept
