"""Rules: loading, matching, and their examples."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.boilerplate import rule_tests
from cleaner.boilerplate.rules import RuleSet
from cleaner.errors import ConfigError
from cleaner.lines import Lines

PROSE = "The council met in the old town hall on Monday to talk about the plan for the river, and stayed until late."
GOOD = """
[[rule]]
name = "valley"
why = "The valley's own line."
phrases = ["valley greets you"]
changes = ["Valley greets you"]
keeps = ["The valley greets you with rain."]
"""


@pytest.fixture(scope="module")
def ruleset() -> RuleSet:
    return RuleSet.load()


def loaded(tmp_path: Path, content: str) -> RuleSet:
    path = tmp_path / "own.toml"
    path.write_text(content, encoding="utf-8")
    return RuleSet.load([path])


def removed(ruleset: RuleSet, text: str) -> list[str]:
    lines = Lines.of([text])
    rows = {mark.row for mark in ruleset.match(lines) if mark.action == "remove" and mark.confidence >= 0.5}
    return [lines.text[row] for row in sorted(rows)]


def test_every_example_holds_and_every_guard_is_defended(ruleset: RuleSet) -> None:
    assert rule_tests.check(ruleset) == []


def test_every_language_has_rules(ruleset: RuleSet) -> None:
    languages = {language for rule in ruleset.rules for language in rule.languages}
    assert languages == {"de", "fr", "es", "pt", "it", "nl", "ru", "pl", "el", "ar", "zh", "ja", "ko"}


def test_marks_are_sorted_and_name_their_rule(ruleset: RuleSet) -> None:
    marks = ruleset.match(Lines.of([f"Share\n{PROSE}\nComments (3)", "Advertisement"]))
    assert [(mark.row, mark.rule) for mark in marks] == [
        (0, "share-buttons"),
        (2, "comment-calls"),
        (3, "advert-label"),
    ]
    assert {mark.detector for mark in marks} == {"rules"}


@pytest.mark.parametrize(
    "line",
    [
        "FOLLOW  US ON:",
        "» Follow us on",
        "follow\N{NO-BREAK SPACE}us on",
        "\N{BULLET} Follow us \N{EM DASH} on …",
        "[Follow us on]",
    ],
)
def test_lines_are_folded(ruleset: RuleSet, line: str) -> None:
    assert removed(ruleset, line) == [line]


def test_rules_of_another_language_stay_silent(ruleset: RuleSet) -> None:
    lines = Lines.of(["Lesen Sie auch"])
    assert [mark.rule for mark in ruleset.match(lines)] == ["de-related"]
    assert ruleset.match(lines, ["en"]) == []
    assert [mark.rule for mark in ruleset.match(lines, ["de-AT"])] == ["de-related"]


def test_inline_headlines_need_company(ruleset: RuleSet) -> None:
    headlines = [
        "Mayor of the lower valley to step down after nine years in the town hall",
        "Why has no one seen the last wolf of the upper valley this winter?",
    ]
    paragraphs = [PROSE.replace("Monday", day) for day in ("Friday", "Sunday")] * 6
    text = [*paragraphs[:3], headlines[0], *paragraphs[3:6], headlines[1], *paragraphs[6:]]
    assert removed(ruleset, "\n".join(text)) == headlines
    assert removed(ruleset, "\n".join(line for line in text if line != headlines[1])) == []


def test_one_line_under_a_heading_of_links_may_be_a_subheading(ruleset: RuleSet) -> None:
    assert removed(ruleset, f"{PROSE}\nRelated stories\nThe price of the water\n{PROSE}") == ["Related stories"]


def test_hostile_lines_take_bounded_time(ruleset: RuleSet) -> None:
    texts = [
        "a " * 2_000_000,
        "read more " * 300_000,
        "\n".join(["Share"] * 100_000),
        "(" * 1_000_000,
        "\ud800 cookies",
        "",
    ]
    marks = ruleset.match(Lines.of(texts))
    assert len(marks) == 100_000


def test_own_rules_are_added(tmp_path: Path) -> None:
    own = loaded(tmp_path, GOOD)
    assert removed(own, f"{PROSE}\nVALLEY GREETS YOU!") == ["VALLEY GREETS YOU!"]
    assert own.rules[-1].file.endswith("own.toml")


def test_remove_to_end_takes_the_rest(tmp_path: Path) -> None:
    own = loaded(tmp_path, GOOD + 'action = "remove-to-end"\n')
    assert removed(own, f"{PROSE}\nValley greets you\n{PROSE}\nBye") == ["Valley greets you", PROSE, "Bye"]


def test_many_ends_and_many_headlines_take_linear_time(tmp_path: Path) -> None:
    own = loaded(tmp_path, GOOD + 'action = "remove-to-end"\n')
    headline = "Mayor of the lower valley to step down after nine years in hall number {}"
    lines = [headline.format(number) if number % 7 == 3 else PROSE for number in range(20_000)]
    marks = own.match(Lines.of(["\n".join(["Valley greets you"] * 20_000), "\n".join(lines)]))
    assert sum(mark.rule == "valley" for mark in marks) == 20_000
    assert sum(mark.rule == "inline-headline" for mark in marks) == len(range(3, 20_000, 7))


def test_keep_protects(tmp_path: Path) -> None:
    own = loaded(tmp_path, GOOD + 'action = "keep"\n')
    assert [(mark.rule, mark.action) for mark in own.match(Lines.of(["Valley greets you"]))] == [("valley", "keep")]


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("rule = 3 =", "not TOML"),
        (GOOD.replace("phrases", "phrase"), "did you mean 'phrases'"),
        (GOOD.replace("[[rule]]", "[[rules]]"), "did you mean 'rule'"),
        (GOOD.replace('changes = ["Valley greets you"]', ""), "'changes' is missing"),
        (GOOD.replace("keeps", "#"), "'keeps' is missing"),
        (GOOD + 'position = "middle"', "position 'middle'"),
        (GOOD + 'position = "start many"', "position 'start many'"),
        (GOOD + 'position = "start 9999999999999999999"', "position 'start 9"),
        ("rule = 3", "each under [[rule]]"),
        ("pieces = 3", "a table of texts"),
        ("number = " + "9" * 5_000, "not TOML"),
        ("list = " + "[" * 5_000, "not TOML"),
        (GOOD.replace("valley greets you", "(" * 5_000 + "valley" + ")" * 5_000), "nested too deeply"),
        (
            "[pieces]\n"
            + "".join(f'{"p" * n} = "{{{"p" * n}p}} {{{"p" * n}p}}"\n' for n in range(1, 40))
            + f'{"p" * 40} = "words"\n'
            + GOOD.replace("valley greets you", "valley {p}"),
            "more than 1,000,000 characters",
        ),
        (GOOD + 'action = "removes"', "did you mean 'remove'"),
        (GOOD + "confidence = 2.0", "between 0 and 1"),
        (GOOD + 'words = "many"', "must be a whole number"),
        (GOOD + 'after = "share"', "must be a list"),
        (GOOD.replace("valley greets you", "valley (greets you"), "')' is missing"),
        (GOOD.replace("valley greets you", "valley greets) you"), "closes nothing"),
        (GOOD.replace("valley greets you", "{vally} greets"), "no piece {vally}"),
        (GOOD.replace("valley greets you", "*"), "match any line"),
        (GOOD.replace("valley greets you", "[valley]"), "match any line"),
        (GOOD + "patterns = ['(a', 'b']", "cannot be used"),
        (GOOD + "patterns = ['(?=valley)']", "cannot be used"),
        (GOOD + "patterns = ['((a{1000}){1000}){1000}']", "cannot be used"),
        (GOOD + 'shape = "inline-headline"', "or a shape"),
        (GOOD + 'after = ["no-such-rule"]', "no rule 'no-such-rule'"),
        (GOOD + GOOD, "already in"),
        (
            GOOD
            + '[pieces]\nloop = "{loop} again"\n'
            + GOOD.replace('"valley"', '"looped"').replace("valley greets you", "{loop} x"),
            "holds itself",
        ),
    ],
)
def test_rule_files_that_cannot_be_used(tmp_path: Path, broken: str, says: str) -> None:
    with pytest.raises(ConfigError) as error:
        loaded(tmp_path, broken)
    assert "own.toml" in str(error.value)
    assert says in str(error.value)
    assert "b'" not in str(error.value)  # RE2 speaks in bytes


def test_rule_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        RuleSet.load([tmp_path / "none.toml"])


def test_nested_repeats_are_harmless(tmp_path: Path) -> None:
    own = loaded(tmp_path, GOOD + "patterns = ['(a+)+b']")
    assert removed(own, "a" * 199) == []


def test_failures_are_found(tmp_path: Path) -> None:
    own = loaded(tmp_path, GOOD.replace("keeps = [", 'keeps = ["Valley greets you", ') + 'position = "end"\n')
    failures = rule_tests.check(own)
    assert [(failure.rule, failure.guard) for failure in failures] == [("valley", ""), ("valley", "position")]
    silent = loaded(tmp_path, GOOD.replace('changes = ["Valley', 'changes = ["Hill'))
    assert [failure.message for failure in rule_tests.check(silent)] == [
        "must go, but no rule takes it out: 'Hill greets you'"
    ]


def test_with_rule_changes_the_guard_alone(ruleset: RuleSet) -> None:
    clock = next(rule for rule in ruleset.rules if rule.name == "page-clock")
    text = f"{PROSE}\n01/22/2025 04:56:48 am\n{PROSE}"
    assert removed(ruleset, text) == []
    assert removed(ruleset.with_rule(replace(clock, position="anywhere")), text) == ["01/22/2025 04:56:48 am"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "Share",
                PROSE,
                "Related stories",
                "Mayor wants a new bridge",
                "12:30",
                "THE VALLEY",
                "01/22/2025 04:56:48 am",
                "Home",
                "Sport",
            ]
        ),
        max_size=10,
    )
)
def test_prose_stays_and_runs_come_to_rest(written: list[str]) -> None:
    ruleset = RuleSet.load()
    text = "\n".join(written)
    for _ in range(4):
        lines = Lines.of([text])
        gone = {mark.row for mark in ruleset.match(lines) if mark.action == "remove" and mark.confidence >= 0.5}
        assert all(lines.text[row] != PROSE for row in gone)
        text = "\n".join(line for row, line in enumerate(lines.text) if row not in gone)
    assert {mark.action for mark in ruleset.match(Lines.of([text]))} <= {"keep", "note"}
