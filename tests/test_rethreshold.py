"""Higher thresholds from stored pairs give what a new run with them gives."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from running import clean, contents, records

from cleaner.corpus import Corpus
from cleaner.errors import InputError
from cleaner.rethreshold import rethreshold


@pytest.fixture(scope="module")
def cleaned(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("rethreshold") / "out"
    clean(corpus, out)
    return out


def test_it_gives_the_files_of_a_new_run(corpus: Path, cleaned: Path, tmp_path: Path) -> None:
    rethreshold(Corpus(cleaned), tmp_path / "strict", 0.8, 0.9)
    clean(corpus, tmp_path / "new", jaccard=0.8, containment=0.9)
    strict, new = contents(tmp_path / "strict"), contents(tmp_path / "new")
    assert strict.keys() == new.keys()
    assert {name for name in strict if strict[name] != new[name]} <= {"run.json"}
    loose = {name: value for name, value in contents(cleaned).items() if name == "clusters.jsonl"}
    assert loose["clusters.jsonl"] != strict["clusters.jsonl"]
    again, fresh = (orjson.loads(files["run.json"])["near_duplicates"] for files in (strict, new))
    assert again == fresh


def test_its_record_adds_up(cleaned: Path, tmp_path: Path) -> None:
    record = rethreshold(Corpus(cleaned), tmp_path / "strict", 0.8, 0.9)
    assert record == orjson.loads((tmp_path / "strict" / "run.json").read_bytes())
    assert record["config"]["jaccard"] == 0.8
    flagged = sum(len(row["near_duplicates"]) for row in records(tmp_path / "strict" / "corpus.jsonl"))
    assert record["near_duplicates"]["passages"] == flagged
    assert record["outputs"]["pairs.jsonl"]["rows"] == len(records(tmp_path / "strict" / "pairs.jsonl"))


def test_lower_thresholds_need_a_new_run(cleaned: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"jaccard 0.1 is below"):
        rethreshold(Corpus(cleaned), tmp_path / "more", 0.1, 0.9)
    assert not (tmp_path / "more").exists()


def test_dropped_passages_cannot_come_back(corpus: Path, tmp_path: Path) -> None:
    clean(corpus, tmp_path / "dropped", duplicates="drop-passages")
    with pytest.raises(InputError, match="run again with flag"):
        rethreshold(Corpus(tmp_path / "dropped"), tmp_path / "more", 0.9, 0.9)


@pytest.mark.parametrize("kind", ["txt", "parquet", "jsonl.zst"])
def test_another_format_is_named(corpus: Path, tmp_path: Path, kind: str) -> None:
    clean(sorted(corpus.rglob("*.txt"))[0], tmp_path / "out", format=kind)
    with pytest.raises(InputError, match=f"--format {kind}; run again with jsonl"):
        rethreshold(Corpus(tmp_path / "out"), tmp_path / "more", 0.9, 0.9)


def test_pairs_that_were_left_out_matter_only_below_their_similarities(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cleaner import clusters

    words = [f"word{number}" for number in range(60)]
    texts = [
        " ".join([*words[: 60 - 6 * number], *(f"own{number}x{at}" for at in range(6 * number))]) for number in range(6)
    ]
    lines = [orjson.dumps({"id": f"n{number}", "text": text}) for number, text in enumerate(texts)]
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(lines))
    monkeypatch.setattr(clusters, "PAIRS_PER_CLUSTER", 7)
    near = clean(tmp_path / "in.jsonl", tmp_path / "out", stages=("near-duplicates",))["near_duplicates"]
    assert near["pairs_left_out"] > 0
    assert 0.2 < near["left_out_jaccard"] < near["left_out_containment"] < 0.9
    with pytest.raises(InputError, match="pairs were not stored"):
        rethreshold(Corpus(tmp_path / "out"), tmp_path / "no", near["left_out_jaccard"], 1.0)
    rethreshold(Corpus(tmp_path / "out"), tmp_path / "strict", 0.7, 0.9)
    clean(tmp_path / "in.jsonl", tmp_path / "new", stages=("near-duplicates",), jaccard=0.7, containment=0.9)
    assert contents(tmp_path / "strict")["pairs.jsonl"] == contents(tmp_path / "new")["pairs.jsonl"]
    assert contents(tmp_path / "strict")["corpus.jsonl"] == contents(tmp_path / "new")["corpus.jsonl"]
