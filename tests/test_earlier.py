"""Corpora compared with earlier ones: the old passage is named, and batches find what one run finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from running import clean, command, records

from cleaner.corpus import Corpus
from cleaner.earlier import add_corpus
from cleaner.errors import InputError, OutputError
from cleaner.minhash.index import Index

STAGES = ("near-duplicates",)


def story(number: int, text: str) -> dict[str, Any]:
    return {"id": f"day-{number}", "published": f"2024-05-{number:02d}", "text": text}


BRIDGE = (
    "The old bridge over the canal was closed to lorries on Tuesday after engineers found cracks in two of its "
    "pillars, the city said, and it will not open again before the end of the winter."
)
VOTE = (
    "Members of the regional assembly rejected the tunnel by nine votes late on Friday, after a debate in which "
    "farmers and shopkeepers from both valleys spoke for more than seven hours."
)
DAYS = [
    [story(1, BRIDGE), story(2, VOTE)],
    [story(3, BRIDGE.replace("cracks", "deep cracks")), story(4, "Nothing else of note happened here today.")],
    [story(5, "A look back. " + BRIDGE.replace("winter", "year")), story(6, VOTE.replace("nine", "nine"))],
]  # fmt: skip


def write(path: Path, stories: list[dict[str, Any]]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in stories))
    return path


def kept_copies(out: Path) -> dict[str, list[str]]:
    return {row["id"]: [near["kept"]["id"] for near in row["near_duplicates"]] for row in records(out / "corpus.jsonl")}


def test_daily_batches_flag_what_one_run_over_all_days_flags(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    clean(write(tmp_path / "all.jsonl", [one for day in DAYS for one in day]), whole, stages=STAGES)
    index = Index.create(tmp_path / "index")
    flagged: dict[str, list[str]] = {}
    for number, day in enumerate(DAYS):
        out = tmp_path / f"day-{number}"
        clean(write(tmp_path / f"{number}.jsonl", day), out, stages=STAGES, against=(str(index.folder),))
        add_corpus(index, Corpus(out))
        flagged |= kept_copies(out)
    assert flagged == kept_copies(whole)
    assert flagged == {
        "day-1": [],
        "day-2": [],
        "day-3": ["day-1"],
        "day-4": [],
        "day-5": ["day-1"],
        "day-6": ["day-2"],
    }


def test_an_earlier_output_is_compared_with_and_marked(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    clean(write(tmp_path / "old.jsonl", DAYS[0]), old, stages=STAGES)
    before = {path.name: path.read_bytes() for path in old.iterdir()}
    clean(write(tmp_path / "new.jsonl", DAYS[2]), new, stages=STAGES, against=(str(old),))
    assert before == {path.name: path.read_bytes() for path in old.iterdir()}
    near = records(new / "corpus.jsonl")[0]["near_duplicates"][0]
    assert near["kept"] == {"id": "day-1", "start": 0, "end": len(BRIDGE), "earlier": True}
    assert [row["kept"]["earlier"] for row in records(new / "clusters.jsonl")] == [True, True]
    assert all(row["a"].get("earlier") or row["b"].get("earlier") for row in records(new / "pairs.jsonl"))


def test_what_is_neither_index_nor_output_is_refused(tmp_path: Path) -> None:
    inputs = write(tmp_path / "in.jsonl", DAYS[0])
    with pytest.raises(InputError, match="is no index and no output of a run"):
        clean(inputs, tmp_path / "out", against=(str(tmp_path / "nowhere"),))
    assert not (tmp_path / "out").exists()


def test_an_index_from_the_command_line(tmp_path: Path) -> None:
    write(tmp_path / "old.jsonl", DAYS[0])
    write(tmp_path / "new.jsonl", DAYS[1])
    for arguments in (
        ("run", "old.jsonl", "-o", "old"),
        ("index", "build", "old", "-o", "index"),
        ("run", "new.jsonl", "-o", "new", "--against", "index"),
        ("index", "add", "new", "-o", "index"),
        ("index", "export", "index", "--to", "datasketch", "-o", "signatures"),
    ):
        done = command(*arguments, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    shown = command("index", "info", "index", cwd=tmp_path).stdout
    assert "affine32" in shown
    assert len(records(tmp_path / "signatures" / "passages.jsonl")) == 3
    again = command("index", "build", "old", "-o", "index", cwd=tmp_path)
    assert again.returncode == 2
    assert "not empty" in again.stderr
    twice = command("index", "add", "new", "-o", "index", cwd=tmp_path)
    assert twice.returncode == 0
    assert "is in index already" in twice.stderr


def test_an_index_of_a_run_with_loose_thresholds_serves_runs_with_such(tmp_path: Path) -> None:
    write(tmp_path / "old.jsonl", DAYS[0])
    write(tmp_path / "new.jsonl", DAYS[2])
    for arguments in (
        ("run", "old.jsonl", "-o", "old"),
        ("index", "build", "old", "-o", "index"),
        ("run", "old.jsonl", "-o", "loose-old", "--containment", "0.1"),
        ("index", "build", "loose-old", "-o", "loose-index"),
        ("run", "new.jsonl", "-o", "new", "--containment", "0.1", "--against", "loose-index", "--against", "old"),
    ):
        done = command(*arguments, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    refused = command("run", "new.jsonl", "-o", "out", "--containment", "0.1", "--against", "index", cwd=tmp_path)
    assert refused.returncode == 2
    assert "more words than these thresholds ask for" in refused.stderr
    assert not (tmp_path / "out").exists()


def test_the_earlier_corpus_is_not_replaced_by_the_run_that_reads_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    clean(write(tmp_path / "0.jsonl", DAYS[0]), out, stages=STAGES)
    before = (out / "corpus.jsonl").read_bytes()
    with pytest.raises(OutputError, match="holds the earlier corpus"):
        clean(write(tmp_path / "1.jsonl", DAYS[1]), out, stages=STAGES, against=(str(out),))
    assert (out / "corpus.jsonl").read_bytes() == before
