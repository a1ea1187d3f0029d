"""Gates: no line of a phrase is missed, in any case, script and spacing."""

from __future__ import annotations

import random
import re

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.boilerplate import kernels
from cleaner.boilerplate.automata import Automata, Expression, expressions_of
from cleaner.boilerplate.gates import Gate
from cleaner.boilerplate.letters import joined, letter_table, letters, lower_table
from cleaner.boilerplate.outlines import shouts
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
            whole = re2.compile(whole_line(body_of(phrase, ruleset.pieces)), OPTIONS)
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
    assert letters("\u00a9 1,234 and \u0663 5") == bytes([letter_table()[0xA9]]) + b"0and0"
    assert joined(b"covid0", b"0am") == b"covid0am"
    assert letters("\ud800\U0001f600\U00010400") == b""


def test_letters_of_lower_case_are_those_of_the_automaton() -> None:
    assert not any(re2.fullmatch(r"[\p{Lu}\p{N}]", chr(at)) for at in range(65536) if lower_table()[at])
    assert not any(re2.fullmatch(r"[^\p{L}]", chr(at)) for at in range(65536) if lower_table()[at])


#: Parts of regular expressions that Python and RE2 read alike.
PARTS = st.sampled_from(
    [
        *"abAB .,-%",
        r"\d",
        r"\s",
        r"[\d.,]",
        r"[kKmM]",
        r"[^a]",
        ".",
        r"\.",
        r"[a-c]",
        r"\x41",
        r"[+-]",
        r"\S",
        "12",
        "é",
    ]
)
EXPRESSIONS = st.recursive(
    st.lists(PARTS, min_size=1, max_size=4).map("".join),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda some: "(?:" + "|".join(some) + ")"),
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{0,2}", "{1,3}", "*?"])).map(
            lambda both: f"(?:{both[0]}){both[1]}"
        ),
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=150)
@given(EXPRESSIONS, st.data())
def test_a_gate_lets_every_line_of_its_pattern_through(pattern: str, data: st.DataObject) -> None:
    line = data.draw(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True))
    gate = Gate.of_pattern(pattern)
    for text in (line, line.strip(), line.upper()):
        if re2.fullmatch(pattern, text, OPTIONS):
            assert gate.passes(text), gate


@pytest.mark.parametrize(
    ("pattern", "gate"),
    [
        (r"(?i)(?:gold|S&P 500)\s*", Gate(whole=frozenset([b"gold", b"s&p0"]))),
        (r"[+-]?\d[\d,]*\.\d+%?", Gate(whole=frozenset([b"0", b"0%"]))),
        (r"(?i)(?:read|see) more.*", Gate(begins=frozenset([b"readmore", b"seemore"]))),
        (r"\S+ (?:ago|geleden)", Gate(ends=frozenset([b"ago", b"geleden"]))),
        (r"\Qa.b\E\x63", Gate(whole=frozenset([b"abc"]))),
        (r"\p{Lu}[\p{Lu}\p{N} &.\x27-]{2,40}", Gate(shouted=True)),
        (r"[^\p{L}\p{N}]+", Gate(shouted=True)),
        (r"\101|a{0}[]^]*", Gate()),
        (r"(?i)[A-Z]+", Gate()),
    ],
)
def test_gates_of_patterns(pattern: str, gate: Gate) -> None:
    assert Gate.of_pattern(pattern) == gate


@pytest.mark.parametrize(
    "pattern", ["[", "(", ")", "*", "a**", "[]", "[^]", "a{", "\\", "(?", "|", "((a)", "{99999}", "(?=a)"]
)
def test_broken_patterns_have_some_gate(pattern: str) -> None:
    assert isinstance(Gate.of_pattern(pattern), Gate)
    assert shouts(pattern) in (True, False)


@pytest.fixture(scope="module")
def lines(ruleset: RuleSet) -> Lines:
    """Lines of rules' examples and phrases in all languages, and the same with letters changed, cut or glued."""
    pick = random.Random(7)
    texts = [line for rule in ruleset.rules for one in (*rule.changes, *rule.keeps) for line in one.split("\n")]
    texts += [written(folded(phrase), ruleset, pick) for rule in ruleset.rules for phrase in rule.phrases]
    for text in list(texts):
        at, end = sorted((pick.randrange(len(text) + 1), pick.randrange(len(text) + 1)))
        texts += [text[:at] + text[end:], text[:at] + pick.choice(["12", " ", "x", "\u00e9", "\u8bb0"]) + text[at:]]
        texts += [text + pick.choice([" ", "", ", "]) + pick.choice(texts), text.swapcase(), text * 5]
    return Lines.of(["\n".join(texts), "a " * 800, "\u8bb0\u8005 @ 1\u516c"])


def test_the_kernel_lets_the_same_lines_through(
    ruleset: RuleSet, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = [one for rule in ruleset.rules for one in expressions_of(rule, ruleset.pieces)][::5]
    some += [Expression("x", Gate(whole=frozenset([b"a", b"ab"]), begins=frozenset([b"b", b"co"])), True)]
    some += [Expression("x", Gate(ends=frozenset([b"a", b"xy"]), holds=frozenset([b"afp", b"\xe9\xe9"])), True)]
    some += [Expression("x", Gate()), Expression("x", Gate(shouted=True), True)]
    texts = [*list(dict.fromkeys(lines.text))[::7], "a", "ab", "cob", "xy", "AFP", "\u00e9\u00e9"]
    lines = Lines.of(["\n".join(texts)])
    shown = []
    for plain in (1 << 40, -1):
        monkeypatch.setattr(kernels, "PLAIN", plain)
        kernels.compiled.cache_clear()
        shown.append(Automata([[one] for one in some])._shown(lines, 0))
    assert shown[0].tolist() == shown[1].tolist()
    for text, words in zip(lines.text, shown[0].tolist(), strict=True):
        bits = sum(word << 64 * at for at, word in enumerate(words))
        for at, one in enumerate(some):
            due = len(text) <= 200 or (one.long and len(text) <= 700)
            assert (bits >> at & 1) >= (due and one.gate.passes(text)), (text, one)
            assert due or not bits >> at & 1


def test_gates_change_nothing(ruleset: RuleSet, lines: Lines) -> None:
    rules = [expressions_of(rule, ruleset.pieces) for rule in ruleset.rules]
    compiled = [[(re2.compile(one.pattern, OPTIONS), one.long) for one in some] for some in rules]
    texts = list(dict.fromkeys(lines.text))[::9]
    found = Automata(rules).match(Lines.of(["\n".join(texts)])).by_row()
    for row, (text, plain) in enumerate(zip(texts, fold(texts), strict=True)):
        due = [
            at
            for at, some in enumerate(compiled)
            if any((len(text) <= 200 or (long and len(text) <= 700)) and one.fullmatch(plain) for one, long in some)
        ]
        assert found.get(row, []) == due, text


def test_lines_are_folded_one_by_one() -> None:
    assert fold(["A\tB", "\u00abA\tB\u2026"]) == ["A\tB", "<A B..."]
