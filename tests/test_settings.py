"""What is made of the table of settings: the file of ``cleaner init``, the JSON schema, completion in shells."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import jsonschema
import orjson
import pytest
from running import command

import cleaner
from cleaner.config import Config, key_of
from cleaner.errors import ConfigError
from cleaner.origins import load
from cleaner.reports import settings

KEYS = {key_of(one.name) for one in fields(Config)}
SCHEMA = Path(cleaner.__file__).parent / "config.schema.json"


def test_a_new_file_holds_every_setting_and_changes_nothing(tmp_path: Path) -> None:
    done = command("init", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "cleaner.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text) == {}
    assert set(re.findall(r"^# ([a-z-]+) = ", text, re.MULTILINE)) == KEYS
    assert max(map(len, text.splitlines())) <= 120


def test_what_a_new_file_shows_are_the_defaults(tmp_path: Path) -> None:
    unset = {key_of(one.name) for one in fields(Config) if one.default is None}
    shown = dict(re.findall(r"^# ([a-z-]+) = (.*)$", settings.toml(), re.MULTILINE))
    lines = [f"{key} = {value}\n" for key, value in shown.items() if key not in unset]
    (tmp_path / "cleaner.toml").write_text("".join(lines), encoding="utf-8")
    assert load({}, {}, tmp_path)[0] == Config()


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "cleaner.toml").write_text("jobs = 1\n")
    done = command("init", cwd=tmp_path)
    assert done.returncode == 2
    assert "cleaner.toml: is there already" in done.stderr
    assert (tmp_path / "cleaner.toml").read_text() == "jobs = 1\n"
    assert "name another folder" in command("init", "nowhere", cwd=tmp_path).stderr


def test_the_schema_in_the_package_is_the_one_of_the_table(tmp_path: Path) -> None:
    """With TESTS_REWRITE_SESSIONS=1 it is written anew."""
    done = command("config", "--schema", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    if os.environ.get("TESTS_REWRITE_SESSIONS"):
        SCHEMA.write_text(done.stdout, encoding="utf-8")
    assert done.stdout == SCHEMA.read_text(encoding="utf-8")
    assert orjson.loads(done.stdout) == settings.schema()
    jsonschema.Draft7Validator.check_schema(settings.schema())
    assert set(settings.schema()["properties"]) == KEYS


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ('stages = ["encoding"]\nformat = "txt"\njobs = 2\njaccard = 0.5\nmax-mojibake = 0\ntext-field = "body"', True),
        ('max-boilerplate = "0.5%"\nkeep = "longest"\nagainst = ["old.index"]\ncontainment = 1', True),
        ('formt = "txt"', False),
        ('format = "csv"', False),
        ("jobs = -1", False),
        ('jobs = "two"', False),
        ("jaccard = 1.5", False),
        ('stages = ["boilerplat"]', False),
        ("text-field = 3", False),
        ("max-mojibake = true", False),
    ],
)
def test_the_schema_takes_what_is_taken(tmp_path: Path, text: str, valid: bool) -> None:
    (tmp_path / "cleaner.toml").write_text(text, encoding="utf-8")
    assert jsonschema.Draft7Validator(settings.schema()).is_valid(tomllib.loads(text)) == valid
    if valid:
        load({}, {}, tmp_path)
    else:
        with pytest.raises(ConfigError):
            load({}, {}, tmp_path)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell_is_printed(shell: str, tmp_path: Path) -> None:
    done = command("completion", shell, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"_CLEANER_COMPLETE={shell}_complete" in done.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("cleaner re", {"report", "restore", "rethreshold"}),
        ("cleaner run --boilerplate ", {"conservative", "balanced", "aggressive"}),
        ("cleaner run --stages encoding,b", {"encoding,boilerplate"}),
        ("cleaner rules show follow-u", {"follow-us"}),
        ("cleaner run arti", {"compopt", "-o", "default"}),  # the names of files are left to bash
        ("cleaner run --rules our", {"compopt", "-o", "default"}),
    ],
)
def test_bash_completes_commands_names_and_files(line: str, wanted: set[str], tmp_path: Path) -> None:
    (tmp_path / "cleaner").write_text(f'#!/bin/sh\nexec {sys.executable} -m cleaner "$@"\n')
    (tmp_path / "cleaner").chmod(0o755)
    words = line.split(" ")
    script = f"""
        PATH="$PWD:$PATH"
        compopt() {{ echo "compopt $*"; }}
        eval "$(cleaner completion bash)"
        COMP_WORDS=({" ".join(words)} {"''" * (not words[-1])})
        COMP_CWORD={len(words) - 1}
        _cleaner_completion cleaner {words[-1] or "''"}
        printf '%s\\n' "${{COMPREPLY[@]}}"
        """
    root = str(Path(cleaner.__file__).parent.parent)
    done = subprocess.run(
        ["bash", "--norc", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": root}, check=False,
    )  # fmt: skip
    assert set(done.stdout.split()) == wanted, done.stderr
