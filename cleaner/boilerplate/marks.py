"""What detectors say of lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.lines import Lines

#: Those that set marks.
DETECTORS = ("rules", "fields", "captions", "threads")
#: What a mark says is to be done with its line.
Action = Literal["remove", "keep", "note"]


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
    action: Action = "remove"
    start: int = 0
    end: int = -1
    fields: Mapping[str, Any] | None = None


class Marks(NamedTuple):
    """Marks as columns of one length.

    Attributes:
        lines: how many lines they can be about.
        names: of rules, in any order.
        each: the last so many of the marks themselves; those before are about whole lines and give no fields.
        row: int64.
        detector: the place in ``DETECTORS``; int8.
        rule: the place in ``names``; int64.
        confidence: float64.
        remove, keep: is that the action?
        whole: is the mark about the whole of its line?
    """

    lines: int
    names: Sequence[str]
    each: Sequence[Mark]
    row: NDArray[np.int64]
    detector: NDArray[np.int8]
    rule: NDArray[np.int64]
    confidence: NDArray[np.float64]
    remove: NDArray[np.bool_]
    keep: NDArray[np.bool_]
    whole: NDArray[np.bool_]

    @classmethod
    def of(cls, marks: Sequence[Mark], lines: Lines) -> Marks:
        """Take marks of some lines apart."""
        rows, detectors, rules, confidences, actions, starts, ends, _ = zip(*marks, strict=True) if marks else [()] * 8
        row, start, end = (np.array(column, dtype=np.int64) for column in (rows, starts, ends))
        names = {name: at for at, name in enumerate(dict.fromkeys(rules))}
        return cls(
            lines=len(lines),
            names=list(names),
            each=marks,
            row=row,
            detector=np.array([*map(DETECTORS.index, detectors)], dtype=np.int8),
            rule=np.array([*map(names.__getitem__, rules)], dtype=np.int64),
            confidence=np.array(confidences, dtype=np.float64),
            remove=np.array([action == "remove" for action in actions], dtype=np.bool_),
            keep=np.array([action == "keep" for action in actions], dtype=np.bool_),
            whole=(start <= 0) & ((end < 0) | (end >= (lines.end - lines.start)[row])),
        )

    @classmethod
    def of_rules(
        cls,
        lines: int,
        names: Sequence[str],
        row: NDArray[np.int64],
        rule: NDArray[np.int64],
        confidence: NDArray[np.float64],
        keep: NDArray[np.bool_],
    ) -> Marks:
        """Return marks of rules on whole lines; what they do not keep they remove."""
        detector, whole = np.zeros(len(row), dtype=np.int8), np.ones(len(row), dtype=np.bool_)
        return cls(lines, names, [], row, detector, rule, confidence, ~keep, keep, whole)

    def joined(self, more: Marks) -> Marks:
        """Return these marks and more of the same lines, all of which are in ``each``."""
        pairs: Iterable[Any] = zip(self[3:], more[3:], strict=True)
        columns = [np.concatenate(pair) for pair in pairs]
        columns[2][len(self.row) :] += len(self.names)
        return Marks(self.lines, [*self.names, *more.names], [*self.each, *more.each], *columns)

    def listed(self) -> list[Mark]:
        """Return the marks themselves."""
        columns = (self.row, self.detector, self.rule, self.confidence, self.keep)
        told = zip(*(column[: len(self.row) - len(self.each)].tolist() for column in columns), strict=True)
        return [
            *(
                Mark(row, DETECTORS[detector], self.names[rule], confidence, "keep" if keep else "remove")
                for row, detector, rule, confidence, keep in told
            ),
            *self.each,
        ]

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

    def parts(self, least: float) -> list[Mark]:
        """Return the marks that are sure enough to take out parts of lines, by row."""
        at = np.flatnonzero(self.remove & ~self.whole & (self.confidence >= least))
        before = len(self.row) - len(self.each)
        return [self.each[place - before] for place in at[np.argsort(self.row[at], kind="stable")].tolist()]

    def rows_of(self, name: str) -> NDArray[np.int64]:
        """Return the rows that a rule speaks of."""
        wanted = [at for at, one in enumerate(self.names) if one == name]
        return self.row[np.isin(self.rule, wanted)]

    def surest(self, rows: NDArray[np.int64]) -> list[str]:
        """Return for each row the rule that is surest that the line goes, or parts of it; "" if none says so."""
        some = np.flatnonzero(self.remove)
        rank = np.argsort(np.argsort(self.names))[self.rule[some]] if self.names else some
        order = some[np.lexsort((rank, self.confidence[some], self.row[some]))]
        surest = np.full(self.lines, len(self.names), dtype=np.int64)
        surest[self.row[order]] = self.rule[order]  # of several the last
        names = [*self.names, ""]
        return [names[at] for at in surest[rows].tolist()]
