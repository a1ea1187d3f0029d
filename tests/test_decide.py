"""The decision: cuts that keep paragraphs apart, evidence that adds up, and a result that cleaning again keeps."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.boilerplate import decide, model
from cleaner.boilerplate.automata import Hits
from cleaner.boilerplate.cuts import cut
from cleaner.boilerplate.decide import Settings
from cleaner.boilerplate.marks import Mark, Marks
from cleaner.boilerplate.rules import RuleSet
from cleaner.boilerplate.templates import TEMPLATES, Templates
from cleaner.boilerplate.verdicts import Verdicts, rounded
from cleaner.documents import Edit, apply, compose, invert
from cleaner.lines import Lines

CASES = tomllib.loads((Path(__file__).parent / "cases" / "cuts.toml").read_text(encoding="utf-8"))["case"]
PROSE = [
    "The council voted on Tuesday to close the old bridge for a year, and said that buses would take another way.",
    "\u201cWe have waited for this for ten years,\u201d said the mayor, who had promised it before the election.",
    "Traders in the old town said they feared that fewer people would come, and asked for help with their rents.",
    "The work is to begin in March and will cost about four million euros, most of which the state will pay.",
]
FURNITURE = [
    "Share this article",
    "Advertisement",
    "Read more:",
    "Sign up for our newsletter",
    "Home | News | Sport",
    "Follow us on Facebook",
    "Grave threats",
]
ALL = Settings(ruleset=RuleSet.load(), model=model.load())


class OneRule:
    """Stands for a rule set: the marks of the lines that have a text."""

    def __init__(self, marks: dict[str, Mark]) -> None:
        self.said = marks

    def hits(self, lines: Lines) -> Hits:
        return Hits(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))

    def marks(self, lines: Lines, *_: object) -> Marks:
        return Marks.of(self.found(lines), lines)

    def found(self, lines: Lines) -> list[Mark]:
        return [self.said[text]._replace(row=row) for row, text in enumerate(lines.text) if text in self.said]


def ruled(**marks: Mark) -> Settings:
    return Settings(ruleset=OneRule({k.replace("_", " "): v for k, v in marks.items()}), fields=False, captions=False)  # type: ignore[arg-type]


def cuts_of(lines: Lines, rows: list[int]) -> dict[int, list[Edit]]:
    row = np.array(rows, dtype=np.int64)
    ends, sure = lines.end[row] - lines.start[row], np.full(len(row), 0.9)
    return cut(lines, Verdicts(row, 0 * row, ends, sure, ["x"] * len(row), [()] * len(row), len(row)))[0]


def one(text: str, given_settings: Settings) -> decide.Decision:
    return decide.find(Lines.of([text]), [None], [None], given_settings)[0]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_cuts_keep_paragraphs_apart(case: dict[str, object]) -> None:
    text, remove = str(case["text"]), case["remove"]
    assert isinstance(remove, list)
    lines = Lines.of([text])
    rows = [row for row, line in enumerate(lines.text) if line in remove]
    edits = cuts_of(lines, rows)[0]
    assert apply(edits, text) == case["clean"]
    assert len(edits) == len(rows)
    assert apply(invert(edits, text), apply(edits, text)) == text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PROSE + FURNITURE), st.sampled_from(["\n", "\n\n", " \n \n"])), max_size=12))
def test_cleaning_twice_is_cleaning_once_and_can_be_undone(parts: list[tuple[str, str]]) -> None:
    text = "".join(line + gap for line, gap in parts)
    decision = one(text, ALL)
    clean = apply(decision.edits, text)
    assert not one(clean, ALL).edits
    assert apply(invert(decision.edits, text), clean) == text
    assert len(decision.evidence) == len(decision.edits)
    assert {line.strip() for line in clean.split("\n")} <= {line.strip() for line in text.split("\n")}


def test_documents_do_not_depend_on_their_batch() -> None:
    texts = ["\n\n".join([*PROSE[:2], line, *PROSE[2:]]) for line in FURNITURE]
    together = decide.find(Lines.of(texts), [None] * 7, [None] * 7, ALL)
    assert together == [one(text, ALL) for text in texts]


@pytest.mark.parametrize(
    ("title", "head", "rest"),
    [
        ("Mayor resigns", "Mayor resigns", "Mayor resigns\n"),
        (None, "Mayor resigns", ""),
        ("Mayor resigns today", "Mayor resigns", ""),
        ("Mayor resigns", "Mayor resigns\nAdvertisement", "Mayor resigns\n"),
        ("Advertisement", "Advertisement", ""),
    ],
    ids=["given", "not given", "another", "above furniture", "surely furniture"],
)
def test_a_short_line_stays_if_it_is_the_title_that_the_input_gives(title: str | None, head: str, rest: str) -> None:
    (decision,) = decide.find(Lines.of([f"{head}\n{PROSE[0]}"]), [None], [None], ALL, [title])
    assert apply(decision.edits, f"{head}\n{PROSE[0]}") == rest + PROSE[0]


def test_rules_and_model_strip_furniture_and_keep_the_article() -> None:
    text = "\n\n".join(["Home | News | Sport", *PROSE[:2], "Advertisement", *PROSE[2:], "Share this article"])
    decision = one(text, ALL)
    assert apply(decision.edits, text) == "\n\n".join(PROSE)
    assert all(evidence["model"] > 0 for evidence in decision.evidence)
    assert all(edit.stage == "boilerplate" for edit in decision.edits)
    assert not decide.find(Lines.of([PROSE[0]]), [None], [None], ALL)[0].findings


def test_a_stricter_level_removes_no_more() -> None:
    text = "\n\n".join([FURNITURE[4], PROSE[0], FURNITURE[6], PROSE[1], FURNITURE[2], *PROSE[2:], *FURNITURE[:2]])
    left = [
        len(apply(one(text, replace(ALL, level=level)).edits, text))
        for level in ("conservative", "balanced", "aggressive")
    ]
    assert left == sorted(left, reverse=True)


def test_what_is_not_quite_sure_is_reported_and_stays() -> None:
    decision = one(f"{PROSE[0]}\nOdd line\n{PROSE[1]}", ruled(Odd_line=Mark(0, "rules", "odd", 0.4)))
    assert decision.edits == []
    (finding,) = decision.findings
    assert (finding.rule, finding.confidence) == ("odd", 0.4)
    assert "rules 0.40" in finding.message


def test_a_keep_mark_protects_from_the_less_sure_only() -> None:
    class Both(OneRule):
        def found(self, lines: Lines) -> list[Mark]:
            found = super().found(lines)
            return found + [mark._replace(action="keep", rule="guard", confidence=0.8) for mark in found]

    for confidence, edits in ((0.7, 0), (0.9, 1)):
        marks = {"Odd line": Mark(0, "rules", "odd", confidence)}
        text = f"{PROSE[0]}\nOdd line\n{PROSE[1]}"
        chosen = Settings(ruleset=Both(marks), fields=False, captions=False)  # type: ignore[arg-type]
        assert len(one(text, chosen).edits) == edits


def test_a_mark_on_part_of_a_line_cuts_that_part() -> None:
    line = "BEIJING (AP) \u2014 The talks began."
    mark = Mark(0, "rules", "dateline", 0.9, start=0, end=15, fields={"agency": "AP"})
    chosen = Settings(ruleset=OneRule({line: mark}), fields=False, captions=False)  # type: ignore[arg-type]
    decision = one(f"{line}\n{PROSE[0]}", chosen)
    assert apply(decision.edits, f"{line}\n{PROSE[0]}") == f"The talks began.\n{PROSE[0]}"
    assert decision.fields == {"agency": "AP"}


def test_a_document_that_would_keep_no_prose_is_left_alone() -> None:
    chosen = ruled(Menu=Mark(0, "rules", "menu", 0.9), Share=Mark(0, "rules", "share", 0.9))
    decision = one("Menu\nShare\nScore 3:1", chosen)
    assert decision.edits == []
    assert [finding.rule for finding in decision.findings] == ["left-alone"]
    assert one(f"Menu\nShare\n{PROSE[0]}", chosen).edits


def test_templates_count_as_evidence() -> None:
    row = {"source": "one", "text": "The Daily Bridge", "documents": 90, "share": 0.9, "days": 40}
    row |= {"position": "start", "confidence": 0.97}
    known = Templates.of([Templates.of([]).table.from_pylist([row], schema=TEMPLATES)])
    text = f"The Daily Bridge\n\n{PROSE[0]}\n\n{PROSE[1]}"
    decision = decide.find(
        Lines.of([text, text]), ["one", "two"], [None, None], Settings(templates=known, fields=False)
    )
    assert [edit.rule for edit in decision[0].edits] == ["template"]
    assert decision[1].edits == []


def test_nothing_and_odd_texts() -> None:
    assert decide.find(Lines.of([]), [], [], ALL) == []
    odd = [
        "",
        "\n\n",
        "no newline",
        "\ud800",
        "\u0627\u0644\u0635\u064a\u0646 \u0648\u0631\u0648\u0633\u064a\u0627\u061f",
    ]
    for decision, text in zip(decide.find(Lines.of(odd), [None] * 5, [None] * 5, ALL), odd, strict=True):
        assert apply(decision.edits, text).strip() == text.strip()


def test_later_looks_are_one_list_of_edits() -> None:
    text = f"A\nB\n{PROSE[0]}"
    first = cuts_of(Lines.of([text]), [0])[0]
    middle = apply(first, text)
    more = cuts_of(Lines.of([middle]), [0])[0]
    both = compose(first, more, text)
    assert apply(both, text) == PROSE[0]


@given(st.lists(st.floats(0, 1) | st.integers(0, 20000).map(lambda half: half / 20000), max_size=20))
def test_numbers_are_rounded_as_python_does(values: list[float]) -> None:
    assert rounded(np.array(values)).tolist() == [round(value, 4) for value in values]


def test_weights_of_evidence_are_finite() -> None:
    lines = Lines.of(["\n".join(PROSE + FURNITURE)])
    assert np.isfinite(model.load().logit(lines)).all()


def test_a_sentence_amid_the_article_is_no_boilerplate_by_a_rule_alone() -> None:
    before = [
        "The members of parliament met on Tuesday to speak about a reform of the law on the country's archives.",
        "Archivists had asked for a longer time in which letters of ministers may be kept from readers, Mr Oduya said.",
    ]
    after = [
        "Nobody had expected that the debate would last for more than nine hours, and many members left by midnight.",
        "The vote was put off until the first week of October, when the chamber will meet again after the summer.",
    ]
    using = Settings(ruleset=RuleSet.load(), model=model.load())
    text = "\n\n".join([*before, "Copyright law was not discussed.", *after])
    (decision,) = decide.find(Lines.of([text]), [None], [None], using)
    assert decision.edits == []
    assert [finding.rule for finding in decision.findings] == ["copyright"]
    text = "\n\n".join([*before, *after, "Copyright 2021 The Daily Valley. All rights reserved."])
    (decision,) = decide.find(Lines.of([text]), [None], [None], using)
    assert [edit.rule for edit in decision.edits] == ["copyright"]
