"""What the README shows works as it is written there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from datasketch import MinHashLSH
from running import clean, command, records

from cleaner.cli import cli

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_loader_for_datasketch_finds_what_the_index_holds(
    seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean(seeds, tmp_path / "clean")
    command("index", "build", "clean", "-o", "passages.index", cwd=tmp_path)
    command("index", "export", "passages.index", "--to", "datasketch", "-o", "signatures", cwd=tmp_path)
    monkeypatch.chdir(tmp_path)
    found: dict[str, object] = {}
    (block,) = (one for one in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "MinHashLSH" in one)
    exec(block, found)
    rows = (tmp_path / "signatures" / "passages.jsonl").read_bytes().splitlines()
    index = found["index"]
    assert isinstance(index, MinHashLSH)
    assert list(index.keys) == list(range(len(rows)))


def test_every_command_that_it_shows_exists() -> None:
    shown = {words.split()[0] for words in re.findall(r"(?:^\$ |&& |`)cleaner ([a-z][^`\n]*)", README, re.MULTILINE)}
    assert shown
    assert shown <= set(cli.commands)


def test_the_rule_that_it_shows_passes_its_own_test(tmp_path: Path) -> None:
    (block,) = (found for found in re.findall(r"```toml\n(.*?)```", README, re.DOTALL) if "[[rule]]" in found)
    (tmp_path / "our-outlets.toml").write_text(block, encoding="utf-8")
    done = command("rules", "test", "--rules", "our-outlets.toml", cwd=tmp_path)
    assert done.returncode == 0, done.stdout


def test_its_excerpts_are_from_the_committed_output() -> None:
    document, edit = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", README, re.DOTALL))
    output = Path(__file__).parent.parent / "output"
    (there,) = (row for row in records(output / "corpus.jsonl") if row["id"] == document["id"])
    assert {**there, "text": document["text"]} == {**there, **document}
    assert there["text"].startswith(document["text"].rstrip("… "))
    assert edit in records(output / "audit.jsonl")


PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("names", ["import clean\n", "import check, clean_text\n"])
def test_its_python_works_as_it_is_written(
    names: str, seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (block,) = (one for one in PYTHON if names in one)
    (tmp_path / "seeds").symlink_to(seeds)
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = {}
    exec(block, found)
    if "result" in found:
        assert len(found["result"].documents) == len(records(tmp_path / "clean" / "corpus.jsonl")) == 5
    else:
        assert not found["found"].ok


def test_its_step_for_datatrove_is_one() -> None:
    base = pytest.importorskip("datatrove.pipeline.base", reason="datatrove is not installed")
    (block,) = (one for one in PYTHON if "datatrove" in one)
    found: dict[str, Any] = {"reader": None, "writer": None}
    exec(block, found)
    assert isinstance(found["pipeline"][1], base.PipelineStep)


def test_all_of_its_python_is_tested() -> None:
    tested = ("MinHashLSH", "import clean\n", "import check, clean_text\n", ".map(", "CleanerFormatter")
    assert [sum(one in block for one in tested) for block in PYTHON] == [1] * len(tested)
