"""What is made of rules is read again as it was made, or made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleaner.boilerplate import kept
from cleaner.boilerplate.rule_files import Rule
from cleaner.boilerplate.rules import RuleSet
from cleaner.lines import Lines

TEXT = "Share this article\nThe bridge was closed on Monday.\nSign up for our newsletter\nPhoto: Ann Lee / Reuters"


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Rule, ...]:
    some = [rule for rule in RuleSet.load().rules if rule.name in {"share-buttons", "newsletter-call", "photo-credit"}]
    monkeypatch.setattr(kept, "FEW", 1)
    monkeypatch.setattr(kept, "_FOLDER", tmp_path / "new")
    return tuple(some)


def matched(rules: tuple[Rule, ...]) -> dict[int, list[int]]:
    return kept.automata(rules, RuleSet.load().pieces).match(Lines.of([TEXT])).by_row()


def test_what_was_made_is_read(rules: tuple[Rule, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    made = matched(rules)
    monkeypatch.setattr(kept, "expressions_of", None)  # so that nothing can be made
    assert made == matched(rules) != {}
    with pytest.raises(TypeError):
        matched(rules[:1])  # other rules are another file


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut off", None])
def test_a_damaged_file_is_made_again(rules: tuple[Rule, ...], tmp_path: Path, content: bytes | None) -> None:
    made = matched(rules)
    (path,) = (tmp_path / "new").iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if content is None else content)
    assert matched(rules) == made
    assert path.read_bytes() == whole


def test_where_nothing_can_be_written_nothing_is_kept(rules: tuple[Rule, ...], tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"a file, and no folder")
    assert matched(rules) == matched(rules) != {}


def test_few_files_are_kept(rules: tuple[Rule, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(kept, "FILES", 2)
    for size in (1, 2, 3):
        matched(rules[:size])
    assert len(list((tmp_path / "new").iterdir())) == 2
