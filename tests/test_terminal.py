"""The terminal and the log: colours, old encodings, and what a runner of GitHub Actions would obey."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from running import command

from cleaner.commands import actions

PROSE = "The council said on Monday that the bridge would stay closed until the end of the winter.\n\n"
HOSTILE = PROSE + "::add-mask::x\n::set-output name=a::b\n##[add-path]/tmp\nShare this article\n"
COMMAND = re.compile(r"^\s*::(?!stop-commands|[0-9a-f]{32}::)|##\[", re.MULTILINE)


def written(folder: Path, *arguments: str, **environment: str) -> bytes:
    """The bytes that ``cleaner`` prints, on both streams in their order."""
    done = subprocess.run(
        [sys.executable, "-m", "cleaner", *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONUTF8": "1", **environment}, check=False, timeout=120,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize(
    ("option", "environment", "colours"),
    [
        ("auto", {}, False),
        ("always", {}, True),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {"NO_COLOR": ""}, False),
    ],
)
def test_colours_are_used_as_told(
    seeds: Path, tmp_path: Path, option: str, environment: dict[str, str], colours: bool
) -> None:
    said = written(tmp_path, "check", str(seeds), "--stages", "boilerplate", "--color", option, **environment)
    assert (b"\x1b[" in said) == colours
    assert b"follow-us" in said


def test_a_file_never_holds_colours(seeds: Path, tmp_path: Path) -> None:
    command("check", seeds, "--color", "always", "--output-file", "found.txt", cwd=tmp_path)
    assert b"\x1b" not in (tmp_path / "found.txt").read_bytes()


@pytest.mark.parametrize("encoding", ["cp437", "cp1252"])
def test_what_an_encoding_lacks_is_replaced(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.txt").write_text(f"Жители say: “No…” → now\n\n{PROSE}Share this article\n", encoding="utf-8")
    environment = {"PYTHONUTF8": "0", "PYTHONIOENCODING": encoding}
    said = written(tmp_path, "check", "a.txt", "--stages", "boilerplate", **environment).decode(encoding)
    assert "Traceback" not in said
    assert {"cp437": '"Share this article"', "cp1252": "“Share this article”"}[encoding] in said
    (tmp_path / "b.txt").write_text(f"{PROSE}Житель doesnâ€™t.\n", encoding="utf-8")
    diff = written(tmp_path, "run", "b.txt", "--diff", "--stages", "encoding", **environment).decode(encoding)
    assert "+<U+0416>" in diff


def test_data_for_machines_is_utf_8_whatever_the_terminal_takes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{PROSE}Share this article\n", encoding="utf-8")
    options = ("check", "a.txt", "--quiet", "--stages", "boilerplate", "--output-format", "jsonl")
    said = written(tmp_path, *options, PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert "“Share this article”" in orjson.loads(said.splitlines()[0])["message"]


@pytest.mark.parametrize("words", [("check", "--exit-zero"), ("run", "--diff")])
def test_text_in_a_runner_commands_nothing(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "a.txt").write_text(HOSTILE, encoding="utf-8")
    said = written(tmp_path, words[0], "a.txt", *words[1:], GITHUB_ACTIONS="true").decode()
    found = re.fullmatch(r"::stop-commands::([0-9a-f]{32})\n(.*)::\1::\n(.*)", said, re.DOTALL)
    assert found
    assert not COMMAND.search(found[3])


def test_elsewhere_nothing_is_bracketed_and_the_word_is_another_each_time(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with actions.no_commands():
        assert capfd.readouterr().out == ""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setattr(actions, "_is_file", lambda: False)
    said = []
    for _ in range(2):
        with actions.no_commands():
            said.append(capfd.readouterr().out)
        assert capfd.readouterr().out == f"::{said[-1].strip().rpartition('::')[2]}::\n"
    assert said[0] != said[1]


def test_why_in_a_runner_commands_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(HOSTILE, encoding="utf-8")
    written(tmp_path, "run", "a.txt", "-o", "out")
    said = written(tmp_path, "why", "a.txt", "-o", "out", GITHUB_ACTIONS="true").decode()
    assert re.fullmatch(r"::stop-commands::([0-9a-f]{32})\n.*::\1::\n", said, re.DOTALL)


def test_a_file_gets_no_brackets(seeds: Path, tmp_path: Path) -> None:
    with (tmp_path / "found.txt").open("wb") as file:
        subprocess.run(
            [sys.executable, "-m", "cleaner", "check", str(seeds), "--quiet"],
            cwd=tmp_path, stdout=file, env={**os.environ, "GITHUB_ACTIONS": "true"}, check=False, timeout=120,
        )  # fmt: skip
    assert b"stop-commands" not in (tmp_path / "found.txt").read_bytes()


def test_no_format_for_machines_holds_a_command_of_the_corpus(tmp_path: Path) -> None:
    record = {"id": "##[add-path]x\n::add-mask::y", "source": "##[error]", "text": HOSTILE}
    (tmp_path / "##[a.jsonl").write_bytes(orjson.dumps(record) + b"\n")
    forms = ("jsonl", "gitlab", "sarif", "junit", "markdown", "github")
    words = [word for form in forms for word in ("--output-format", form, "--output-file", form)]
    command("check", "##[[]a.jsonl", "--stages", "boilerplate", "--quiet", *words, cwd=tmp_path)
    for form in forms:
        said = (tmp_path / form).read_text(encoding="utf-8")
        assert "share" in said.casefold(), form
        if form == "github":  # its own commands, each on its line; what a line says after :: is text
            assert all(re.match(r"::(warning|notice|error) ", line) for line in said.splitlines())
        else:
            assert not COMMAND.search(said), form
    assert orjson.loads((tmp_path / "jsonl").read_bytes().splitlines()[0])["source"] == "##[error]"


def test_an_error_is_one_line_whatever_the_name_holds(tmp_path: Path) -> None:
    done = command("run", "a\n::add-mask::b\u202e.txt", "-o", "out", cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "\u202e" not in done.stderr


def test_a_check_adds_to_the_summary_of_the_job(seeds: Path, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# Before\n")
    options = ("check", seeds, "--stages", "boilerplate")
    environment = {"GITHUB_STEP_SUMMARY": str(summary)}
    command(*options, cwd=tmp_path, env=environment)
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("# Before\n## cleaner check failed\n")
    command(*options, "--output-format", "markdown", cwd=tmp_path, env=environment)
    assert summary.read_text(encoding="utf-8") == text  # it is where the person wants it
    environment = {"GITHUB_STEP_SUMMARY": str(tmp_path / "no" / "summary.md")}
    assert "cannot be written" in command(*options, cwd=tmp_path, env=environment).stderr
