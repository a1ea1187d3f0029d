"""What inputs are found, what they are called, and how they are split."""

from __future__ import annotations

import io
import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from cleaner.errors import InputError
from cleaner.readers import Plan, ReaderOptions, plan, planning


def rows(found: Plan) -> list[dict[str, Any]]:
    return [row for split in found.splits for batch in split.read() for row in batch.to_pylist()]


def ids(*inputs: str | Path, **options: Any) -> list[str]:
    return [row["id"] for row in rows(plan([str(one) for one in inputs], ReaderOptions(**options)))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.txt", "sub/b.txt", "sub/deep/c.html", ".hidden", ".git/config"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text(f"words of {name}")
    return tmp_path / "in"


def test_a_folder_is_read_with_the_folders_in_it(folder: Path) -> None:
    found = plan([str(folder)], ReaderOptions())
    first, second, third = rows(found)
    assert [first["id"], second["id"], third["id"]] == ["a.txt", "sub/b.txt", "sub/deep/c.html"]
    assert (first["kind"], third["kind"]) == ("text", "html")
    assert first["raw"] == b"words of a.txt"
    assert first["location"] == "a.txt"
    assert found.notes == (f"{folder}: 2 skipped: hidden",)
    assert found.bytes == sum(len(f"words of {name}") for name in ("a.txt", "sub/b.txt", "sub/deep/c.html"))


def test_names_are_relative_to_what_all_inputs_share(folder: Path) -> None:
    assert ids(folder / "a.txt") == ["a.txt"]
    assert ids(folder / "sub" / "b.txt") == ["b.txt"]
    assert ids(folder / "*.txt") == ["a.txt"]
    assert ids(folder / "*" / "*.txt") == ["sub/b.txt"]
    assert ids(folder / "**" / "*.html") == ["sub/deep/c.html"]
    assert ids(folder / "sub") == ["b.txt", "deep/c.html"]
    assert ids(folder / "s*") == ["sub/b.txt", "sub/deep/c.html"]
    assert ids(folder / "sub" / "deep", folder / "a.txt") == ["a.txt", "sub/deep/c.html"]


def test_order_and_repetition_of_inputs_do_not_matter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    once = plan(["a.txt", "sub"], ReaderOptions())
    assert plan(["sub", "./sub", "sub/b.txt", "a.txt", "a.txt"], ReaderOptions()) == once
    assert plan([str(folder / "sub"), "*.txt"], ReaderOptions()).splits == once.splits


def test_a_plan_survives_pickling(folder: Path) -> None:
    found = plan([str(folder)], ReaderOptions())
    assert pickle.loads(pickle.dumps(found)) == found


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("x")
    except OSError:
        pytest.skip("this file system wants UTF-8")
    assert ids(tmp_path) == ["caf\\udce9.txt"]


@pytest.mark.parametrize("name", ["nothing", "nothing/*.txt", "in/*.pdf"])
def test_missing_inputs(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    with pytest.raises(InputError, match=r"^(nothing|in).*: (there is no such|no file matches)"):
        plan([name], ReaderOptions())


def test_nothing_given() -> None:
    with pytest.raises(InputError, match="no inputs were given"):
        plan([], ReaderOptions())


def test_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / ".hidden").write_text("x")
    with pytest.raises(InputError, match="holds no files to read"):
        plan([str(tmp_path)], ReaderOptions())


def test_a_folder_without_texts_names_what_is_understood(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(50))
    with pytest.raises(InputError, match=r"there is no text in it.* \.jsonl .*\.txt"):
        plan([str(tmp_path)], ReaderOptions())


def test_what_is_not_text_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"%PDF-1.7 x")
    (tmp_path / "b.doc").write_bytes(b"\xd0\xcf\x11\xe0\0\0")
    (tmp_path / "c.unknown").write_text("words")
    (tmp_path / "d").write_bytes("words".encode("utf-16"))
    found = rows(plan([str(tmp_path)], ReaderOptions()))
    assert [row["reason"] for row in found] == [
        "not text: a PDF document",
        "not text: it has NUL characters",
        None,
        None,
    ]


def test_unknown_settings() -> None:
    with pytest.raises(InputError, match="unknown input format 'xml'; known are text, html"):
        plan(["."], ReaderOptions(input_format="xml"))
    for charset in ("utf-9", "rot13", "undefined", "a\0"):
        with pytest.raises(InputError, match="unknown charset '"):
            plan(["."], ReaderOptions(charset=charset))


