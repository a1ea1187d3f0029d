"""The guards of rules: where a line stands, how long it is, what stands around it; asked of all lines of a rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.automata import Hits
from cleaner.boilerplate.places import Places
from cleaner.boilerplate.rule_files import Rule
from cleaner.lines import Lines

#: ``after`` and ``before`` speak of so many lines.
_NEAR = 2


class Guards(NamedTuple):
    """What guards look at.

    Attributes:
        lines: the lines of a batch of texts.
        places: where they stand.
        languages: the language of each text, where known.
        hits: the rows that patterns match.
        number: the place of each rule by its name.
    """

    lines: Lines
    places: Places
    languages: Sequence[str | None] | None
    hits: Hits
    number: dict[str, int]

    def content(self, rule: Rule, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return those of rising rows with which the guards of a rule are content."""
        if rule.languages and self.languages is not None:
            spoken = [self.languages[at] for at in self.lines.document[rows].tolist()]
            rows = rows[[one is None or one[:2] in rule.languages for one in spoken]]
        if rule.position != "anywhere":
            rows = rows[self.places.stand(rows, rule.position)]
        if rule.after and rule.action != "thread":  # of a thread it is asked once, at its beginning
            rows = rows[self._near(rule.after, np.maximum(rows - _NEAR, self._first(rows)), rows)]
        if rule.before:
            rows = rows[self._near(rule.before, rows + 1, np.minimum(rows + _NEAR + 1, self._last(rows)))]
        if rule.words:
            rows = rows[[len(self.lines.text[row].split()) <= rule.words for row in rows.tolist()]]
        return rows

    def rows_of(self, names: Iterable[str]) -> NDArray[np.int64]:
        """Return the rows that the patterns of some rules match, rising."""
        wanted = [self.number[name] for name in names if name in self.number]
        return np.unique(self.hits.row[np.isin(self.hits.rule, wanted)])

    def _near(self, names: Iterable[str], low: NDArray[np.int64], high: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say whether one of the rules speaks of a row from ``low`` to ``high``."""
        rows = self.rows_of(names)
        return np.asarray(np.searchsorted(rows, low) < np.searchsorted(rows, high))

    def _first(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        return self.lines.first[self.lines.document[rows]]

    def _last(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        return self.lines.first[self.lines.document[rows] + 1]
