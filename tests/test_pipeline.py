"""The whole run: counts that add up, the same bytes for any order and workers, nothing new in a second run."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest
from running import clean, contents, records, restored

from cleaner import pipeline
from cleaner.config import Config
from cleaner.engines.local import LocalEngine
from cleaner.names import safe_path
from cleaner.pipeline import run
from cleaner.readers import ReaderOptions, plan, planning, rows
from cleaner.session import clean_to, plan_inputs


@pytest.fixture(scope="module")
def cleaned(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pipeline") / "out"
    clean(corpus, out)
    return out


def test_every_record_is_kept_dropped_or_rejected(cleaned: Path) -> None:
    record = orjson.loads((cleaned / "run.json").read_bytes())
    counts = record["counts"]
    assert counts["read"] == counts["kept"] + counts["dropped"] + counts["rejected"] == 205
    assert counts["kept"] == len(records(cleaned / "corpus.jsonl"))
    assert counts["rejected"] == len(records(cleaned / "rejected.jsonl"))


def test_the_reason_of_each_rejected_record_is_written(cleaned: Path) -> None:
    reasons = {row["location"]: row["reason"] for row in records(cleaned / "rejected.jsonl")}
    assert list(reasons) == ["texts/picture.txt", "wire.jsonl:21", "wire.jsonl:22", "wire.jsonl:23"]
    assert "not text" in reasons["texts/picture.txt"]
    assert "not JSON" in reasons["wire.jsonl:21"]
    assert "no field" in reasons["wire.jsonl:22"]
    assert "also that of wire.jsonl:2;" in reasons["wire.jsonl:23"]


def test_the_made_up_corpus_visits_every_stage(cleaned: Path) -> None:
    record = orjson.loads((cleaned / "run.json").read_bytes())
    stages = {rule.partition("/")[0] for rule in record["edits"]}
    assert stages == {"boilerplate", "encoding"}
    assert record["templates"] > 0
    assert record["near_duplicates"]["clusters"] > 0
    assert any(row["rule"] == "decode" for row in records(cleaned / "audit.jsonl"))


def test_the_record_says_what_the_files_hold(cleaned: Path) -> None:
    from hashlib import sha256

    record = orjson.loads((cleaned / "run.json").read_bytes())
    files = contents(cleaned)
    assert set(files) == {*record["outputs"], "run.json", "report.html"}
    for name, said in record["outputs"].items():
        assert said["sha256"] == sha256(files[name]).hexdigest()
        assert said["bytes"] == len(files[name])
        assert said["rows"] == len(records(cleaned / name))


def test_metadata_that_is_not_known_passes_through(cleaned: Path) -> None:
    found = {row["id"]: row for row in records(cleaned / "corpus.jsonl")}
    assert found["story-001"]["metadata"] == {"section": {"page": 1}}
    assert found["story-001"]["source"] == "harbour-news.example"


def test_all_texts_can_be_restored(corpus: Path, cleaned: Path, tmp_path: Path) -> None:
    files = restored(cleaned, tmp_path / "originals")
    for name, raw in contents(corpus).items():
        if name.startswith("texts/") and name != "texts/picture.txt":
            assert files.pop(name) == raw
    for name in ("wire.jsonl", "later.jsonl"):
        for number, line in enumerate((corpus / name).read_bytes().split(b"\n"), 1):
            if line and (name, number) not in {("wire.jsonl", 21), ("wire.jsonl", 22), ("wire.jsonl", 23)}:
                record = orjson.loads(line)
                path = safe_path(Path(), record.get("id", f"{name}:{number}"))
                assert files.pop(path.as_posix()) == record["text"].encode()
    assert files == {}


def test_the_order_of_inputs_does_not_matter(corpus: Path, cleaned: Path, tmp_path: Path) -> None:
    clean(sorted(corpus.iterdir(), reverse=True), tmp_path / "out")
    assert contents(tmp_path / "out") == contents(cleaned)


def test_worker_processes_and_splits_do_not_matter(
    corpus: Path, cleaned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "SMALL_BYTES", 64 << 10)
    config = Config(jobs=2)
    planned = plan_inputs([str(corpus)], config)
    assert len(planned.splits) > 3
    clean_to(config, planned, tmp_path / "out")
    assert contents(tmp_path / "out") == contents(cleaned)


def test_sizes_of_splits_batches_and_partitions_do_not_matter(
    corpus: Path, cleaned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "SMALL_BYTES", 10 << 10)
    monkeypatch.setattr(rows, "BATCH_ROWS", 17)
    planned = plan([str(corpus)], ReaderOptions(split_bytes=9_000))
    assert len(planned.splits) > 10
    files = tmp_path / "files"
    files.mkdir()
    with LocalEngine(tmp_path / "spool", 1, partition_bytes=20_000) as engine:
        run(Config(), planned, engine, files)
    assert {**contents(files), "report.html": contents(cleaned)["report.html"]} == contents(cleaned)


def test_shards_hold_the_same_documents(
    corpus: Path, cleaned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "SHARD_BYTES", 100_000)
    record = clean(corpus, tmp_path / "out")
    shards = [name for name in record["outputs"] if name.startswith("corpus-")]
    assert len(shards) > 1
    whole = [row for name in shards for row in records(tmp_path / "out" / name)]
    assert sorted(whole, key=lambda row: str(row["id"])) == records(cleaned / "corpus.jsonl")
    assert len(restored(tmp_path / "out", tmp_path / "originals")) == len(whole)


@pytest.mark.parametrize(("size", "shards"), [(0, 1), (64 << 20, 1), (65 << 20, 2), (10**10, 150), (10**13, 1024)])
def test_shards_grow_with_the_corpus_once_there_are_many(size: int, shards: int) -> None:
    assert pipeline.shards_for(size) == shards


def _as_json_lines(out: Path, path: Path) -> Path:
    """The clean corpus as an input again: id, text, source and date."""
    names = ("id", "text", "source", "published")
    rows_again = [{name: row[name] for name in names} for row in records(out / "corpus.jsonl")]
    path.write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows_again))
    return path


def _changed(first: Path, second: Path) -> dict[str, tuple[str, str]]:
    before, after = ({row["id"]: row["text"] for row in records(out / "corpus.jsonl")} for out in (first, second))
    assert before.keys() == after.keys()
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


def test_cleaning_the_clean_corpus_changes_nothing(cleaned: Path, tmp_path: Path) -> None:
    clean(_as_json_lines(cleaned, tmp_path / "clean.jsonl"), tmp_path / "again")
    assert _changed(cleaned, tmp_path / "again") == {}


def test_cleaning_the_clean_seeds_changes_nothing(seeds: Path, tmp_path: Path) -> None:
    clean(seeds, tmp_path / "out")
    clean(_as_json_lines(tmp_path / "out", tmp_path / "clean.jsonl"), tmp_path / "again")
    assert _changed(tmp_path / "out", tmp_path / "again") == {}


def test_without_stages_nothing_is_changed(corpus: Path, tmp_path: Path) -> None:
    record = clean(corpus, tmp_path / "out", stages=())
    assert record["counts"]["changed"] == 0
    assert record["edits"] == {}
    assert record["near_duplicates"]["passages"] == 0


@pytest.mark.parametrize("settings", [{"duplicates": "drop-passages"}, {"format": "txt"}], ids=str)
def test_other_ways_to_write_can_be_restored_as_well(
    corpus: Path, cleaned: Path, tmp_path: Path, settings: dict[str, Any]
) -> None:
    clean(corpus, tmp_path / "out", **settings)
    assert restored(tmp_path / "out", tmp_path / "a") == restored(cleaned, tmp_path / "b")
    shutil.rmtree(tmp_path / "a")


def test_dropped_passages_are_gone_and_one_copy_stays(corpus: Path, cleaned: Path, tmp_path: Path) -> None:
    clean(corpus, tmp_path / "out", duplicates="drop-passages")
    flagged = {row["id"]: row for row in records(cleaned / "corpus.jsonl") if row["near_duplicates"]}
    assert flagged
    after = {row["id"]: row for row in records(tmp_path / "out" / "corpus.jsonl")}
    for name, row in flagged.items():
        for match in row["near_duplicates"]:
            there = row["text"][match["start"] : match["end"]] in after[name]["text"]
            assert there == (match["covered"] < 0.8)
    kept = {match["kept"]["id"] for row in flagged.values() for match in row["near_duplicates"]}
    assert all("Residents of the old quarter" in after[name]["text"] for name in kept)
