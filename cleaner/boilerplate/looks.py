"""One look at the lines of a batch, and the next at what is left of them.

Most lines of a later look stood in the one before: what a detector knows of a line alone is taken from there, and
only what depends on its place or its neighbours is found anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner import fields as header
from cleaner.boilerplate import captions
from cleaner.boilerplate.automata import Hits
from cleaner.boilerplate.familiar import frequent
from cleaner.boilerplate.marks import Mark, Marks
from cleaner.boilerplate.model import LineModel, lexical_score
from cleaner.boilerplate.places import Places, is_prose
from cleaner.boilerplate.prose import Prose, prose
from cleaner.boilerplate.rules import RuleSet
from cleaner.boilerplate.scan import Scan, scan
from cleaner.boilerplate.templates import Templates
from cleaner.documents import Edit, apply
from cleaner.lines import Lines


class Detectors(NamedTuple):
    """The detectors to ask (None: not that one)."""

    ruleset: RuleSet | None
    templates: Templates | None
    model: LineModel | None
    fields: bool
    captions: bool


@dataclass(frozen=True)
class Look:
    """The lines of a batch and what is known of each line alone.

    Attributes:
        lines, sources, languages: the batch.
        titles: those that the input gives, empty where none are asked for.
        detectors: those to ask.
        seen: the scan of the lines.
        score: their lexical scores; shape (lines,).
        hits: see ``RuleSet.hits``.
        english: see ``familiar.frequent``; shape (lines,).
        ending: see ``places.is_prose``; shape (lines,).
        alike: see ``captions.any_alike``; shape (lines,).
        headers: what lines say as headers (see ``fields.match``); grows.
    """

    lines: Lines
    sources: Sequence[str | None]
    languages: Sequence[str | None]
    titles: Sequence[str | None]
    detectors: Detectors
    seen: Scan
    score: NDArray[np.int32] | None
    hits: Hits | None
    english: NDArray[np.int64]
    ending: NDArray[np.bool_]
    alike: NDArray[np.bool_]
    headers: header.Known

    @classmethod
    def of(
        cls,
        lines: Lines,
        sources: Sequence[str | None],
        languages: Sequence[str | None],
        titles: Sequence[str | None],
        detectors: Detectors,
    ) -> Look:
        """Look at lines for the first time."""
        seen = scan(lines)
        score = None if detectors.model is None else lexical_score(seen, detectors.model.lexicon)
        hits = None if detectors.ruleset is None else detectors.ruleset.hits(lines)
        alike = captions.any_alike(lines) if detectors.captions else np.zeros(len(lines), dtype=np.bool_)
        batch = lines, sources, languages, titles
        return cls(*batch, detectors, seen, score, hits, frequent(seen), is_prose(lines), alike, {})

    def again(
        self, documents: NDArray[np.int64], edits: Sequence[Sequence[Edit]], taken: NDArray[np.int64] | None
    ) -> Look:
        """Look at what is left of some documents.

        Args:
            documents: which, rising.
            edits: of each of them.
            taken: how many characters the edits take out with each line; None if they take out parts of lines, too.

        """
        columns = self.sources, self.languages, self.titles
        sources, languages, titles = ([column[at] for at in documents.tolist() if column] for column in columns)
        if taken is None:
            texts = [apply(some, self.lines.texts[at]) for at, some in zip(documents.tolist(), edits, strict=True)]
            return replace(Look.of(Lines.of(texts), sources, languages, titles, self.detectors), headers=self.headers)
        lines, rows = self.lines.without(taken, documents, edits)
        return replace(
            self,
            lines=lines,
            sources=sources,
            languages=languages,
            titles=titles,
            seen=self.seen.take(rows),
            score=None if self.score is None else self.score[rows],
            hits=None if self.hits is None else self.hits.take(rows),
            english=self.english[rows],
            ending=self.ending[rows],
            alike=self.alike[rows],
        )

    @cached_property
    def prose(self) -> Prose:
        """Which lines are running text (see ``prose.prose``)."""
        return prose(self.lines, self.seen)

    def marks(self) -> Marks:
        """Return the marks of the detectors that speak of few lines."""
        places = Places.of(self.lines, self.ending)
        marks = Marks.of([], self.lines)
        if self.detectors.ruleset is not None and self.hits is not None:
            marks = self.detectors.ruleset.marks(self.lines, self.languages, places, self.hits)
        found: list[Mark] = []
        if self.detectors.fields:
            found += header.match(self.lines, marks, places, self.headers)
            found += header.titles_in(self.lines, self.titles) if self.titles else ()
        if self.detectors.captions:
            found += captions.match(self.lines, self.alike)
        return marks.joined(Marks.of(found, self.lines))
