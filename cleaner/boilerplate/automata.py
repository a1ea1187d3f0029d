"""One automaton over the phrases of all rules.

The automaton is RE2's set of patterns: linear in the length of a line, whatever the rules say (R. Cox, "Regular
Expression Matching in the Wild", 2010).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import re2
from numpy.typing import NDArray

from cleaner.boilerplate.gates import Gate, Gates, letter_table
from cleaner.boilerplate.kernels import look, run
from cleaner.boilerplate.phrases import PhraseError, body_of, fold, whole_line
from cleaner.boilerplate.rule_files import Rule
from cleaner.errors import ConfigError
from cleaner.lines import Lines

#: Lines of more characters are only shown to rules that say ``long = true``.
SHORT = 200
#: Lines of more characters are shown to none: a rule knows too little of them.
LONG = 700
#: Bytes that each automaton may take. With too few, RE2 falls back to a far slower way.
_MEMORY = 96 << 20


#: What means the ends of a text, or changes what does.
_POSITION = re.compile(r"\\[Az]|\(\?[a-z]*-?[a-z]*m")
#: What a line is shown: lines of up to SHORT characters the first two, those of up to LONG the third.
CLOSED, OPEN, LENGTHY = 1, 2, 4


class Patterns(NamedTuple):
    """The expressions of one rule.

    Attributes:
        closed: of lines that begin in a known way.
        open: of lines that can begin in any way.
        long: of long lines.
        gates: for each phrase what its lines hold, and which automata they are to be shown.
        ungated: those of ``closed`` that have no gate.
    """

    closed: list[str]
    open: list[str]
    long: list[str]
    gates: list[tuple[Gate, int]]
    ungated: list[str]


class Automata:
    """The automata of all rules (see ``Patterns``), and the gates in front of them."""

    def __init__(self, rules: Sequence[Patterns]) -> None:
        """Take the patterns of all rules; they are compiled when first needed."""
        self._rules = rules
        gated = [(gate, bits) for one in rules for gate, bits in one.gates]
        self._look = Gates.of(gated)
        self._glance = Glance([pattern for one in rules for pattern in one.ungated])

    @cached_property
    def _sets(self) -> tuple[tuple[int, Automaton], ...]:
        rules = self._rules
        return (
            (CLOSED, Automaton([one.closed for one in rules])),
            (OPEN, Automaton([one.open for one in rules])),
            (LENGTHY, Automaton([one.long for one in rules])),
        )

    def match(self, lines: Lines) -> dict[int, list[int]]:
        """Return for the rows that a pattern matches the places of its rules."""
        shown = self._shown(lines)
        rows = np.flatnonzero(shown)
        known: dict[str, list[int]] = {}
        found: dict[int, list[int]] = {}
        for row, bits in zip(rows.tolist(), shown[rows].tolist(), strict=True):
            text = lines.text[row]
            some = known.get(text)
            if some is None:  # each unique line is decided once
                some = known[text] = self._rules_of(text, bits)
            if some:
                found[row] = some
        return found

    def _rules_of(self, text: str, bits: int) -> list[int]:
        plain = fold([text])[0].encode("utf-8", "replace")
        return sorted({at for bit, automaton in self._sets if bit & bits for at in automaton.match(plain)})

    def _shown(self, lines: Lines) -> NDArray[np.uint8]:
        """Return what each line is to be shown; most of them nothing."""
        shown = np.zeros(len(lines), dtype=np.uint8)
        size = lines.end - lines.start
        start, end = lines.place, lines.place + size
        run(look, int(np.minimum(size, LONG).sum()), start, end, LONG, lines.codes, letter_table(), *self._look, shown)
        short = np.flatnonzero(size <= SHORT)
        shown[self._glance.find([lines.text[row] for row in short.tolist()], short)] |= CLOSED
        return shown & np.where(size <= SHORT, CLOSED | OPEN, LENGTHY).astype(np.uint8)


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

    def match(self, text: bytes) -> list[int]:
        """Return the places of the rules that have a pattern for the whole of a folded line (UTF-8)."""
        found = self._set.Match(text) if self._rule_of else None
        return [self._rule_of[at] for at in found] if found else []


class Glance:
    """Finds the lines that one of some expressions could match, in one pass over all of them.

    Its expression is theirs, from the start of a line to the end of one. A match can span several lines: all that
    it touches are found, so that no line is missed.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        options = _options()
        self._all = any(_POSITION.search(pattern) for pattern in patterns)  # they would not mean the line's ends here
        united = "|".join(f"(?:{pattern})" for pattern in patterns)
        self._words = re2.compile(f"(?m)^(?:{united})$", options) if patterns and not self._all else None

    def find(self, texts: Sequence[str], rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows, given with their texts, that one of the expressions could match."""
        if self._all or self._words is None:
            return rows if self._all else rows[:0]
        text = "\n".join(fold(list(texts))).encode("utf-8", "replace")
        ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n"))
        spans = np.array([found.span() for found in self._words.finditer(text)], dtype=np.int64).reshape(-1, 2)
        low, high = np.searchsorted(ends, spans).T
        touched = np.zeros(len(rows) + 1, dtype=np.int64)
        np.add.at(touched, low, 1)
        np.add.at(touched, high + 1, -1)
        return rows[np.cumsum(touched)[:-1] > 0]


def patterns_of(rule: Rule, pieces: Mapping[str, str]) -> Patterns:
    """Return the expressions of a rule, its phrases united."""
    bodies: dict[int, list[str]] = {CLOSED: [], OPEN: [], LENGTHY: []}
    gates: list[tuple[Gate, int]] = []
    ungated = list(rule.patterns)
    try:
        for phrase in rule.phrases:
            body, gate = body_of(phrase, pieces), Gate.of(phrase, pieces)
            kinds = [OPEN if gate.holds else CLOSED, *([LENGTHY] if rule.long and any(gate) else [])]
            gates += [(gate, sum(kinds))] if any(gate) else []
            ungated += [] if any(gate) else [whole_line([body])]
            for kind in kinds:
                bodies[kind].append(body)
    except PhraseError as error:
        raise ConfigError(f"{rule.file}: rule {rule.name!r}: a phrase cannot be read: {error}") from None
    except RecursionError:
        raise ConfigError(f"{rule.file}: rule {rule.name!r}: brackets or pieces are nested too deeply") from None
    closed, opened, long = ([whole_line(some)] if some else [] for some in bodies.values())
    return Patterns([*closed, *rule.patterns], opened, long, gates, ungated)


def check(rule: Rule, pieces: Mapping[str, str]) -> None:
    """Raise ``ConfigError`` for a rule whose phrases or patterns cannot be used."""
    patterns = patterns_of(rule, pieces)
    options = _options()
    options.max_mem = 4 << 20
    for pattern in (*patterns.closed, *patterns.open):
        try:
            compiled = re2.compile(pattern, options)
        except re2.error as error:
            raise ConfigError(
                f"{rule.file}: rule {rule.name!r}: the pattern {pattern[:200]!r} cannot be used: {error}. "
                "Patterns have RE2's syntax: no look-around and no back-references; use a phrase if you can"
            ) from None
        if compiled.fullmatch("") or compiled.fullmatch("zq zq zq"):
            raise ConfigError(f"{rule.file}: rule {rule.name!r} would match any line; give it a word to look for")


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    return options
