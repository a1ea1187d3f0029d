"""The expressions of all rules, and which of them a line is shown to.

The expressions are RE2's: linear in the length of a line, whatever the rules say (R. Cox, "Regular Expression
Matching in the Wild", 2010). Gates leave few lines to few of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import orjson
import re2
from numpy.typing import NDArray

from cleaner.boilerplate.gate_tables import Gates
from cleaner.boilerplate.gates import Gate
from cleaner.boilerplate.kernels import run
from cleaner.boilerplate.letters import letter_table, lower_table
from cleaner.boilerplate.passing import REACH, passing
from cleaner.boilerplate.phrases import PhraseError, body_of, fold, whole_line
from cleaner.boilerplate.rule_files import Rule
from cleaner.errors import ConfigError
from cleaner.lines import Lines

#: Lines of more characters are only shown to rules that say ``long = true``.
SHORT = 200
#: Lines of more characters are shown to none: a rule knows too little of them.
LONG = 700
#: Bytes that each expression may take. With too few, RE2 falls back to a far slower way.
_MEMORY = 16 << 20
#: So many lines are looked at at once.
_AT_ONCE = 1 << 13


class Expression(NamedTuple):
    """A phrase or pattern of a rule.

    Attributes:
        pattern: the expression of a whole folded line.
        gate: what the letters of its lines are.
        long: is it also shown lines of more than SHORT characters?
    """

    pattern: str
    gate: Gate
    long: bool = False


class Tables(NamedTuple):
    """All that is made of the expressions of all rules.

    Attributes:
        rule_of: the place of each expression's rule; int64.
        patterns: the expressions as a JSON list; uint8.
        gates: what lets lines through to them.
    """

    rule_of: NDArray[np.int64]
    patterns: NDArray[np.uint8]
    gates: Gates


class Hits(NamedTuple):
    """The rows that expressions match, rising, and for each the place of a rule, rising; int64, of one length."""

    row: NDArray[np.int64]
    rule: NDArray[np.int64]

    def by_rule(self) -> dict[int, NDArray[np.int64]]:
        """Return the rows of each rule that has some."""
        order = np.argsort(self.rule, kind="stable")
        begin = np.flatnonzero(np.diff(self.rule[order], prepend=-1))
        return dict(zip(self.rule[order[begin]].tolist(), np.split(self.row[order], begin[1:]), strict=False))

    def by_row(self) -> dict[int, list[int]]:
        """Return the places of the rules of each row that has some."""
        found: dict[int, list[int]] = {}
        for row, rule in zip(self.row.tolist(), self.rule.tolist(), strict=True):
            found.setdefault(row, []).append(rule)
        return found

    def take(self, rows: NDArray[np.int64]) -> Hits:
        """Return those of some rising rows, numbered by their place among these."""
        at = np.minimum(np.searchsorted(rows, self.row), len(rows) - 1)
        here = rows[at] == self.row if len(rows) else np.zeros(len(at), dtype=np.bool_)
        return Hits(at[here], self.rule[here])


class Automata:
    """The expressions of all rules, and the gates in front of them."""

    def __init__(self, rules: Sequence[Sequence[Expression]]) -> None:
        """Take the expressions of all rules; each is compiled when first needed."""
        some = [one for own in rules for one in own]
        rule_of = np.array([at for at, own in enumerate(rules) for _ in own], dtype=np.int64)
        patterns = np.frombuffer(orjson.dumps([one.pattern for one in some]), dtype=np.uint8)
        gates = Gates.of([one.gate for one in some], [one.long for one in some])
        self._take(Tables(rule_of, patterns, gates))

    @classmethod
    def of(cls, tables: Tables) -> Automata:
        """Return those that have these ``tables``."""
        made = cls.__new__(cls)
        made._take(tables)
        return made

    def _take(self, tables: Tables) -> None:
        self.tables = tables
        self._patterns: list[str] = orjson.loads(tables.patterns.tobytes())
        self._compiled: list[re2._Regexp | None] = [None] * len(self._patterns)
        self._gates = tables.gates

    def match(self, lines: Lines) -> Hits:
        """Return the rows that expressions match, and the places of their rules."""
        numbers: dict[str, int] = {}  # each text is decided once
        rows, places = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        sets = [np.zeros((0, self._gates.told.shape[2]), dtype=np.uint64)]
        for first in range(0, len(lines), _AT_ONCE):
            shown = self._shown(lines, first)
            some = np.flatnonzero(shown.any(axis=1))
            before = len(numbers)
            texts = (lines.text[row] for row in (some + first).tolist())
            place = np.array([numbers.setdefault(text, len(numbers)) for text in texts], dtype=np.int64)
            number, at = np.unique(place, return_index=True)
            sets.append(shown[some[at[number >= before]]])
            rows.append(some + first)
            places.append(place)
        told = self._rules_of(list(numbers), np.concatenate(sets))
        return _spread(np.concatenate(rows), np.concatenate(places), told)

    def _rules_of(self, texts: list[str], shown: NDArray[np.uint64]) -> Hits:
        """Return the places of texts that match, and of their rules; ``shown`` are the expressions of each text.

        One expression after the other, so that what RE2 has made of it stays at hand.
        """
        plain = [text.encode("utf-8", "replace") for text in fold(texts)]
        matched: dict[int, set[int]] = {}
        which, expression = _bits(shown)
        for at, some in Hits(which, expression).by_rule().items():
            own, matches = matched.setdefault(int(self.tables.rule_of[at]), set()), self._expression(at).fullmatch
            own.update([one for one in some.tolist() if one not in own and matches(plain[one])])
        found = [(one, rule) for rule, own in matched.items() for one in own]
        row, told = np.array(sorted(found), dtype=np.int64).reshape(-1, 2).T
        return Hits(row, told)

    def _expression(self, at: int) -> re2._Regexp:
        found = self._compiled[at]
        if found is None:
            found = self._compiled[at] = re2.compile(self._patterns[at], _options())
        return found

    def _shown(self, lines: Lines, first: int) -> NDArray[np.uint64]:
        """Return the expressions that each line from ``first`` on is to be shown to, as bits; shape (lines, words)."""
        some = slice(first, first + _AT_ONCE)
        start, size = lines.place[some], lines.end[some] - lines.start[some]
        shown = np.zeros((len(start), self._gates.told.shape[2]), dtype=np.uint64)
        tables = letter_table(), lower_table(), *self._gates, np.zeros(REACH + 1, dtype=np.uint8)
        run(passing, len(lines.codes), start, start + size, lines.codes, SHORT, LONG, *tables, shown)
        return shown


def _bits(sets: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows and places of all bits that are set, in order; most words have none."""
    row, word = np.nonzero(sets)
    bits = np.unpackbits(sets[row, word].astype("<u8").view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
    at, bit = np.nonzero(bits.view(np.bool_))
    return row[at], word[at] * 64 + bit


def _spread(rows: NDArray[np.int64], places: NDArray[np.int64], told: Hits) -> Hits:
    """Give each row the rules of its text, given the place of its text."""
    count = np.bincount(told.row, minlength=int(places.max(initial=-1)) + 1)
    size, begin = count[places], (np.cumsum(count) - count)[places]
    at = np.arange(size.sum()) + np.repeat(begin - np.cumsum(size) + size, size)
    return Hits(np.repeat(rows, size), told.rule[at])


def expressions_of(rule: Rule, pieces: Mapping[str, str]) -> list[Expression]:
    """Return the expressions of a rule."""
    try:
        phrases = [
            Expression(whole_line(body_of(phrase, pieces)), Gate.of(phrase, pieces), rule.long)
            for phrase in rule.phrases
        ]
        return [*phrases, *(Expression(pattern, Gate.of_pattern(pattern)) for pattern in rule.patterns)]
    except PhraseError as error:
        raise ConfigError(f"{rule.file}: rule {rule.name!r}: a phrase cannot be read: {error}") from None
    except RecursionError:
        raise ConfigError(f"{rule.file}: rule {rule.name!r}: brackets or pieces are nested too deeply") from None


def check(rule: Rule, pieces: Mapping[str, str]) -> None:
    """Raise ``ConfigError`` for a rule whose phrases or patterns cannot be used."""
    options = _options()
    options.max_mem = 4 << 20
    for pattern, *_ in expressions_of(rule, pieces):
        try:
            compiled = re2.compile(pattern, options)
        except re2.error as error:
            raise ConfigError(
                f"{rule.file}: rule {rule.name!r}: the pattern {pattern[:200]!r} cannot be used: {_said(error)}. "
                "Patterns have RE2's syntax: no look-around and no back-references; use a phrase if you can"
            ) from None
        if compiled.fullmatch("") or compiled.fullmatch("zq zq zq"):
            raise ConfigError(f"{rule.file}: rule {rule.name!r} would match any line; give it a word to look for")


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    return options


def _said(error: re2.error) -> str:
    """What RE2 says, which comes as bytes."""
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
