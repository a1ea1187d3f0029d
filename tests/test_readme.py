"""What the README shows works as it is written there."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest
from datasketch import MinHashLSH
from running import clean, command, records

from cleaner.boilerplate.rules import RuleSet
from cleaner.cli import cli, main
from cleaner.config import Config, key_of
from cleaner.reports import rules, settings
from cleaner.reports.reasons import reasons

PAGE = Path(__file__).parent.parent / "README.md"
README = PAGE.read_text(encoding="utf-8")


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


def every_command(group: click.Group = cli, path: str = "cleaner") -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    for name, one in sorted(group.commands.items()):
        found += every_command(one, f"{path} {name}") if isinstance(one, click.Group) else [(f"{path} {name}", one)]
    return found


def test_every_command_option_and_setting_is_documented() -> None:
    """With TESTS_REWRITE_SESSIONS=1 the table of settings is written anew."""
    table = re.search(r"<!-- settings -->\n(.*?)<!-- end of settings -->", README, re.DOTALL)
    assert table
    if os.environ.get("TESTS_REWRITE_SESSIONS"):
        PAGE.write_text(README.replace(table[1], settings.markdown()), encoding="utf-8")
    else:
        assert table[1] == settings.markdown()
    rest = README.replace(table[1], "")
    keys = {"--" + key_of(one.name) for one in fields(Config)}
    for path, one in every_command():
        names = path.split()[1:]
        assert re.search(rf"cleaner {names[0]}\b", rest), path
        assert names[-1] in rest, path
        options = {name for option in one.params for name in option.opts if name.startswith("--")}
        for name in options - keys:
            assert re.search(rf"{name}\b", rest), f"{path} {name}"


def test_every_rule_has_a_reason() -> None:
    """``cleaner rules list`` and ``show``, ``why`` and the report say it."""
    ruleset = RuleSet.load([])
    for name, reason in reasons([]).items():
        assert re.fullmatch(r"[^\n]{8,}[.?!)]", reason), name
        assert name in rules.show(ruleset, f"stage/{name}")


SESSIONS = [
    (line, output)
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for line, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]
#: What a test cannot do: install, test itself, ask a cluster, or the history of this folder.
ELSEWHERE = ("pip install", "pytest", "spark://", "--changed-since")


def test_its_sessions_run_as_they_are_shown(
    seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Commands of all sessions in their order, in one folder; only checks may fail, and what is shown is printed."""
    for name in ("seeds", "corpus"):
        shutil.copytree(seeds, tmp_path / name)
    (tmp_path / "today").mkdir()
    (tmp_path / "today" / "new.txt").write_text("The ferry did not leave the harbour on Monday.\n")
    (block,) = (found for found in re.findall(r"```toml\n(.*?)```", README, re.DOTALL) if "[[rule]]" in found)
    (tmp_path / "our-outlets.toml").write_text(block, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    clean(seeds, tmp_path / "clean")
    capfd.readouterr()
    played = 0
    for line, output in SESSIONS:
        for part in re.split(r" && |\s+# ", line):
            if part.startswith("cleaner ") and not any(one in part for one in ELSEWHERE):
                with pytest.raises(SystemExit) as end:
                    main(shlex.split(part)[1:])
                assert end.value.code in ((0, 1) if part.startswith("cleaner check") else (0,)), part
                played += 1
            elif part.startswith("diff -r "):
                assert subprocess.run(shlex.split(part), check=False).returncode == 0
        said = capfd.readouterr().out
        for shown in output.strip().split("…\n"):
            assert shown in said, line
    assert played >= 15


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
