"""Gates: no line of a phrase is missed, in any case, script and spacing."""

from __future__ import annotations

import random

import numpy as np
import pytest
import re2

from cleaner.boilerplate import automata, kernels
from cleaner.boilerplate.automata import Automata, Glance, patterns_of
from cleaner.boilerplate.gates import Gate, letter_table, letters
from cleaner.boilerplate.phrases import TOKEN, body_of, fold, folded, whole_line
from cleaner.boilerplate.rules import RuleSet
from cleaner.lines import Lines

#: What stands for a piece that is a regular expression.
WRITTEN = {
    "number": "12",
    "clock": "10:15",
    "date": "3 May 2020",
    "name": "Ann Lee",
    "few": "some words here",
}
OPTIONS = re2.Options()
OPTIONS.log_errors = False


@pytest.fixture(scope="module")
def ruleset() -> RuleSet:
    return RuleSet.load()


def written(phrase: str, ruleset: RuleSet, pick: random.Random) -> str:
    """Return a line that the phrase may speak of: one branch of every choice."""
    tokens = list(TOKEN.finditer(phrase))
    at = 0

    def group() -> str:
        nonlocal at
        branches = [""]
        while at < len(tokens) and tokens[at].lastgroup != "close":
            kind, value = tokens[at].lastgroup, tokens[at].group()
            at += 1
            if kind == "open":
                inner = group()
                at += 1
                branches[-1] += "" if value == "[" and pick.random() < 0.4 else inner
            elif kind == "bar":
                branches.append("")
            elif kind == "piece":
                name = value[1:-1]
                own = WRITTEN[name] if name in WRITTEN else written(folded(ruleset.pieces[name]), ruleset, pick)
                branches[-1] += own
            elif kind == "space":
                branches[-1] += pick.choice([" ", " ", "  ", ", ", ": ", ""])
            else:
                branches[-1] += pick.choice(["", "of the day", "s"]) if value == "*" else value
        return pick.choice(branches)

    line = group()
    return (
        pick.choice(["", "", "» ", "• [", "- "])
        + pick.choice([line, line.upper(), line.title()])
        + pick.choice("  :…!")
    )


def test_a_gate_lets_every_line_of_its_phrase_through(ruleset: RuleSet) -> None:
    pick = random.Random(4)
    told = 0
    for rule in ruleset.rules:
        for phrase in rule.phrases:
            gate = Gate.of(phrase, ruleset.pieces)
            whole = re2.compile(whole_line([body_of(phrase, ruleset.pieces)]), OPTIONS)
            lines = [*(written(folded(phrase), ruleset, pick).strip() for _ in range(12)), *rule.changes]
            for line in lines:
                if whole.fullmatch(fold([line])[0].encode("utf-8", "replace")):
                    told += 1
                    assert gate.passes(line), (phrase, line)
    assert told > 5000


def test_copyrights_pass_the_gate_of_copyright(ruleset: RuleSet) -> None:
    gate = Gate.of("[{few}] copyright (by|of) {few}", ruleset.pieces)
    assert gate.passes("Copyrights of the valley")
    assert not gate.passes("Copper rights of the valley")
    assert Gate.of("follow us [on *]", {}).passes("FOLLOW\u00a0US")
    assert not Gate.of("follow us [on *]", {}).passes("Fallow us")


def test_letters_fold_as_the_automaton_does() -> None:
    cased = [chr(at) for at in range(65536) if chr(at).lower() != chr(at) or chr(at).casefold() != chr(at)]
    signs = "".join(
        {other for sign in cased for other in (sign, sign.lower()[:1], sign.upper()[:1], sign.casefold()[:1])}
    )
    table = letter_table()
    for sign in cased:
        same = re2.compile("(?i)" + sign, OPTIONS).findall(signs)
        assert {int(table[ord(one)]) for one in same} == {int(table[ord(sign)])}, (sign, same)


def test_signs_that_a_phrase_leaves_open_are_no_letters() -> None:
    assert letters("\u2022 [Foll\u00adow\u200b us\u2026]: \u00ab\u2019\u2014\u00a0_") == b"followus"
    assert letters("\u00a9 1,234") == bytes([letter_table()[0xA9]]) + b"0000"
    assert letters("\ud800\U0001f600\U00010400") == b""


def test_the_kernel_lets_the_same_lines_through(ruleset: RuleSet, monkeypatch: pytest.MonkeyPatch) -> None:
    patterns = [patterns_of(rule, ruleset.pieces) for rule in ruleset.rules]
    gates = [gate for one in patterns for gate in one.gates]
    texts = [line for rule in ruleset.rules for line in (*rule.changes, *rule.keeps)]
    lines = Lines.of(["\n".join(texts), "a " * 800, "\u8bb0\u8005 @ 1\u516c"])
    monkeypatch.setattr(automata.Glance, "find", lambda self, texts, rows: rows[:0])
    shown = []
    for plain in (1 << 40, -1):
        monkeypatch.setattr(kernels, "PLAIN", plain)
        kernels.compiled.cache_clear()
        shown.append(Automata(patterns)._shown(lines))
    assert shown[0].tolist() == shown[1].tolist()
    for text, bits in zip(lines.text, shown[0].tolist(), strict=True):
        passed = sum({bit for gate, some in gates if gate.passes(text) for bit in (1, 2, 4) if some & bit})
        assert bits == (passed & 3 if len(text) <= 200 else passed & 4 if len(text) <= 700 else 0), text


def test_a_glance_misses_no_line_and_minds_no_neighbours() -> None:
    texts = ["AB", "12", "-3", "x", "12 \u2026", "45", "z"]
    rows = np.arange(len(texts)) * 2
    assert Glance([r"\d+", r"[^\p{L}]+"]).find(texts, rows).tolist() == [2, 4, 8, 10]
    assert Glance([r"\Ax\z"]).find(texts, rows).tolist() == rows.tolist()
    assert Glance([]).find(texts, rows).tolist() == []
