"""What detectors say of lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.lines import Lines

#: Those that set marks.
DETECTORS = ("rules", "fields", "captions", "threads")


class Mark(NamedTuple):
    """One detector's word on one line.

    Attributes:
        row: the line's row in ``Lines``.
        detector: ``rules``, ``fields``, ``templates``, ``captions``, ``threads`` or ``model``.
        rule: the rule's name, as reports and the audit show it.
        confidence: probability that ``action`` is right for this line.
        action: ``remove`` takes the line out, ``keep`` protects it from detectors that are less sure,
            ``note`` changes nothing (the line only gives a field).
        start, end: character offsets in the line (white space around it excluded) that the action is about;
            ``end`` -1 stands for the whole line.
        fields: what the line says of its document, for example ``{"published": "2016-11-28T11:28"}``.
    """

    row: int
    detector: str
    rule: str
    confidence: float
    action: Literal["remove", "keep", "note"] = "remove"
    start: int = 0
    end: int = -1
    fields: Mapping[str, Any] | None = None


class Marks(NamedTuple):
    """Marks as columns of one length, in the order in which they were set.

    Attributes:
        lines: how many lines they can be about.
        each: the marks.
        row: int64.
        detector: the place in ``DETECTORS``; int8.
        rank: the place of the rule's name among the names of all, sorted; int64.
        confidence: float64.
        remove, keep: is that the action?
        whole: is the mark about the whole of its line?
    """

    lines: int
    each: Sequence[Mark]
    row: NDArray[np.int64]
    detector: NDArray[np.int8]
    rank: NDArray[np.int64]
    confidence: NDArray[np.float64]
    remove: NDArray[np.bool_]
    keep: NDArray[np.bool_]
    whole: NDArray[np.bool_]

    @classmethod
    def of(cls, marks: Sequence[Mark], lines: Lines) -> Marks:
        """Take marks of some lines apart."""
        rows, detectors, names, confidences, actions, starts, ends, _ = zip(*marks, strict=True) if marks else [()] * 8
        row, start, end = (np.array(column, dtype=np.int64) for column in (rows, starts, ends))
        rank = {name: at for at, name in enumerate(sorted(set(names)))}
        return cls(
            lines=len(lines),
            each=marks,
            row=row,
            detector=np.array([*map(DETECTORS.index, detectors)], dtype=np.int8),
            rank=np.array([*map(rank.__getitem__, names)], dtype=np.int64),
            confidence=np.array(confidences, dtype=np.float64),
            remove=np.array([action == "remove" for action in actions], dtype=np.bool_),
            keep=np.array([action == "keep" for action in actions], dtype=np.bool_),
            whole=(start <= 0) & ((end < 0) | (end >= (lines.end - lines.start)[row])),
        )

    def said(self) -> dict[str, NDArray[np.float64]]:
        """Return what each detector says of each line at most, as a whole; shape (lines,)."""
        whole = self.remove & self.whole
        return {name: self._most(whole & (self.detector == at), 0.0) for at, name in enumerate(DETECTORS)}

    def kept(self) -> NDArray[np.float64]:
        """Return how sure it is of each line that it stays, -1 where nothing says so; shape (lines,)."""
        return self._most(self.keep, -1.0)

    def _most(self, some: NDArray[np.bool_], least: float) -> NDArray[np.float64]:
        most = np.full(self.lines, least)
        np.maximum.at(most, self.row[some], self.confidence[some])
        return most

    def names(self, rows: NDArray[np.int64]) -> list[str]:
        """Return for each row the rule that is surest that the line goes, or parts of it; "" if none says so."""
        some = np.flatnonzero(self.remove)
        order = some[np.lexsort((self.rank[some], self.confidence[some], self.row[some]))]
        surest = np.full(self.lines, -1, dtype=np.int64)
        surest[self.row[order]] = order  # of several the last
        return [self.each[at].rule if at >= 0 else "" for at in surest[rows].tolist()]
