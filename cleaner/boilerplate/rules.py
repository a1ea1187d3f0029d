"""Rules: what boilerplate says. Loaded from TOML files, matched by expressions of RE2 behind gates (see ``automata``).

Guards (where a line stands, how long it is, what stands around it) are
looked at for the few lines that a pattern matches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from cleaner.boilerplate import kept, threads
from cleaner.boilerplate.automata import Automata, check
from cleaner.boilerplate.headlines import inline_headlines, is_headline
from cleaner.boilerplate.marks import Mark
from cleaner.boilerplate.places import Places
from cleaner.boilerplate.rule_files import Rule, packaged_files, read_file, read_rules
from cleaner.lines import Lines

__all__ = ["Rule", "RuleSet"]

#: For the rows that a pattern matches the places of its rules.
Hits = Mapping[int, list[int]]
#: So many lines after a heading of links can be its headlines.
_LIST = 12
#: Actions on all that follows a line, and the detector that is to say so.
TO_END = {"remove-to-end": "rules", "thread-to-end": "threads"}
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

    def match(
        self,
        lines: Lines,
        languages: Sequence[str | None] | None = None,
        places: Places | None = None,
        hits: Hits | None = None,
    ) -> list[Mark]:
        """Return what the rules say of the lines, sorted by row.

        Args:
            lines: the lines of a batch of texts.
            languages: the language of each text, where known; rules of other languages stay silent.
            places: ``Places.of(lines)`` if at hand.
            hits: ``self.hits(lines)`` if at hand.
        """
        places = places or Places.of(lines)
        hits = self.hits(lines) if hits is None else hits
        marks: list[Mark] = []
        between: list[Mark] = []
        for at, row in self._speaking(lines, places, hits, languages):
            rule = self.rules[at]
            if rule.action == "thread":
                between.append(Mark(row, "rules", rule.name, rule.confidence, "note" if rule.after else "remove"))
            else:
                marks.extend(_marks(rule, row, lines, places))
        marks.extend(threads.match(between, self._headings(hits) if between else set(), lines, places))
        for rule in self.rules:
            if rule.shape:
                marks.extend(Mark(row, "rules", rule.name, rule.confidence) for row in inline_headlines(lines, places))
        return sorted(marks, key=lambda mark: (mark.row, mark.rule))

    def _speaking(
        self, lines: Lines, places: Places, hits: Hits, languages: Sequence[str | None] | None
    ) -> Iterator[tuple[int, int]]:
        """Yield the places of the rules that speak and their rows; one that ends a text does so once."""
        ended: set[tuple[int, int]] = set()
        documents = lines.document.tolist()
        for row in sorted(hits):
            for at in hits[row]:
                once = (at, documents[row])
                if once in ended or not self._holds(self.rules[at], row, lines, places, hits, languages):
                    continue
                if self.rules[at].action in TO_END:
                    ended.add(once)
                yield at, row

    def _headings(self, hits: Hits) -> set[int]:
        """Return the rows of what stands above threads."""
        names = {name for rule in self.rules if rule.action == "thread" for name in rule.after}
        wanted = {self._place[name] for name in names if name in self._place}
        return {row for row, places in hits.items() if not wanted.isdisjoint(places)}

    def hits(self, lines: Lines) -> Hits:
        """Return for the rows that a pattern matches the places of its rules; guards are not asked."""
        return self._automata.match(lines)

    def _holds(
        self,
        rule: Rule,
        row: int,
        lines: Lines,
        places: Places,
        hits: Hits,
        languages: Sequence[str | None] | None,
    ) -> bool:
        """Say whether the guards of ``rule`` are content with the line."""
        if rule.languages and languages is not None:
            language = languages[int(lines.document[row])]
            if language is not None and language[:2] not in rule.languages:
                return False
        if rule.words and len(lines.text[row].split()) > rule.words:
            return False
        if rule.position != "anywhere" and not places.stands(row, rule.position):
            return False
        after = () if rule.action == "thread" else rule.after  # of a thread it is asked once, at its beginning
        if after and not self._near(after, places.neighbours(row, -2), hits):
            return False
        return not rule.before or self._near(rule.before, places.neighbours(row, 2), hits)

    def _near(self, names: tuple[str, ...], rows: range, hits: Hits) -> bool:
        wanted = {self._place[name] for name in names if name in self._place}
        return any(not wanted.isdisjoint(hits.get(row, ())) for row in rows)


def _marks(rule: Rule, row: int, lines: Lines, places: Places) -> list[Mark]:
    """Return the marks of a rule that speaks of ``row``."""
    action = "keep" if rule.action == "keep" else "remove"
    marks = [Mark(row, "rules", rule.name, rule.confidence, action)]  # type: ignore[arg-type]
    if rule.action in TO_END:
        marks += [Mark(after, TO_END[rule.action], rule.name, rule.confidence) for after in places.rest(row)]
    elif rule.action == "remove-list":
        confidence = min(rule.confidence, _LISTED)
        marks += [Mark(after, "rules", rule.name, confidence) for after in _listed(row, lines, places)]
    return marks


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
