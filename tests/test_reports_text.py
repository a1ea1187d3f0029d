"""What people read at the terminal: summaries, differences, explanations, rules."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from running import clean

from cleaner.corpus import Corpus
from cleaner.errors import ConfigError, InputError
from cleaner.reports import text, why
from cleaner.reports.beside import beside
from cleaner.reports.summary import summary

PARAGRAPH = (
    "Residents of the old quarter said on Thursday that nobody had told them about the works, which began before dawn "
    "with two excavators and a crane."
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    lines = [
        {"id": "a", "text": f"The cafÃ© opens.\n\n{PARAGRAPH}\nLast line", "title": "Café"},
        {"id": "b", "text": f"Something else stands here.\n\n{PARAGRAPH.replace('nobody', 'no one')}\n"},
        {"id": "c"},
    ]
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(orjson.dumps(line) for line in lines))
    clean(tmp_path / "in.jsonl", tmp_path / "out", stages=("encoding", "near-duplicates"))
    return tmp_path / "out"


def test_the_summary_names_counts_effects_and_what_is_wrong(out: Path) -> None:
    said = summary(Corpus(out).record, "written to out")
    assert "3 records read = 2 kept + 0 dropped + 1 rejected" in said
    assert "encoding/mojibake" in said
    assert "1 near-duplicate passage in 1 cluster (1 verified pair)" in said
    assert "1 record could not be used: it has no field known to hold text" in said
    assert said.endswith("written to out")


def test_a_run_tells_of_repaired_titles_though_no_text_changes(tmp_path: Path) -> None:
    titles = ["The cafÃ© opens", "A bridge", 'Says "field":"title" itself', "A jetÃ©e falls"]
    lines = [orjson.dumps({"id": str(at), "title": title, "text": PARAGRAPH}) for at, title in enumerate(titles)]
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(lines))
    clean(tmp_path / "in.jsonl", tmp_path / "out", stages=("encoding",))
    record = Corpus(tmp_path / "out").record
    assert (record["counts"]["changed"], record["counts"]["titles_repaired"]) == (0, 2)
    said = summary(record, "written to out", tmp_path / "out")
    assert "2 titles repaired" in said
    assert "cleaner why 0 -o" in said


def test_the_differences_lead_from_the_original_to_the_clean_text(out: Path) -> None:
    said = "".join(text.differences(out))
    assert said.startswith("--- a (original)\n+++ a (clean)\n")
    assert "\n-The cafÃ© opens.\n+The café opens.\n" in said
    assert "b (original)" not in said


def test_a_last_line_without_line_feed_is_marked(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The cafÃ© opens.", encoding="utf-8")
    clean(tmp_path / "a.txt", tmp_path / "out", stages=("encoding",))
    said = "".join(text.differences(tmp_path / "out"))
    assert said.count("\\ No newline at end of file\n") == 2


def test_why_shows_each_edit_and_each_match_with_both_texts(out: Path) -> None:
    said = "\n".join(why.explain(Corpus(out), "b"))
    assert said.startswith("b: 0 edits, 1 near-duplicate passage\n")
    assert "kept: a, characters 17-" in said
    assert "Jaccard similarity 0." in said
    assert "this document, characters 29-174" in said
    assert "{no one}" in said
    assert "{nobody}" in said
    (row,) = [line for line in said.splitlines() if "nobody" in line]
    assert row.index("{no one}") < row.index("{nobody}")
    repaired = "\n".join(why.explain(Corpus(out), "a"))
    assert "kept copy of 2 passages" in repaired
    assert "flagged: b, characters 29-174" in repaired
    assert "line 1, characters 7-9: encoding/mojibake, confidence 0.99" in repaired
    assert "  - Ã©\n  + é" in repaired
    assert "title: Café" in repaired


def test_two_texts_stand_side_by_side_or_one_above_the_other() -> None:
    heads, texts = ("left", "right"), ("the old bridge is closed", "the new bridge is closed")
    wide = beside(heads, texts, 80, colors=False).splitlines()
    assert wide[1].split() == ["the", "{old}", "bridge", "is", "closed", "the", "{new}", "bridge", "is", "closed"]
    narrow = beside(heads, texts, 79, colors=False).splitlines()
    assert [line.strip() for line in narrow] == [
        "left", "the {old} bridge is closed", "right", "the {new} bridge is closed",
    ]  # fmt: skip
    painted = beside(heads, texts, 80, colors=True)
    assert "\x1b[30;43mold\x1b[0m" in painted
    assert "{" not in painted
    chinese = beside(heads, ("大桥今天开放" * 30, "大桥昨天开放" * 30), 80, colors=False).splitlines()
    assert max(sum(2 if "一" <= one <= "鿿" else 1 for one in line) for line in chinese) <= 80
    assert "\x1b" not in beside(heads, ("a \x1b[31m b", "a"), 80, colors=False)


def test_the_phrase_that_spoke_is_named(seeds: Path, tmp_path: Path) -> None:
    clean(seeds, tmp_path / "out")
    said = "\n".join(why.explain(Corpus(tmp_path / "out"), "000_a38f933c2d6f7b9f.txt"))
    assert "  it says: follow us [on]\n" in said
    assert said.count("it says") == 1


def test_why_of_an_unknown_document_suggests_a_known_one(out: Path) -> None:
    with pytest.raises(InputError, match=r"no document 'aa'; did you mean 'a'\?"):
        list(why.explain(Corpus(out), "aa"))


def test_a_damaged_output_is_named(out: Path) -> None:
    (out / "corpus.jsonl").write_bytes(b'{"id": "a", "text": ""}\n{"id"\n')
    with pytest.raises(InputError, match=r"corpus.jsonl: was changed .*\(line 2 is no JSON\)"):
        list(Corpus(out).documents())
    (out / "corpus.jsonl").unlink()
    with pytest.raises(InputError, match=r"corpus.jsonl: cannot be read"):
        list(Corpus(out).documents())


def test_a_rule_is_shown_with_reason_and_examples() -> None:
    from cleaner.boilerplate.rules import RuleSet
    from cleaner.reports import rules

    ruleset = RuleSet.load([])
    for rule in ruleset.rules:
        said = rules.show(ruleset, rule.name)
        assert rule.why in said
        assert "changes" in said
    with pytest.raises(ConfigError, match="there is no rule"):
        rules.show(ruleset, "no-such-rule")
    assert len(rules.table(ruleset).splitlines()) == len(ruleset.rules)
