"""Rules: what boilerplate says. Loaded from TOML files, matched with one automaton over all rules.

The automaton is RE2's set of patterns: linear in the length of a line, whatever the rules say (R. Cox, "Regular
Expression Matching in the Wild", 2010). Guards (where a line stands, how long it is, what stands around it) are
looked at for the few lines that a pattern matches.
"""

from __future__ import annotations

import copy
import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import re2

from cleaner.boilerplate.headlines import inline_headlines, is_headline
from cleaner.boilerplate.marks import Mark
from cleaner.boilerplate.phrases import PhraseError, fold, gate_of, pattern_of, starts_open
from cleaner.boilerplate.places import Places
from cleaner.errors import ConfigError
from cleaner.lines import Lines

ACTIONS = ("remove", "remove-list", "remove-to-end", "keep")
POSITIONS = ("anywhere", "start", "end")
SHAPES = ("inline-headline",)
#: Lines of more characters are only shown to rules that say ``long = true``.
SHORT = 200
#: So many characters of a long line are looked at.
LONG = 600


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as its file says it.

    Attributes:
        name: unique; shown in reports and in the audit.
        why: one sentence for people.
        action: ``remove`` the line; ``remove-list``: and the headlines that follow it; ``remove-to-end``: and all
            that follows; ``keep`` protects the line.
        confidence: how sure the rule is that its action is right.
        phrases: what the whole line says (see ``phrases``); ``patterns``: the same as regular expressions (RE2).
        shape: the name of a built-in detector that looks at form and place, instead of phrases.
        position: ``start``: no prose stands before the line; ``end``: none after it; with a number
            (``start 3``): and it is one of the first (last) so many lines.
        words: no line of more words is meant.
        after, before: one of these rules must speak of one of the two lines before (after) this one.
        long: lines of more than 200 characters are meant too.
        languages: two-letter codes; none stands for every language.
        changes: examples that the rule must change; keeps: examples that no rule may change.
    """

    name: str
    why: str
    action: str = "remove"
    confidence: float = 0.9
    phrases: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    shape: str = ""
    position: str = "anywhere"
    words: int = 0
    after: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    long: bool = False
    languages: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    file: str = ""


class RuleSet:
    """Rules and the automaton made of them."""

    def __init__(self, rules: Iterable[Rule], pieces: Mapping[str, str]) -> None:
        """Compile the rules.

        Raises:
            ConfigError: a phrase or pattern that cannot be compiled.
        """
        self.rules: tuple[Rule, ...] = tuple(rules)
        self.pieces = dict(pieces)
        self._place = {rule.name: at for at, rule in enumerate(self.rules)}
        patterns = [_patterns(rule, pieces) for rule in self.rules]
        self._closed = _Automaton([[one.text for one in some if one.closed] for some in patterns])
        self._open = _Automaton([[one.text for one in some if not one.closed] for some in patterns])
        self._long = _Automaton([[one.text for one in some if one.long] for some in patterns])
        self._gate = _Gate(one.gate for some in patterns for one in some if one.gate)

    @classmethod
    def load(cls, extra: Sequence[Path] = ()) -> RuleSet:
        """Return the packaged rules and those of the files ``extra``.

        Raises:
            ConfigError: a file that cannot be read or a rule that cannot be used; says which, and what to do.
        """
        return _packaged() if not extra else _load([*_packaged_files(), *((str(path), _read(path)) for path in extra)])

    def with_rule(self, rule: Rule) -> RuleSet:
        """Return the set with the rule of the same name replaced by one that has the same phrases."""
        other = copy.copy(self)
        other.rules = tuple(rule if one.name == rule.name else one for one in self.rules)
        return other

    def match(self, lines: Lines, languages: Sequence[str | None] | None = None) -> list[Mark]:
        """Return what the rules say of the lines, sorted by row.

        Args:
            lines: the lines of a batch of texts.
            languages: the language of each text, where known; rules of other languages stay silent.
        """
        places = Places.of(lines)
        hits = self._hits(lines)
        marks: list[Mark] = []
        for row, found in hits.items():
            for at in found:
                rule = self.rules[at]
                if self._holds(rule, row, lines, places, hits, languages):
                    marks.extend(_marks(rule, row, lines, places))
        for rule in self.rules:
            if rule.shape:
                marks.extend(Mark(row, "rules", rule.name, rule.confidence) for row in inline_headlines(lines, places))
        return sorted(marks, key=lambda mark: (mark.row, mark.rule))

    def _hits(self, lines: Lines) -> dict[int, list[int]]:
        """Return for the rows that a pattern matches the places of the rules; each unique line is decided once."""
        known: dict[str, list[int] | None] = {}
        closed = self._closed.match
        hits = {}
        for row, text in enumerate(lines.text):
            if len(text) > SHORT:
                continue
            if text in known:
                found = known[text]
            else:
                found = known[text] = closed(text)
            if found:
                hits[row] = found
        for row in self._gate.rows(lines):
            text = lines.text[row]
            found = (self._open if len(text) <= SHORT else self._long).match(text[:LONG])
            if found:
                hits[row] = sorted({*hits.get(row, ()), *found})
        return hits

    def _holds(
        self,
        rule: Rule,
        row: int,
        lines: Lines,
        places: Places,
        hits: Mapping[int, list[int]],
        languages: Sequence[str | None] | None,
    ) -> bool:
        """Say whether the guards of ``rule`` are content with the line."""
        if rule.languages and languages is not None:
            language = languages[int(lines.document[row])]
            if language is not None and language[:2] not in rule.languages:
                return False
        if rule.words and len(lines.text[row].split()) > rule.words:
            return False
        if not places.stands(row, rule.position):
            return False
        if rule.after and not self._near(rule.after, places.neighbours(row, -2), hits):
            return False
        return not rule.before or self._near(rule.before, places.neighbours(row, 2), hits)

    def _near(self, names: tuple[str, ...], rows: range, hits: Mapping[int, list[int]]) -> bool:
        wanted = {self._place[name] for name in names if name in self._place}
        return any(not wanted.isdisjoint(hits.get(row, ())) for row in rows)


class _Pattern(NamedTuple):
    """An expression of lines.

    Attributes:
        text: the expression of the whole line.
        gate: an expression that is found in these lines; "" if none is known.
        closed: is it shown every short line? Others are shown the lines that their gate is found in.
        long: is it shown long lines?
    """

    text: str
    gate: str = ""
    closed: bool = True
    long: bool = False


class _Automaton:
    """One RE2 set over the patterns of all rules, given rule by rule."""

    def __init__(self, patterns: Sequence[Sequence[str]]) -> None:
        options = re2.Options()
        options.max_mem = 128 << 20
        options.log_errors = False
        self._rule_of: list[int] = []
        self._set = re2.Set.FullMatchSet(options)
        for at, some in enumerate(patterns):
            for pattern in some:
                self._set.Add(pattern)
                self._rule_of.append(at)
        if self._rule_of:
            self._set.Compile()

    def match(self, text: str) -> list[int] | None:
        """Return the places of the rules that have a pattern for the whole line."""
        if not self._rule_of:
            return None
        found = self._set.Match(fold(text).encode("utf-8", "replace"))
        return sorted({self._rule_of[at] for at in found}) if found else None


class _Gate:
    """Finds the lines that hold one of some words, in one pass over the text: most lines of prose hold none."""

    def __init__(self, gates: Iterable[str]) -> None:
        options = re2.Options()
        options.max_mem = 256 << 20
        options.log_errors = False
        unique = sorted(set(gates))
        self._words = re2.compile("(?im)" + "|".join(unique), options) if unique else None

    def rows(self, lines: Lines) -> list[int]:
        """Return the rows of the lines that hold one of the words."""
        if self._words is None:
            return []
        text = "\n".join(lines.text).encode("utf-8", "replace")
        ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n"))
        places = []
        found = self._words.search(text)
        while found:
            places.append(found.start())
            end = text.find(b"\n", found.end())
            found = self._words.search(text, end) if end >= 0 else None
        return [int(row) for row in np.searchsorted(ends, places)]


def _patterns(rule: Rule, pieces: Mapping[str, str]) -> list[_Pattern]:
    """Return the expressions of a rule."""
    patterns = [_Pattern(pattern) for pattern in rule.patterns]
    try:
        for phrase in rule.phrases:
            gate = gate_of(phrase, pieces) if rule.long or starts_open(phrase) else ""
            closed = not (gate and starts_open(phrase))
            patterns.append(_Pattern(pattern_of(phrase, pieces), gate, closed, rule.long and bool(gate)))
    except PhraseError as error:
        raise ConfigError(f"{rule.file}: rule {rule.name!r}: a phrase cannot be read: {error}") from None
    for pattern in patterns:
        _check_pattern(rule, pattern.text)
    return patterns


def _check_pattern(rule: Rule, pattern: str) -> None:
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        raise ConfigError(
            f"{rule.file}: rule {rule.name!r}: the pattern {pattern!r} cannot be used: {error}. "
            "Patterns have RE2's syntax: no look-around and no back-references; use a phrase if you can"
        ) from None
    if compiled.fullmatch("") or compiled.fullmatch("zq zq zq"):
        raise ConfigError(f"{rule.file}: rule {rule.name!r}: the pattern {pattern!r} matches any line; give it a word")


def _marks(rule: Rule, row: int, lines: Lines, places: Places) -> list[Mark]:
    """Return the marks of a rule that speaks of ``row``."""
    action = "keep" if rule.action == "keep" else "remove"
    marks = [Mark(row, "rules", rule.name, rule.confidence, action)]  # type: ignore[arg-type]
    if rule.action == "remove-to-end":
        marks += [Mark(after, "rules", rule.name, rule.confidence) for after in places.rest(row)]
    elif rule.action == "remove-list":
        for after in places.rest(row)[:12]:
            if not is_headline(lines.text[after]):
                break
            marks.append(Mark(after, "rules", rule.name, round(rule.confidence * 0.9, 3)))
    return marks


def _packaged_files() -> list[tuple[str, str]]:
    folder = resources.files("cleaner.boilerplate") / "rules"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return [(file.name, file.read_text(encoding="utf-8")) for file in files]


@cache
def _packaged() -> RuleSet:
    return _load(_packaged_files())


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: the rule file cannot be read: {error}") from None


def _load(files: Iterable[tuple[str, str]]) -> RuleSet:
    """Return the rules of the files, given as name and content."""
    rules: dict[str, Rule] = {}
    pieces: dict[str, str] = {}
    for name, content in files:
        try:
            table = tomllib.loads(content)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{name}: this is not TOML: {error}") from None
        _known(table, ("rule", "pieces"), name)
        pieces.update(table.get("pieces", {}))
        for entry in table.get("rule", []):
            rule = _rule(entry, name)
            if rule.name in rules:
                raise ConfigError(
                    f"{name}: rule {rule.name!r} is already in {rules[rule.name].file}; give it another name"
                )
            rules[rule.name] = rule
    return RuleSet(rules.values(), pieces)


def _known(table: Mapping[str, Any], keys: Sequence[str], where: str) -> None:
    for key in table:
        if key not in keys:
            near = difflib.get_close_matches(key, keys, n=1)
            meant = f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(keys)}"
            raise ConfigError(f"{where}: unknown key {key!r}{meant}")


def _rule(entry: Mapping[str, Any], file: str) -> Rule:
    """Return the rule of a TOML table, checked."""
    where = f"{file}: rule {entry.get('name', '?')!r}"
    types = {field.name: field.type for field in fields(Rule) if field.name != "file"}
    _known(entry, list(types), where)
    values: dict[str, Any] = {}
    for key, value in entry.items():
        values[key] = _value(str(types[key]), value, f"{where}: {key}")
    for key in ("name", "why", "changes", "keeps"):
        if not values.get(key):
            raise ConfigError(
                f"{where}: {key!r} is missing; every rule needs a name, a reason and examples of both kinds"
            )
    return _sound(replace(Rule(values.pop("name"), values.pop("why"), **values), file=file), where)


def _value(kind: str, value: Any, where: str) -> Any:
    if kind.startswith("tuple"):
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        raise ConfigError(f"{where} must be a list of strings")
    wanted: dict[str, tuple[type, ...]] = {
        "str": (str,),
        "float": (int, float),
        "int": (int,),
        "bool": (bool,),
    }
    if not isinstance(value, wanted[kind]) or (isinstance(value, bool) and kind != "bool"):
        raise ConfigError(f"{where} must be a {kind}, not {value!r}")
    return value


def _sound(rule: Rule, where: str) -> Rule:
    """Return the rule if its values are possible."""
    position, _, count = rule.position.partition(" ")
    if position not in POSITIONS or (count and not count.isdigit()) or (count and position == "anywhere"):
        raise ConfigError(
            f"{where}: position {rule.position!r} is not one of 'anywhere', 'start', 'end', 'start 3', 'end 3'"
        )
    if rule.action not in ACTIONS:
        near = difflib.get_close_matches(rule.action, ACTIONS, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise ConfigError(f"{where}: action {rule.action!r} is not one of {', '.join(ACTIONS)}{meant}")
    if not 0 < rule.confidence <= 1:
        raise ConfigError(f"{where}: confidence must lie between 0 and 1")
    if rule.shape and rule.shape not in SHAPES:
        raise ConfigError(f"{where}: shape {rule.shape!r} is not one of {', '.join(SHAPES)}")
    if bool(rule.shape) == bool(rule.phrases or rule.patterns):
        raise ConfigError(f"{where}: give phrases or patterns, or a shape")
    return rule
