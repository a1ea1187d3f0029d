"""Edits as records of the audit, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.audit import counted, lines, named, original_bytes, original_text, pack, restore, undo, unpack
from cleaner.documents import Edit, apply
from cleaner.errors import InputError, OutputError

TEXT = "Follow us\ncafÃ© time\n"
EDITS = [
    Edit(0, 10, "", "boilerplate", "follow", 0.9123, (("model", 0.5), ("rules", 0.95))),
    Edit(13, 15, "é", "encoding", "mojibake", 0.99),
]


def test_packed_edits_come_back_with_what_they_removed() -> None:
    edits, removed = unpack(pack(EDITS, TEXT))
    assert edits == EDITS
    assert removed == ["Follow us\n", "Ã©"]
    assert undo(edits, removed, apply(EDITS, TEXT)) == TEXT


def test_a_record_says_what_was_done_where_why_and_how_surely() -> None:
    notes = lines([{"stage": "encoding", "rule": "decode", "codec": "cp1252", "bom": False, "newline": "\n"}])
    note, first, second = map(orjson.loads, named("a", notes + pack(EDITS, TEXT)).splitlines())
    assert note["rule"] == "decode"
    assert first == {
        "id": "a", "start": 0, "end": 10, "removed": "Follow us\n", "replacement": "", "stage": "boilerplate",
        "rule": "follow", "confidence": 0.9123, "evidence": {"model": 0.5, "rules": 0.95},
    }  # fmt: skip
    assert second["replacement"] == "é"
    assert original_text(apply(EDITS, TEXT), [note, first, second]) == TEXT
    assert original_bytes(apply(EDITS, TEXT), [note, first, second]) == TEXT.encode("cp1252")


def _trail(identity: str = "a") -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in named(identity, pack(EDITS, TEXT)).splitlines()]


@given(st.lists(st.dictionaries(st.text(), st.text(), min_size=1)), st.text())
def test_every_line_gets_the_id_of_its_document(records: list[dict[str, str]], identity: str) -> None:
    trail = named(identity, lines(records))
    assert [orjson.loads(line) for line in trail.split(b"\n")[:-1]] == [{"id": identity, **one} for one in records]


def test_edits_are_counted_by_rule_and_size() -> None:
    assert counted(EDITS) == (["boilerplate/follow", "encoding/mojibake"], [10, 1])


def document(identity: str, text: str) -> dict[str, Any]:
    return {"id": identity, "text": text}


def test_restore_writes_documents_with_and_without_edits(tmp_path: Path) -> None:
    documents = [(document("a", apply(EDITS, TEXT)), _trail()), (document("b/c", "as it was"), [])]
    assert restore(documents, tmp_path) == 2
    assert (tmp_path / "a").read_text(encoding="utf-8") == TEXT
    assert (tmp_path / "b" / "c").read_text() == "as it was"


@pytest.mark.parametrize("ids", [("a", "a/b"), ("a/b", "a")])
def test_an_id_that_is_the_folder_of_another_has_a_file_too(ids: tuple[str, str], tmp_path: Path) -> None:
    assert restore([(document(identity, identity), []) for identity in ids], tmp_path) == 2
    assert sorted(path.read_text() for path in tmp_path.rglob("*") if path.is_file()) == ["a", "a/b"]


def test_an_audit_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a: the audit does not fit the corpus"):
        restore([(document("a", "short"), _trail())], tmp_path)


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="cannot be written"):
        restore([(document("a", "text"), [])], tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"