def test_links(folder: Path) -> None:
    (folder / "loop").symlink_to(folder)
    (folder / "self.txt").symlink_to("self.txt")
    (folder / "gone.txt").symlink_to("nowhere")
    (folder / "z.txt").symlink_to("a.txt")
    found = plan([str(folder)], ReaderOptions())
    reasons = {row["location"]: row["reason"] for row in rows(found)}
    assert f"{folder}: 1 skipped: links to folders" in found.notes
    assert reasons["z.txt"] is None
    assert reasons["gone.txt"] == "it cannot be read: No such file or directory"
    assert reasons["self.txt"].startswith("it cannot be read: ")
    with pytest.raises(InputError, match=r"gone\.txt: it cannot be read"):
        plan([str(folder / "gone.txt")], ReaderOptions())


def test_a_pipe_in_a_folder_is_passed_over(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    found = plan([str(folder)], ReaderOptions())
    assert f"{folder}: 1 skipped: neither files nor folders" in found.notes


def test_our_own_output(folder: Path) -> None:
    for name in ("run.json", "audit.jsonl", "corpus.jsonl"):
        (folder / "out").mkdir(exist_ok=True)
        (folder / "out" / name).write_text('{"tool": "news-corpus-cleaner"}')
    (folder / "out" / "corpus.jsonl").write_text('{"id": "one", "text": "x"}')
    found = plan([str(folder)], ReaderOptions())
    assert [row["id"] for row in rows(found)] == ["a.txt", "sub/b.txt", "sub/deep/c.html"]
    assert f"{folder}: 1 skipped: output of an earlier run" in found.notes
    assert ids(folder / "out") == ["one"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"text": "a"}\n{"id": "b", "text": "b"}\n', ["stdin:1", "b"]),
        (b"just words\n", ["stdin"]),
        (b'[{"text": "a"}]', ["stdin#1"]),
        (b"", []),
        (b"<!DOCTYPE html><p>x", ["stdin"]),
    ],
)
def test_standard_input(content: bytes, expected: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert ids("-") == expected


def test_standard_input_in_a_format(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"text,n\na,1\n")))
    assert ids("-", input_format="csv") == ["stdin:2"]


def test_small_files_share_a_split_and_large_ones_are_cut(tmp_path: Path) -> None:
    for number in range(2_100):
        (tmp_path / f"{number:04}.txt").write_text("x")
    (tmp_path / "big.jsonl").write_text('{"text": "a"}\n' * 5_000)
    found = plan([str(tmp_path)], ReaderOptions(split_bytes=30_000))
    assert [len(split.parts) for split in found.splits] == [2_000, 103]
    documents = [row["document"] for row in rows(found)]
    assert len(documents) == 7_100
    assert documents[2_000] == 1 << 32
    assert len(set(documents)) == 7_100


def test_a_split_is_called_by_where_it_begins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [str(split) for split in plan([str(folder)], ReaderOptions()).splits] == ["a.txt and 2 more"]
    (folder / "a.txt").unlink()
    (folder / "sub" / "deep" / "c.html").unlink()
    assert [str(split) for split in plan([str(folder)], ReaderOptions()).splits] == ["sub/b.txt"]
    monkeypatch.setattr(planning, "LEAST_BYTES", 100)
    (folder / "n.jsonl").write_text('{"text": "words"}\n' * 20)
    assert [str(split) for split in plan([str(folder / "n.jsonl")], ReaderOptions()).splits] == [
        "n.jsonl:1",
        "n.jsonl:11",
    ]


def test_a_very_large_corpus_has_larger_splits_and_not_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"MOST_SPLITS": 5, "LEAST_BYTES": 100, "SMALL_BYTES": 100}.items():
        monkeypatch.setattr(planning, name, value)
    for number in range(30):
        (tmp_path / f"{number}.jsonl").write_text('{"text": "A line of news."}\n' * (1 if number else 2_000))
    found = plan([str(tmp_path)], ReaderOptions(split_bytes=1_000)).splits
    assert 5 <= len(found) <= 7
    assert sum(batch.num_rows for split in found for batch in split.read()) == 2_029


def test_guesses_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"body": "x", "uid": 1, "title": "T"}\n')
    (tmp_path / "b.csv").write_text("text,title\nx,T\n")
    assert plan([str(tmp_path)], ReaderOptions()).notes == (
        "a.jsonl: guessed by the names of fields: text from 'body', id from 'uid'",
    )
    assert plan([str(tmp_path)], ReaderOptions(text_field="body", id_field="uid")).notes == (
        "b.csv: the first record has no field 'body' (text-field), 'uid' (id-field)",
    )


@pytest.mark.parametrize(("lines", "expected"), [(9, 1), (29, 2), (39, 2), (59, 4), (1_000, 16)])
def test_a_small_corpus_is_cut_into_an_even_number_of_splits(
    lines: int, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cleaner.readers.planning.LEAST_BYTES", 100)
    (tmp_path / "a.jsonl").write_text('{"t": 1}\n\n' * lines)
    sizes = [split.parts[0].size for split in plan([str(tmp_path)], ReaderOptions()).splits]
    assert len(sizes) == expected
    assert max(sizes) <= -(-sum(sizes) // expected) + 10
