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

from cleaner.cli import main

FOLDER = Path(__file__).parent / "sessions"
REWRITE = "TESTS_REWRITE_SESSIONS"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_session(
    path: Path, seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(seeds, tmp_path / "seeds")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    wanted = path.read_text(encoding="utf-8")
    lines = [line.removeprefix("$ ") for line in wanted.split("\n") if line.startswith("$ ")]
    assert lines, f"{path} holds no command"
    found = "\n".join(_played(line, tmp_path, capfd) for line in lines)
    if os.environ.get(REWRITE):
        path.write_text(found, encoding="utf-8")
    else:
        assert found == wanted


def _played(line: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> str:
    """One command, as it stands in a file: the line, both outputs, the exit code."""
    words = shlex.split(line)
    with pytest.MonkeyPatch.context() as environment:
        while "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            environment.setenv(name, value)
        if words[0] != "cleaner":
            _prepare(words, folder)
            return f"$ {line}\n"
        with pytest.raises(SystemExit) as end:
            main(words[1:])
    said, errors = capfd.readouterr()
    errors = "".join(f"! {one}\n" for one in errors.splitlines())
    ending = f"[exit {end.value.code}]\n" if end.value.code else ""
    return f"$ {line}\n{said}{errors}{ending}".replace(str(folder), "TMP")


def _prepare(words: list[str], folder: Path) -> None:
    """``write NAME TEXT`` and ``make FOLDER``, with the escapes of Python in TEXT."""
    if words[0] == "write":
        (folder / words[1]).write_bytes(words[2].encode().decode("unicode_escape").encode("latin-1"))
    elif words[0] == "make":
        (folder / words[1]).mkdir()
    else:
        raise AssertionError(f"unknown command {words[0]!r}")
