"""The command at the terminal: exit codes, signals, pipes. What it prints is in sessions/."""

from __future__ import annotations

import fcntl
import inspect
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click
import orjson
import pytest
from running import command, contents, records

from cleaner.cli import cli


def every_command(group: click.Group = cli, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    found: list[tuple[tuple[str, ...], click.Command]] = []
    for name, one in sorted(group.commands.items()):
        found += every_command(one, (*path, name)) if isinstance(one, click.Group) else [((*path, name), one)]
    return found


@pytest.mark.parametrize(
    ("path", "one"), every_command(), ids=lambda part: " ".join(part) if type(part) is tuple else ""
)
def test_every_command_says_what_it_does_and_gives_an_example(path: tuple[str, ...], one: click.Command) -> None:
    help_ = inspect.cleandoc(one.help or "")
    assert help_.partition("\n")[0].endswith(".")
    assert "\b\nExample" in help_
    assert f"cleaner {' '.join(path)}" in help_
    assert all(option.help for option in one.params if isinstance(option, click.Option))


def test_a_run_writes_and_says_so_on_standard_error_only(seeds: Path, tmp_path: Path) -> None:
    done = command("run", seeds, "-o", "out", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "5 records read = 5 kept + 0 dropped + 0 rejected" in done.stderr
    assert (tmp_path / "out" / "run.json").is_file()


@pytest.mark.parametrize("option", ["--dry-run", "--diff"])
def test_a_preview_writes_nothing(seeds: Path, tmp_path: Path, option: str) -> None:
    done = command("run", seeds, "-o", "out", option, cwd=tmp_path, env={"TMPDIR": str(tmp_path)})
    assert done.returncode == 0
    assert "nothing was written" in done.stderr
    assert contents(tmp_path) == {}
    assert bool(done.stdout) == (option == "--diff")


def test_a_diff_shows_what_goes(seeds: Path, tmp_path: Path) -> None:
    done = command("run", seeds, "--diff", "--quiet", cwd=tmp_path)
    assert "--- 000_a38f933c2d6f7b9f.txt (original)" in done.stdout
    assert "\n-Follow us on:" in done.stdout
    assert done.stderr == ""


def test_saved_templates_serve_a_later_run_on_one_document(tmp_path: Path) -> None:
    who = ["council", "board", "union", "club", "court", "bank", "choir", "school", "army", "church", "farm", "team"]
    prose = "The {0} of the town met on Monday to talk about what the {0} had asked of them, and stayed until late."
    line = "Valley of the seven rivers, every morning on your table"
    rows = [
        {"id": str(n), "source": "valley", "text": f"{prose.format(one)}\n\n{line}\n\nNobody from the {one} came."}
        for n, one in enumerate(who)
    ]
    (tmp_path / "year.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    (tmp_path / "day.jsonl").write_bytes(orjson.dumps({**rows[0], "id": "new"}) + b"\n")
    saved = tmp_path / "saved.jsonl"
    result = command("run", "year.jsonl", "--dry-run", "--save-templates", str(saved), cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert line in saved.read_text(encoding="utf-8")
    command("run", "day.jsonl", "-o", "alone", cwd=tmp_path)
    command("run", "day.jsonl", "-o", "told", "--templates", str(saved), cwd=tmp_path)
    assert line in records(tmp_path / "alone" / "corpus.jsonl")[0]["text"]
    assert line not in records(tmp_path / "told" / "corpus.jsonl")[0]["text"]


def test_templates_that_cannot_be_saved_are_an_error(seeds: Path, tmp_path: Path) -> None:
    result = command("run", str(seeds), "--dry-run", "--save-templates", "none/t.jsonl", cwd=tmp_path)
    assert result.returncode == 2
    assert "cannot be written" in result.stderr


def test_standard_input_is_read(tmp_path: Path) -> None:
    done = command("run", "-", "-o", "out", cwd=tmp_path, input='{"id": "a", "text": "One line."}\n')
    assert done.returncode == 0, done.stderr
    assert [row["text"] for row in records(tmp_path / "out" / "corpus.jsonl")] == ["One line."]


def test_why_names_the_rule_the_confidence_and_the_text(seeds: Path, tmp_path: Path) -> None:
    command("run", seeds, "-o", "out", cwd=tmp_path)
    done = command("why", "000_a38f933c2d6f7b9f.txt", "-o", "out", cwd=tmp_path)
    assert done.returncode == 0
    assert "boilerplate/" in done.stdout
    assert "confidence 0." in done.stdout
    assert "  - Follow us on:" in done.stdout


def test_the_rules_are_listed_shown_and_pass_their_examples(tmp_path: Path) -> None:
    listed = command("rules", "list", cwd=tmp_path)
    assert listed.returncode == 0
    names = [line.split()[0] for line in listed.stdout.splitlines()]
    assert names == sorted(set(names))
    assert len(names) > 20
    shown = command("rules", "show", names[0], cwd=tmp_path)
    assert shown.stdout.startswith(names[0] + "\n")
    assert "changes" in shown.stdout
    tested = command("rules", "test", cwd=tmp_path)
    assert (tested.returncode, tested.stdout) == (0, "")
    assert tested.stderr.endswith("rules, 0 failures\n")


def test_a_rule_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    done = command("rules", "show", "no-such-rule", cwd=tmp_path)
    assert done.returncode == 2
    assert "there is no rule 'no-such-rule'" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root can write everywhere")
def test_a_folder_that_cannot_be_written_is_an_error(seeds: Path, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    done = command("run", seeds, "-o", "locked/out", cwd=tmp_path)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_output_below_a_file_is_an_error(seeds: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    done = command("run", seeds, "-o", "file/out", cwd=tmp_path)
    assert done.returncode == 2
    assert "file/out: cannot be written" in done.stderr
    assert contents(tmp_path) == {"file": b"mine"}


def test_a_second_run_at_the_same_time_is_refused(seeds: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    handle = os.open(tmp_path / "out" / ".cleaner-lock", os.O_CREAT | os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)
    done = command("run", seeds, "-o", "out", cwd=tmp_path)
    os.close(handle)
    assert done.returncode == 2
    assert "another run is writing there" in done.stderr
    assert contents(tmp_path / "out") == {".cleaner-lock": b""}


def test_only_rejected_records_still_give_a_whole_output(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text("no json\n{}\n")
    done = command("run", "in.jsonl", "-o", "out", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "nothing was kept" in done.stderr
    record = orjson.loads((tmp_path / "out" / "run.json").read_bytes())
    assert (record["counts"]["read"], record["counts"]["rejected"]) == (2, 2)
    assert {"corpus.jsonl", "audit.jsonl", "rejected.jsonl"} <= contents(tmp_path / "out").keys()
    assert command("restore", "out", "-o", "back", cwd=tmp_path).returncode == 0


def test_a_reader_that_goes_away_is_no_error(seeds: Path, tmp_path: Path) -> None:
    text = "\n".join(f"Line {number} doesnâ€™t end." for number in range(30_000))
    (tmp_path / "in.txt").write_text(text, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "cleaner", "run", "in.txt", "--diff", "--stages", "encoding"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    with process, process.stdout, process.stderr:
        assert process.stdout.readline().startswith(b"---")
        process.stdout.close()
        errors = process.stderr.read()
        assert process.wait(60) == 0
    assert b"Traceback" not in errors
    assert b"BrokenPipe" not in errors


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupted_run_leaves_nothing(corpus: Path, tmp_path: Path, jobs: str) -> None:
    for copy in range(60):
        shutil.copy(corpus / "wire.jsonl", tmp_path / f"in-{copy}.jsonl")
    process = subprocess.Popen(
        [sys.executable, "-m", "cleaner", "run", "in-*.jsonl", "-o", "out", "--jobs", jobs],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    with process:
        while not (tmp_path / "out" / ".cleaner-spool" / "data").exists():
            assert process.poll() is None
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does: to the command and to its workers
        _, errors = process.communicate(timeout=60)
    # Python dies of the signal itself if it came while a string was executed, as dataclasses do: 130 to a shell, too.
    assert process.returncode in (130, -signal.SIGINT)
    assert errors.endswith("cleaner: interrupted\n")
    assert "Traceback" not in errors
    assert not (tmp_path / "out").exists()


def test_how_surely_pairs_are_found_is_explained_without_a_run(tmp_path: Path) -> None:
    done = command("run", "--explain-bands", "--shingle-rate", "0.5", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "4 bands of 4 rows (16 values)" in done.stdout
    assert "   1.00  1.0000" in done.stdout
    assert "0.5 of all runs of 6 words are chosen" in done.stdout
    assert "              7  0.7500" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_check_whose_reader_goes_away_keeps_its_verdict(seeds: Path, tmp_path: Path) -> None:
    check = shlex.join([sys.executable, "-m", "cleaner", "check", str(seeds), "-q"])
    line = f"{check} | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[1:] == ["1"]
    assert done.stderr == ""


def test_a_standard_output_that_cannot_be_written_is_named(seeds: Path, tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cleaner", "check", str(seeds), "-q"],
            cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        2, "cleaner: error: standard output cannot be written: No space left on device\n",
    )  # fmt: skip


def test_a_standard_output_that_is_closed_stops_no_run(seeds: Path, tmp_path: Path) -> None:
    run = shlex.join([sys.executable, "-m", "cleaner", "run", str(seeds), "-o", str(tmp_path / "out"), "-q"])
    done = subprocess.run(["bash", "-c", f"{run} >&-"], cwd=tmp_path, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out" / "corpus.jsonl").exists()


def test_an_interrupt_amid_the_imports_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    from cleaner import __main__

    class Interrupt:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "cleaner.cli":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "cleaner.cli")
    monkeypatch.delattr("cleaner.cli")
    monkeypatch.setattr(sys, "meta_path", [Interrupt(), *sys.meta_path])
    with pytest.raises(SystemExit) as end:
        __main__.main()
    assert (end.value.code, capsys.readouterr().err) == (130, "cleaner: interrupted\n")
