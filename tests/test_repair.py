import tomllib
from pathlib import Path
from typing import Any

import pytest

from cleaner.config import REPAIRS as REPAIR_NAMES
from cleaner.documents import Edit, apply
from cleaner.encoding import REPAIRS, RepairOptions, repair
from cleaner.encoding.mixups import COMPARED, LONGEST

CASES = tomllib.loads((Path(__file__).parent / "cases/repairs.toml").read_text(encoding="utf-8"))
SEEDS = sorted((Path(__file__).parents[1] / "seeds").glob("*.txt"))


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["why"])
def test_damage_is_repaired(case: dict[str, Any]) -> None:
    edits = repair(case["damaged"])
    assert apply(edits, case["damaged"]) == case["repaired"]
    assert case["rule"] in {edit.rule for edit in edits}
    assert repair(case["repaired"]) == []


@pytest.mark.parametrize("case", CASES["unchanged"], ids=lambda case: case["why"])
def test_sound_text_is_left_alone(case: dict[str, Any]) -> None:
    assert repair(case["text"]) == []


def test_every_repair_has_a_case_and_a_reason() -> None:
    assert {one.name for one in REPAIRS} == {case["rule"] for case in CASES["case"]}
    assert all(one.why.endswith(".") and one.function.__doc__ for one in REPAIRS)


def test_every_repair_can_be_named_in_the_settings() -> None:
    assert [one.name for one in REPAIRS] == list(REPAIR_NAMES)


def test_edits_are_narrow_and_named() -> None:
    assert repair("Sound words, then cafÃ© and more sound words") == [Edit(21, 23, "é", "encoding", "mojibake", 0.99)]


def test_every_repair_of_a_line_has_its_own_edit() -> None:
    edits = repair("Caf&eacute;\u200b &amp; it\\'s oﬃce")
    assert [edit.rule for edit in edits] == [
        "html-entities",
        "zero-width",
        "html-entities",
        "slashed-quotes",
        "ligatures",
    ]


def test_mixed_damage_is_repaired_line_by_line() -> None:
    text = "The cafÃ© is open\nÍîâîñòè ýêîíîìèêè\nDon&#8217t ask\n"
    assert apply(repair(text), text) == "The café is open\nНовости экономики\nDon’t ask\n"


def test_options() -> None:
    text = "a\u2009b c\u00add ﬁ"
    keep = RepairOptions(spaces="keep", skip=("soft-hyphens", "ligatures"))
    assert repair(text, keep) == []
    assert repair("a\r\nb\nc", RepairOptions(skip=("line-ends",))) == []
    assert apply(repair("5\u00a0€", RepairOptions(spaces="all")), "5\u00a0€") == "5 €"


@pytest.mark.parametrize(
    ("damaged", "repaired"),
    [("ÒIt wonÕt rain,Ó she said. ", "“It won’t rain,” she said. "), ("Íîâîñòè ýêîíîìèêè ", "Новости экономики ")],
)
def test_a_long_line_is_repaired_by_what_its_beginning_shows(damaged: str, repaired: str) -> None:
    times = 2 * COMPARED // len(damaged)
    edits = repair(damaged * times)
    assert apply(edits, damaged * times) == repaired * times
    assert repair(repaired * times) == []


def test_a_long_line_that_is_damaged_in_another_way_later_keeps_what_follows() -> None:
    line = "Íîâîñòè ýêîíîìèêè " * 1200 + "“Sound” – naïve café " * 7000
    assert repair(line) == []


def test_mixups_are_not_looked_for_in_endless_lines() -> None:
    line = "cafÃ© &amp; " * (LONGEST // 4)
    assert apply(repair(line), line) == line.replace("&amp;", "&")


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_the_sample_documents_are_sound(path: Path) -> None:
    assert repair(path.read_text(encoding="utf-8")) == []
