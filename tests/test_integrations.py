"""The steps for other libraries, run in those libraries where they are installed."""

from __future__ import annotations

import json
import pickle
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from running import records

from cleaner import Config, ConfigError, Edit, apply, clean, clean_texts

ARTICLE = (
    "Harbour reopens after four weeks\n\nBy Mara Oduya\n\nThe harbour of Harwick opened again on Monday, said the "
    "mayor, who thanked the crews for â€œfour weeks of hard workâ€\x9d.\n\nSign up for our daily newsletter\n"
)
CLEAN = (
    "Harbour reopens after four weeks\n\nThe harbour of Harwick opened again on Monday, said the mayor, who thanked "
    "the crews for “four weeks of hard work”."
)
TEXTS = [ARTICLE, "", CLEAN, "A sound text of one line, which nobody needs to change."]


def test_the_texts_of_these_tests_visit_two_stages() -> None:
    (text,) = clean_texts([ARTICLE])
    assert text.strip() == CLEAN
    assert {edit.stage for edit in text.edits} == {"encoding", "boilerplate"}


# datatrove


@pytest.fixture
def datatrove() -> Any:
    return pytest.importorskip("datatrove.data", reason="datatrove is not installed")


def documents(datatrove: Any) -> list[Any]:
    return [datatrove.Document(text, f"{number}", metadata={"page": number}) for number, text in enumerate(TEXTS)]


def test_the_step_cleans_as_clean_texts_does(datatrove: Any) -> None:
    from cleaner.integrations.datatrove import CleanerFormatter

    step = CleanerFormatter(boilerplate="balanced")
    found = list(step.run(iter(documents(datatrove))))
    assert [document.text for document in found] == clean_texts(TEXTS)
    assert [document.metadata["page"] for document in found] == [0, 1, 2, 3]
    assert found[0].metadata["authors"] == ["Mara Oduya"]
    for document, original in zip(found, TEXTS, strict=True):
        assert all(type(value) is str for value in (document.text, document.id))
        edits = document.metadata["cleaner_edits"]
        assert all(original[one["start"] : one["end"]] == one.pop("removed") for one in edits)
        assert apply([Edit(**one) for one in edits], original) == document.text
    assert step.format(ARTICLE) == found[0].text
    assert step.stats["changed"].total == 1


def test_the_step_keeps_what_the_metadata_has_and_leaves_the_audit_out_if_asked(datatrove: Any) -> None:
    from cleaner.integrations.datatrove import CleanerFormatter

    given = datatrove.Document(ARTICLE, "0", metadata={"authors": "the desk"})
    (found,) = CleanerFormatter(Config(stages=("boilerplate",)), audit=False).run(iter([given]))
    assert found.metadata["authors"] == "the desk"
    assert "cleaner_edits" not in found.metadata
    assert "â€œfour" in found.text
    with pytest.raises(ConfigError, match=r"CleanerFormatter\(\): unknown setting 'stage'; did you mean 'stages'"):
        CleanerFormatter(stage="boilerplate")


def test_the_step_runs_in_a_pipeline(datatrove: Any, tmp_path: Path) -> None:
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    from cleaner.integrations.datatrove import CleanerFormatter

    (tmp_path / "in").mkdir()
    lines = [json.dumps({"text": text, "id": str(number)}) for number, text in enumerate(TEXTS) if text]
    (tmp_path / "in" / "texts.jsonl").write_text("\n".join(lines))
    step = pickle.loads(pickle.dumps(CleanerFormatter()))
    LocalPipelineExecutor(
        [
            JsonlReader(str(tmp_path / "in")),
            step,
            JsonlWriter(str(tmp_path / "out"), output_filename="${rank}.jsonl", compression=None),
        ],
        logging_dir=str(tmp_path / "log"),
        tasks=1,
    ).run()
    (file,) = (tmp_path / "out").glob("*.jsonl")
    assert [row["text"] for row in records(file)] == clean_texts([text for text in TEXTS if text])
    assert clean(file).counts["kept"] == 3


# Hugging Face datasets


@pytest.fixture
def datasets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    return pytest.importorskip("datasets", reason="datasets is not installed")


def test_the_example_of_the_readme_maps_a_dataset(datasets: Any) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    (block,) = (one for one in re.findall(r"```python\n(.*?)```", readme, re.DOTALL) if ".map(" in one)
    found = {"dataset": datasets.Dataset.from_dict({"text": TEXTS, "page": [0, 1, 2, 3]})}
    exec(block, found)
    assert found["dataset"]["text"] == clean_texts(TEXTS)
    assert found["dataset"]["page"] == [0, 1, 2, 3]


def test_a_dataset_goes_in_and_comes_out(datasets: Any) -> None:
    rows = [{"id": f"{number}", "text": text} for number, text in enumerate(TEXTS) if text]
    result = clean(datasets.Dataset.from_list(rows))
    assert result.to_arrow()["text"].to_pylist() == clean([*rows]).to_arrow()["text"].to_pylist()
    back = datasets.Dataset(result.to_arrow())
    assert [row["id"] for row in back] == [row["id"] for row in rows]
    assert pa.table(result.edits).num_rows == len(result.edits)
