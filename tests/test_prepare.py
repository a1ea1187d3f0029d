"""Pass 1 on record batches: columns that need no change stay, settings reach the repairs."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
import pyarrow as pa
import pytest

from cleaner import audit
from cleaner.config import Config
from cleaner.documents import Edit
from cleaner.prepare import Prepare
from cleaner.schemas import DOCUMENTS, INPUT


def prepared(rows: list[dict[str, Any]], **settings: Any) -> list[dict[str, Any]]:
    full = [{"kind": "text", "id": f"d{at}", "location": "x", "document": at} | row for at, row in enumerate(rows)]
    batch = Prepare.of(Config(**settings))(pa.RecordBatch.from_pylist(full, schema=INPUT))
    assert batch.schema == DOCUMENTS
    return batch.to_pylist()


def test_each_kind_of_row_gets_its_text() -> None:
    rows = prepared(
        [
            {"text": "sound", "metadata": '{"a":1}'},
            {"text": "cafÃ©"},
            {"text": "a\r\nb"},
            {"raw": "größe".encode("latin-1"), "charset": "latin-1"},
            {"raw": b"\x89PNG\r\n\x1a\n\0\0\0\0\0\0"},
            {"reason": "no JSON"},
            {"text": ""},
        ]
    )
    assert [row["text"] for row in rows] == ["sound", "café", "a\nb", "größe", None, None, ""]
    assert rows[4]["reason"] == "not text: the content is a PNG image"
    assert rows[5]["reason"] == "no JSON"
    assert [audit.unpack(row["edits"]) for row in rows[:2]] == [
        ([], []),
        ([Edit(3, 5, "é", "encoding", "mojibake", 0.99)], ["Ã©"]),
    ]
    assert [orjson.loads(row["notes"])["newline"] for row in (rows[2], rows[3])] == ["\r\n", "\n"]


TITLES = ("The cafÃ© of the mayor", "Sound: “quotes”", None, "Fish &amp; chips\u200b, \x1b[31mred", "", "Ã©")


@pytest.mark.parametrize("large", [False, True])
def test_titles_are_repaired_and_the_audit_leads_back(monkeypatch: pytest.MonkeyPatch, large: bool) -> None:
    monkeypatch.setattr("cleaner.minhash.shingles.LARGE", 0 if large else 1 << 60)
    rows = [{"id": str(at), "kind": "text", "title": title, "text": "Sound."} for at, title in enumerate(TITLES)]
    made = prepared(rows)
    assert [row["title"] for row in made] == ["The café of the mayor", TITLES[1], None, "Fish & chips, red", "", "é"]
    for row, title in zip(made, TITLES, strict=True):
        notes = [orjson.loads(line) for line in row["notes"].splitlines()]
        assert bool(notes) is (row["title"] != title)
        assert {note["field"] for note in notes} <= {"title"}
        edits = [Edit(*(note[name] for name in audit._NAMES)) for note in notes]
        assert audit.undo(edits, [note["was"] for note in notes], row["title"] or "") == (title or "")
    assert [row["title"] for row in prepared(rows, stages=("boilerplate",))] == list(TITLES)


def test_the_digest_is_over_what_a_record_says_and_not_where_it_stands() -> None:
    record = {"id": "a", "text": "é", "metadata": "{}", "authors": ["b", "c"], "charset": ""}
    one, other = prepared([record | {"location": "x:1"}, record | {"location": "x:2"}])
    said = {
        "id": b"a",
        "authors": b'["b","c"]',
        "kind": b"text",
        "text": "é".encode(),
        "charset": b"",
        "metadata": b"{}",
    }
    parts = [said.get(name) for name in INPUT.names if name not in ("document", "location")]
    wanted = hashlib.sha256(b"".join(b"\xff" * 8 if p is None else len(p).to_bytes(8, "big") + p for p in parts))
    assert one["digest"] == other["digest"] == wanted.digest()


def test_no_two_records_that_differ_in_a_field_have_one_digest() -> None:
    texts = [field.name for field in INPUT if pa.types.is_string(field.type) and field.name != "location"]
    rows: list[dict[str, Any]] = [{"id": "a", "text": "x"}, {"id": "a", "text": "x", "authors": []}]
    rows += [{"id": "a", "text": "x", "authors": authors} for authors in (["b", "c"], ["bc"], [""])]
    rows += [{"id": "a", "text": "x", name: value} for name in texts for value in ("", "other")]
    assert len({row["digest"] for row in prepared(rows)}) == len(rows)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({}, "5\u00a0€ a b cafe"),
        ({"spaces": "all"}, "5 € a b cafe"),
        ({"spaces": "keep"}, "5\u00a0€ a\u2009b cafe"),
        ({"skip_repairs": ("soft-hyphens",)}, "5\u00a0€ a b ca\u00adfe"),
        ({"stages": ("boilerplate",)}, "5\u00a0€ a\u2009b ca\u00adfe"),
    ],
    ids=str,
)
def test_settings_of_repairs(settings: dict[str, Any], text: str) -> None:
    assert prepared([{"text": "5\u00a0€ a\u2009b ca\u00adfe"}], **settings)[0]["text"] == text


def test_an_empty_batch() -> None:
    assert prepared([]) == []
