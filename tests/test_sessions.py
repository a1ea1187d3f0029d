"""Sessions at the terminal: what each command of a file prints, and the exit code.

A file holds commands after ``$``, then what goes to standard output, lines of standard error after ``! ``, and
``[exit N]`` if N is not 0. Commands run in a folder with a copy of the seeds, written as TMP; other variables of
the environment stand before a command. ``TESTS_REWRITE_SESSIONS=1 pytest tests/test_sessions.py`` writes the
files anew: read the difference before it is committed.
"""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

import pytest
from running import command

FOLDER = Path(__file__).parent / "sessions"
REWRITE = "TESTS_REWRITE_SESSIONS"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_session(path: Path, seeds: Path, tmp_path: Path) -> None:
    shutil.copytree(seeds, tmp_path / "seeds")
    wanted = path.read_text(encoding="utf-8")
    lines = [line.removeprefix("$ ") for line in wanted.split("\n") if line.startswith("$ ")]
    assert lines, f"{path} holds no command"
    found = "\n".join(_played(line, tmp_path) for line in lines)
    if os.environ.get(REWRITE):
        path.write_text(found, encoding="utf-8")
    else:
        assert found == wanted


def _played(line: str, folder: Path) -> str:
    """One command, as it stands in a file: the line, both outputs, the exit code."""
    words = shlex.split(line)
    variables = {}
    while "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        variables[name] = value
    if words[0] != "cleaner":
        _prepare(words, folder)
        return f"$ {line}\n"
    done = command(*words[1:], cwd=folder, env=variables)
    errors = "".join(f"! {one}\n" for one in done.stderr.splitlines())
    ending = f"[exit {done.returncode}]\n" if done.returncode else ""
    return f"$ {line}\n{done.stdout}{errors}{ending}".replace(str(folder), "TMP")


def _prepare(words: list[str], folder: Path) -> None:
    """``write NAME TEXT`` and ``make FOLDER``, with the escapes of Python in TEXT."""
    if words[0] == "write":
        (folder / words[1]).write_bytes(words[2].encode().decode("unicode_escape").encode("latin-1"))
    elif words[0] == "make":
        (folder / words[1]).mkdir()
    else:
        raise AssertionError(f"unknown command {words[0]!r}")
