"""One automaton over the phrases of all rules.

The automaton is RE2's set of patterns: linear in the length of a line, whatever the rules say (R. Cox, "Regular
Expression Matching in the Wild", 2010).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import re2

from cleaner.boilerplate.gates import gate_of, starts_open
from cleaner.boilerplate.phrases import PhraseError, body_of, fold, whole_line
from cleaner.boilerplate.rule_files import Rule
from cleaner.errors import ConfigError

#: Lines of more characters are only shown to rules that say ``long = true``.
SHORT = 200
#: Lines of more characters are shown to none: a rule knows too little of them.
LONG = 700
#: Bytes that each automaton may take. With too few, RE2 falls back to a far slower way.
_MEMORY = 96 << 20


class Patterns(NamedTuple):
    """The expressions of one rule.

    Attributes:
        closed: of lines that begin in a known way: shown every short line.
        open: of lines that can begin in any way: shown the short lines that a gate is found in.
        long: shown the long lines that a gate is found in.
        gates: expressions one of which is found in every line of ``open`` and ``long``.
    """

    closed: list[str]
    open: list[str]
    long: list[str]
    gates: list[str]


class Automata(NamedTuple):
    """The automata of all rules (see ``Patterns``)."""

    closed: Automaton
    open: Automaton
    long: Automaton
    gate: Gate

    @classmethod
    def of(cls, rules: Sequence[Patterns]) -> Automata:
        """Compile the patterns of all rules."""
        return cls(
            Automaton([one.closed for one in rules]),
            Automaton([one.open for one in rules]),
            Automaton([one.long for one in rules]),
            Gate(gate for one in rules for gate in one.gates),
        )

    def match(self, lines: Sequence[str]) -> list[list[int]]:
        """Return for each line, all of them different, the places of the rules that have a pattern for it."""
        short = [at for at, text in enumerate(lines) if len(text) <= SHORT]
        found: list[list[int]] = [[]] * len(lines)
        for at, text in zip(short, fold([lines[at] for at in short]), strict=True):
            if some := self.closed.match(text):
                found[at] = some
        looked_at = [at for at, text in enumerate(lines) if len(text) <= LONG]
        held = [looked_at[place] for place in self.gate.find([lines[at] for at in looked_at])]
        for at, text in zip(held, fold([lines[at] for at in held]), strict=True):
            if more := (self.open if len(lines[at]) <= SHORT else self.long).match(text):
                found[at] = sorted({*found[at], *more})
        return found


class Automaton:
    """One RE2 set over the patterns of all rules, given rule by rule."""

    def __init__(self, patterns: Sequence[Sequence[str]]) -> None:
        options = _options()
        self._rule_of: list[int] = []
        self._set = re2.Set.FullMatchSet(options)
        for at, some in enumerate(patterns):
            for pattern in some:
                self._set.Add(pattern)
                self._rule_of.append(at)
        try:
            if self._rule_of:
                self._set.Compile()
        except re2.error:
            raise ConfigError("the rules are too large to be matched at once; make some of them shorter") from None

    def match(self, text: str) -> list[int]:
        """Return the places of the rules that have a pattern for the whole of a folded line."""
        if not self._rule_of:
            return []
        found = self._set.Match(text.encode("utf-8", "replace"))
        return sorted({self._rule_of[at] for at in found}) if found else []


class Gate:
    """Finds the lines that hold one of some words, in one pass over the text: most lines of prose hold none."""

    def __init__(self, gates: Iterable[str]) -> None:
        options = _options()
        unique = sorted(set(gates))
        self._words = re2.compile("(?im)" + "|".join(unique), options) if unique else None

    def find(self, lines: Sequence[str]) -> list[int]:
        """Return the places of the lines that hold one of the words."""
        if self._words is None:
            return []
        text = "\n".join(lines).encode("utf-8", "replace")
        ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n"))
        places = []
        found = self._words.search(text)
        while found:
            places.append(found.start())
            end = text.find(b"\n", found.end())
            found = self._words.search(text, end) if end >= 0 else None
        found_in: list[int] = np.searchsorted(ends, places).tolist()
        return found_in


def patterns_of(rule: Rule, pieces: Mapping[str, str]) -> Patterns:
    """Return the expressions of a rule, its phrases united."""
    closed: list[str] = []
    opened: list[str] = []
    long: list[str] = []
    gates: list[str] = []
    try:
        for phrase in rule.phrases:
            body = body_of(phrase, pieces)
            gate = gate_of(phrase, pieces) if rule.long or starts_open(phrase) else ""
            gates += [gate] if gate else []
            long += [body] if rule.long and gate else []
            (opened if gate and starts_open(phrase) else closed).append(body)
    except PhraseError as error:
        raise ConfigError(f"{rule.file}: rule {rule.name!r}: a phrase cannot be read: {error}") from None
    united = [[whole_line(bodies)] if bodies else [] for bodies in (closed, opened, long)]
    return Patterns([*united[0], *rule.patterns], united[1], united[2], gates)


def check(rule: Rule, pieces: Mapping[str, str]) -> None:
    """Raise ``ConfigError`` for a rule whose phrases or patterns cannot be used."""
    patterns = patterns_of(rule, pieces)
    options = _options()
    options.max_mem = 4 << 20
    for pattern in (*patterns.closed, *patterns.open, *patterns.gates):
        try:
            compiled = re2.compile(pattern, options)
        except re2.error as error:
            raise ConfigError(
                f"{rule.file}: rule {rule.name!r}: the pattern {pattern!r} cannot be used: {error}. "
                "Patterns have RE2's syntax: no look-around and no back-references; use a phrase if you can"
            ) from None
        if pattern not in patterns.gates and (compiled.fullmatch("") or compiled.fullmatch("zq zq zq")):
            raise ConfigError(f"{rule.file}: rule {rule.name!r} would match any line; give it a word to look for")


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    return options
