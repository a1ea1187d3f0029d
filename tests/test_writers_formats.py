"""The corpus as compressed JSON lines and as Parquet."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.writers.compressed import ZstdOutput, read_zstd
from cleaner.writers.files import Output
from cleaner.writers.parquet import CORPUS, ParquetOutput, read_parquet
from cleaner.writers.shards import corpus_record


def record(number: int, **fields: Any) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(CORPUS.names)
    near = {
        "start": 0, "end": 5, "cluster": 1, "jaccard": 0.9, "containment": 1.0, "covered": 0.7,
        "kept": {"id": "other", "start": 3, "end": 8, **({"earlier": True} if number % 3 else {})},
    }  # fmt: skip
    return {
        **empty,
        "id": f"{number:05}",
        "text": f"words of {number} ü",
        "near_duplicates": [near] if number % 2 else [],
        "near_duplicate_share": 0.25,
        "metadata": {"n": number} if number % 3 else {},
        **fields,
    }


RECORDS = [record(number, authors=["A. Writer"] if number % 2 else None) for number in range(25)]
OUTPUTS = [(ZstdOutput, read_zstd, "corpus.jsonl.zst"), (ParquetOutput, read_parquet, "corpus.parquet")]


@pytest.mark.parametrize(("output", "reader", "name"), OUTPUTS)
def test_what_was_written_is_read(output: Any, reader: Any, name: str, tmp_path: Path) -> None:
    file = output(tmp_path, name)
    for one in RECORDS:
        file.write(one)
    row = file.close({"totals": {"documents": 25}})
    content = (tmp_path / name).read_bytes()
    assert list(reader(tmp_path / name)) == RECORDS
    assert (row["name"], row["rows"], row["bytes"]) == (name, 25, len(content))
    assert row["sha256"] == hashlib.sha256(content).hexdigest()
    assert orjson.loads(row["counts"]) == {"totals": {"documents": 25}}


@pytest.mark.parametrize(("output", "reader", "name"), OUTPUTS)
def test_an_empty_corpus(output: Any, reader: Any, name: str, tmp_path: Path) -> None:
    assert output(tmp_path, name).close()["rows"] == 0
    assert list(reader(tmp_path / name)) == []


@pytest.mark.parametrize(("output", "reader", "name"), OUTPUTS)
def test_the_same_records_give_the_same_bytes(output: Any, reader: Any, name: str, tmp_path: Path) -> None:
    digests = set()
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        file = output(folder, name)
        for one in RECORDS:
            file.write(one)
        digests.add(file.close()["sha256"])
    assert len(digests) == 1


def test_the_columns_are_the_fields_of_a_record() -> None:
    names = [name for name in CORPUS.names if not name.startswith("near_duplicate")]
    fields = dict.fromkeys(name for name in names if name not in {"id", "text", "source", "location"})
    row = {"id": "a", "text": "x", "source": None, "location": "in", "fields": orjson.dumps(fields)}
    flag = {"start": 0, "end": 1, "cluster": 1, "jaccard": 1.0, "containment": 1.0, "covered": 1.0}
    kept = {"kept_id": "b", "kept_start": 0, "kept_end": 1, "kept_earlier": True}
    written = corpus_record(row, [{**flag, **kept}], 1.0)
    assert sorted(written) == sorted(CORPUS.names)
    (columns,) = pa.Table.from_pylist([{**written, "metadata": "{}"}], CORPUS).to_pylist()
    assert columns["near_duplicates"] == written["near_duplicates"]


def test_a_field_without_a_column_is_refused(tmp_path: Path) -> None:
    output = ParquetOutput(tmp_path, "corpus.parquet")
    with pytest.raises(ValueError, match=r"fields \['mood'\] have no column"):
        output.write(record(1, mood="good"))
    output.close()


def test_row_groups_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.writers.parquet.GROUP_ROWS", 10)
    monkeypatch.setattr("cleaner.writers.parquet.GROUP_CHARACTERS", 1_000)
    output = ParquetOutput(tmp_path, "corpus.parquet")
    for number in range(25):
        output.write(record(number, text="x" * (600 if number < 4 else 1)))
    output.close()
    facts = pq.ParquetFile(tmp_path / "corpus.parquet").metadata
    assert [facts.row_group(group).num_rows for group in range(facts.num_row_groups)] == [2, 2, 10, 10, 1]


@given(st.lists(st.dictionaries(st.text(max_size=5), st.integers(-9, 9) | st.text(max_size=5), max_size=3)))
def test_metadata_of_any_shape(tmp_path_factory: pytest.TempPathFactory, shapes: list[dict[str, Any]]) -> None:
    folder = tmp_path_factory.mktemp("metadata")
    records = [record(number, metadata=shape) for number, shape in enumerate(shapes)]
    for output, reader, name in OUTPUTS:
        file = output(folder, name)
        for one in records:
            file.write(one)
        file.close()
        assert list(reader(folder / name)) == records


@pytest.mark.parametrize(("output", "name"), [(one[0], one[2]) for one in OUTPUTS] + [(Output, "corpus.jsonl")])
def test_hugging_face_datasets_reads_it(
    output: Any, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    datasets = pytest.importorskip("datasets")
    file = output(tmp_path, name)
    for one in RECORDS:
        file.write(one)
    file.close()
    kind = "parquet" if name.endswith("parquet") else "json"
    loaded = datasets.load_dataset(
        kind, data_files=str(tmp_path / name), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert [one["text"] for one in loaded] == [one["text"] for one in RECORDS]
    for found, one in zip(loaded, RECORDS, strict=True):
        for flag, wanted in zip(found["near_duplicates"], one["near_duplicates"], strict=True):
            assert {**wanted, "kept": None} == {**flag, "kept": None}
            assert wanted["kept"].items() <= flag["kept"].items()
    assert [one["authors"] for one in loaded] == [one["authors"] for one in RECORDS]
