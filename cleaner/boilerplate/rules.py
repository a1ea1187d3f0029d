"""Rules: what boilerplate says. Loaded from TOML files, matched by expressions of RE2 behind gates (see ``automata``).

Guards (see ``guards``) are asked of the few lines that a pattern matches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate import kept, threads
from cleaner.boilerplate.automata import Automata, Hits, check
from cleaner.boilerplate.guards import Guards
from cleaner.boilerplate.headlines import inline_headlines, is_headline
from cleaner.boilerplate.marks import Action, Mark, Marks
from cleaner.boilerplate.places import Places
from cleaner.boilerplate.rule_files import Rule, packaged_files, read_file, read_rules
from cleaner.lines import Lines

__all__ = ["Rule", "RuleSet"]

#: So many lines after a heading of links can be its headlines.
_LIST = 12
#: Actions on all that follows a line, and the detector that is to say so.
TO_END = {"remove-to-end": "rules", "thread-to-end": "threads"}
#: Actions on more than a line.
FURTHER = {*TO_END, "remove-list"}
#: How sure it is that they are, at most.
_LISTED = 0.8


class RuleSet:
    """Rules and the automaton made of them."""

    def __init__(self, rules: Iterable[Rule], pieces: Mapping[str, str]) -> None:
        """Take the rules as they are; ``load`` checks them."""
        self.rules: tuple[Rule, ...] = tuple(rules)
        self.pieces = dict(pieces)
        self._place = {rule.name: at for at, rule in enumerate(self.rules)}
        self._built: Automata | None = None

    @property
    def _automata(self) -> Automata:
        """The automata of the rules, compiled when first used: listing rules needs none."""
        if self._built is None:
            self._built = kept.automata(self.rules, self.pieces)
        return self._built

    @classmethod
    def load(cls, extra: Sequence[Path] = ()) -> RuleSet:
        """Return the packaged rules and those of the files ``extra``.

        Raises:
            ConfigError: a file that cannot be read or a rule that cannot be used; says which, and what to do.
        """
        if not extra:
            return _packaged()
        ruleset = cls(*read_rules([*packaged_files(), *map(read_file, extra)]))
        own = {str(path) for path in extra}
        for rule in ruleset.rules:
            if rule.file in own:
                check(rule, ruleset.pieces)
        return ruleset

    def with_rule(self, rule: Rule) -> RuleSet:
        """Return the set with the rule of the same name replaced by one that has the same phrases."""
        other = RuleSet((), self.pieces)
        other._place, other._built = self._place, self._automata
        other.rules = tuple(rule if one.name == rule.name else one for one in self.rules)
        return other

    def match(self, lines: Lines, languages: Sequence[str | None] | None = None) -> list[Mark]:
        """Return what the rules say of the lines, sorted by row.

        Args:
            lines: the lines of a batch of texts.
            languages: the language of each text, where known; rules of other languages stay silent.
        """
        marks = self.marks(lines, languages, Places.of(lines), self.hits(lines))
        return sorted(marks.listed(), key=lambda mark: (mark.row, mark.rule))

    def hits(self, lines: Lines) -> Hits:
        """Return the rows that patterns match, and the places of their rules; guards are not asked."""
        return self._automata.match(lines)

    def marks(self, lines: Lines, languages: Sequence[str | None] | None, places: Places, hits: Hits) -> Marks:
        """Return what ``match`` does, given ``Places.of(lines)`` and ``self.hits(lines)``."""
        guards = Guards(lines, places, languages, hits, self._place)
        more: list[Mark] = []
        between: list[Mark] = []
        spoken: list[tuple[int, NDArray[np.int64]]] = []
        for at, rows in hits.by_rule().items():
            rule = self.rules[at]
            rows = guards.content(rule, rows)
            if rule.action == "thread":
                action: Action = "note" if rule.after else "remove"
                between += [Mark(row, "rules", rule.name, rule.confidence, action) for row in rows.tolist()]
                continue
            if rule.action in TO_END:  # a text ends once
                rows = rows[np.unique(lines.document[rows], return_index=True)[1]]
            spoken.append((at, rows))
            for row in rows.tolist() if rule.action in FURTHER else ():
                more += _further(rule, row, lines, places)
        if between:
            more += threads.match(between, self._headings(guards), lines, places)
        for rule in self.rules:
            if rule.shape:
                more += [Mark(row, "rules", rule.name, rule.confidence) for row in inline_headlines(lines, places)]
        return self._alone(spoken, len(lines)).joined(Marks.of(more, lines))

    def _alone(self, spoken: Sequence[tuple[int, NDArray[np.int64]]], lines: int) -> Marks:
        """Return the marks of the lines themselves that rules speak of, given for each rule its rows."""
        which = np.repeat([at for at, _ in spoken], [len(rows) for _, rows in spoken]).astype(np.int64)
        row = np.concatenate([np.zeros(0, dtype=np.int64), *(rows for _, rows in spoken)])
        names = [rule.name for rule in self.rules]
        confidence = np.array([rule.confidence for rule in self.rules])
        keep = np.array([rule.action == "keep" for rule in self.rules], dtype=np.bool_)
        return Marks.of_rules(lines, names, row, which, confidence[which], keep[which])

    def _headings(self, guards: Guards) -> set[int]:
        """Return the rows of what stands above threads."""
        names = {name for rule in self.rules if rule.action == "thread" for name in rule.after}
        return set(guards.rows_of(names).tolist())


def _further(rule: Rule, row: int, lines: Lines, places: Places) -> list[Mark]:
    """Return the marks of what goes with a line that a rule speaks of."""
    if rule.action in TO_END:
        return [Mark(after, TO_END[rule.action], rule.name, rule.confidence) for after in places.rest(row)]
    confidence = min(rule.confidence, _LISTED)
    return [Mark(after, "rules", rule.name, confidence) for after in _listed(row, lines, places)]


def _listed(row: int, lines: Lines, places: Places) -> list[int]:
    """Return the rows of the headlines under a heading of links; one alone above prose may be a subheading."""
    rest = places.rest(row)
    listed: list[int] = []
    for after in rest[:_LIST]:
        if not is_headline(lines.text[after]):
            break
        listed.append(after)
    alone = len(listed) == 1 and len(rest) > 1 and bool(places.prose[listed[0] + 1])
    return [] if alone else listed


@cache
def _packaged() -> RuleSet:
    return RuleSet(*read_rules(packaged_files()))
