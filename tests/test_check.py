"""``cleaner check``: places, limits, baselines and exit codes. Its formats are in test_reports_formats.py."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from running import clean, contents

from cleaner import checking, open_result, session
from cleaner.checking import Checked
from cleaner.cli import main
from cleaner.commands.check import OUTPUT_FORMATS
from cleaner.config import Config
from cleaner.documents import Edit, apply
from cleaner.errors import ConfigError
from cleaner.findings import Located
from cleaner.limits import Limit, parse
from cleaner.origins import load
from cleaner.places import Place, Places

BODY = (
    "The council of Harwick voted on Thursday to repair the old bridge over the river before the winter, after "
    "engineers had found cracks in two of its granite pillars and had warned of a closure that would last months."
)
OTHER = (
    "Farmers in the valley said that the rains of the spring had come too late for the barley, and that prices of "
    "fodder had already risen by a third since the markets of Nordby opened again in the second week of March."
)
THIRD = (
    "The museum on the quay will show for the first time the maps that sailors of the island drew by hand during "
    "the long voyages of the last century, among them one that leads to a harbour which nobody has found since."
)


def story(*lines: str) -> str:
    return "\n\n".join(lines) + "\n"


@contextmanager
def checked(*inputs: Path, here: Path, baseline: Path | None = None, **settings: Any) -> Iterator[Checked]:
    config = checking.settings(Config(**{"jobs": 1, **settings}))
    planned = session.plan_inputs([str(path) for path in inputs], config)
    known = checking.read_baseline(baseline) if baseline else frozenset()
    with session.cleaned(config, planned) as (_, folder):
        limits, duplicates = checking.limits_of(config), settings.get("duplicates", "flag")
        yield checking.checked(folder, planned, limits, known, here, duplicates=duplicates)


def found(*inputs: Path, here: Path, **settings: Any) -> list[Located]:
    with checked(*inputs, here=here, **settings) as result:
        return list(result)


def by_rule(findings: list[Located]) -> dict[str, Located]:
    return {finding.rule: finding for finding in findings}


def test_a_finding_in_a_text_file_has_its_line_and_column_there(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    text = story("Bridge to be repaired", BODY, "ADVERTISEMENT", OTHER, f"{BODY[:40]} â€œcaféâ€\x9d was closed.")
    (tmp_path / "news" / "one.txt").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    findings = by_rule(found(tmp_path / "news", here=tmp_path))
    advert = findings["boilerplate/advert-label"]
    assert advert.place == Place("news/one.txt", 5, 1, 5, 14, 5)
    assert advert.message == "“ADVERTISEMENT” would be removed"
    repair = next(finding for finding in findings.values() if finding.stage == "encoding")
    assert (repair.place.path, repair.place.line) == ("news/one.txt", 9)
    assert text.split("\n")[8][repair.place.column - 1 :].startswith("â€\x9d")


def test_a_finding_in_a_record_has_the_line_of_the_record(tmp_path: Path) -> None:
    path = tmp_path / "wire.jsonl"
    texts = (story("Farmers wait", OTHER), story("Bridge", BODY, "ADVERTISEMENT", OTHER))
    path.write_bytes(b"".join(orjson.dumps({"text": text}) + b"\n" for text in texts) + b"nothing\n")
    findings = found(path, here=tmp_path, stages=("boilerplate",))
    advert = by_rule(findings)["boilerplate/advert-label"]
    assert str(advert.place) == "wire.jsonl:2 (line 5 of the text)"
    assert [str(one.place) for one in findings if one.rule == "reading/rejected"] == ["wire.jsonl:3"]


def test_a_near_duplicate_passage_names_the_place_of_its_kept_copy(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(story("ADVERTISEMENT", "Bridge to be repaired", BODY))
    (tmp_path / "b.txt").write_text(story("Farmers wait", OTHER, BODY.replace("winter", "autumn")))
    findings = [one for one in found(tmp_path, here=tmp_path) if one.stage == "near-duplicates"]
    assert [(one.document, one.place, one.related) for one in findings] == [
        ("b.txt", Place("b.txt", 5, 1, 5, len(BODY) + 1, 5), Place("a.txt", 5, 1, 5, len(BODY) + 1, 5))
    ]
    assert "near-duplicate of a.txt:5:1 (Jaccard similarity" in findings[0].message


def test_lines_of_a_member_of_an_archive_are_those_of_its_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "news.zip", "w") as archive:
        archive.writestr("in/one.txt", story("Bridge to be repaired", BODY, "ADVERTISEMENT", OTHER))
    advert = by_rule(found(tmp_path / "news.zip", here=tmp_path))["boilerplate/advert-label"]
    assert str(advert.place) == "news.zip/in/one.txt:5:1"


def test_a_page_has_no_lines_of_its_file(tmp_path: Path) -> None:
    paragraphs = "".join(f"<p>{text}</p>" for text in (BODY, OTHER, BODY[::-1]))
    damaged = "<p>The cafÃ© by the river stays closed, said its owner, who had hoped for more guests.</p>"
    page = f"<html><body><article><h1>Bridge</h1>{paragraphs}{damaged}</article></body></html>"
    (tmp_path / "page.html").write_text(page)
    findings = found(tmp_path / "page.html", here=tmp_path)
    assert findings
    assert {(one.place.path, one.place.line, one.place.column) for one in findings} == {("page.html", 0, 0)}


def test_another_encoding_is_a_note_and_odd_bytes_are_a_finding(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_bytes(story("Über die Brücke", BODY + " Größe").encode("utf-16"))
    findings = found(tmp_path, here=tmp_path, stages=("encoding",))
    assert [(one.rule, one.level, one.message) for one in findings] == [
        ("encoding/decode", "note", f"read as {findings[0].message.removeprefix('read as ')}")
    ]
    with checked(tmp_path, here=tmp_path, stages=("encoding",)) as result:
        assert not result.failed


def write_stories(folder: Path, first: tuple[str, ...] = ()) -> Path:
    path = folder / "wire.jsonl"
    texts = [story("Bridge", BODY, "ADVERTISEMENT", OTHER), story("Farmers", OTHER, "ADVERTISEMENT", BODY)]
    path.write_bytes(b"".join(orjson.dumps({"text": text}) + b"\n" for text in [*first, *texts]))
    return path


def test_a_baseline_passes_over_what_it_lists_also_when_lines_move(tmp_path: Path) -> None:
    path = write_stories(tmp_path)
    with checked(path, here=tmp_path, stages=("boilerplate",)) as result:
        assert result.failed
        count = checking.write_baseline(tmp_path / "known.json", result.findings)
        fingerprints = [finding.fingerprint for finding in result]
    assert len(set(fingerprints)) == len(fingerprints) == count
    write_stories(tmp_path, first=(story("Maps on show", THIRD),))
    with checked(path, here=tmp_path, baseline=tmp_path / "known.json", stages=("boilerplate",)) as result:
        assert [finding for finding in result if finding.level == "warning"] == []
        assert not result.failed


def test_a_baseline_lets_one_more_of_the_same_fail(tmp_path: Path) -> None:
    path = write_stories(tmp_path)
    with checked(path, here=tmp_path, stages=("boilerplate",)) as result:
        checking.write_baseline(tmp_path / "known.json", result.findings)
    write_stories(tmp_path, first=(story("Maps on show", THIRD, "ADVERTISEMENT", BODY),))
    with checked(path, here=tmp_path, baseline=tmp_path / "known.json", stages=("boilerplate",)) as result:
        assert [finding.rule for finding in result].count("boilerplate/advert-label") == 1
        assert result.failed


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"tool": "other", "findings": {}}', '{"findings": 3}'])
def test_what_is_no_baseline_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "known.json").write_text(content)
    with pytest.raises(ConfigError, match="no baseline of cleaner check"):
        checking.read_baseline(tmp_path / "known.json")


@pytest.mark.parametrize(
    ("text", "limit"),
    [("0", Limit(None, 0)), ("20", Limit(None, 20)), ("0.5%", Limit(0.005, None)), (" 100 % ", Limit(1.0, None))],
)
def test_a_limit_is_a_percentage_or_a_number(text: str, limit: Limit) -> None:
    assert parse(text, "max_boilerplate") == limit


@pytest.mark.parametrize("text", ["", "half", "-1", "1.5", "101%", "1e3", "%", "nan", "5 percent", "1" * 5000])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="max-boilerplate"):
        parse(text, "max_boilerplate")


@pytest.mark.parametrize(
    ("settings", "over"),
    [
        ({}, True),
        ({"max_boilerplate": "0"}, True),
        ({"max_boilerplate": "1000"}, False),
        ({"max_boilerplate": "99%"}, False),
        ({"max_boilerplate": "0%"}, True),
        ({"max_mojibake": "0", "max_repairs": "0", "max_near_duplicates": "0", "max_rejected": "0%"}, False),
        ({"max_source_loss": 0.0}, True),
        ({"max_source_loss": 0.9}, False),
    ],
)
def test_limits_decide_where_they_are_set(tmp_path: Path, settings: dict[str, Any], over: bool) -> None:
    with checked(write_stories(tmp_path), here=tmp_path, stages=("boilerplate",), **settings) as result:
        assert result.failed is over
        assert {measure.setting for measure in result.measures if measure.over} <= set(settings)


def test_a_damaged_title_is_found_and_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = {"id": "1", "title": "The cafÃ© of Harwick", "text": story(BODY)}
    (tmp_path / "in.jsonl").write_bytes(orjson.dumps(row))
    with checked(tmp_path / "in.jsonl", here=tmp_path, stages=("encoding",), max_mojibake="0") as result:
        (found,) = result
        assert (found.rule, str(found.place)) == ("encoding/mojibake", "in.jsonl:1")
        assert found.message == "in the title “Ã©” would become “é”"
        assert result.failed
    clean(tmp_path / "in.jsonl", tmp_path / "out", stages=("encoding",))
    with pytest.raises(SystemExit):
        main(["why", "1", "-o", str(tmp_path / "out")])
    assert "title, characters 7-9: encoding/mojibake, confidence 0.99\n  “Ã©” became “é”" in capsys.readouterr().out
    (finding,) = open_result(tmp_path / "out").findings
    assert finding.message == "in the title 'Ã©' became 'é'"


@pytest.mark.parametrize("duplicates", ["flag", "drop-passages", "drop-documents"])
def test_a_source_loses_what_a_run_takes_out(tmp_path: Path, duplicates: str) -> None:
    copies = [
        {"id": "1", "source": "one", "published": "2020-01-01", "text": story("Bridge", BODY, THIRD)},
        {"id": "2", "source": "two", "published": "2020-01-02", "text": story("ADVERTISEMENT", BODY, THIRD)},
        {"id": "3", "source": "three", "published": "2020-01-03", "text": story(OTHER, BODY)},
    ]
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(orjson.dumps(one) for one in copies))
    record = clean(tmp_path / "in.jsonl", tmp_path / "out", duplicates=duplicates)
    lost = {one["source"]: round(one["lost"] * one["characters"]) for one in record["sources"]}
    with checked(tmp_path / "in.jsonl", here=tmp_path, duplicates=duplicates) as result:
        assert {"one": 0, "two": 0, "three": 0} | dict(result.tally.lost) == lost
        assert result.tally.kinds["max_near_duplicates"] == 3
    assert (lost["two"] > len(BODY)) is (duplicates != "flag")
    assert (lost["three"] > len(BODY)) is (duplicates == "drop-passages")


def test_limits_come_from_files_and_the_environment_too(tmp_path: Path) -> None:
    (tmp_path / "cleaner.toml").write_text('max-boilerplate = "0.5%"\nmax-mojibake = 0\nmax-source-loss = "30%"\n')
    config, origins = load({}, {"CLEANER_MAX_REJECTED": "3", "CLEANER_MAX_SOURCE_LOSS": "25%"}, tmp_path)
    assert (config.max_boilerplate, config.max_mojibake, config.max_rejected) == ("0.5%", "0", "3")
    assert config.max_source_loss == 0.25
    assert origins["max_rejected"].where == "CLEANER_MAX_REJECTED"
    assert not config.resolved().keys() & {"max-boilerplate", "max-mojibake", "max-source-loss"}


def test_the_result_is_the_same_for_any_number_of_workers(corpus: Path) -> None:
    one, two = (found(corpus, here=corpus, jobs=jobs) for jobs in (1, 2))
    assert one == two


def run(*arguments: str) -> int:
    """The exit code of the command, in this process."""
    with pytest.raises(SystemExit) as end:
        main(["check", "wire.jsonl", *arguments])
    assert isinstance(end.value.code, int)
    return end.value.code


@pytest.fixture
def stories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the command runs in."""
    write_stories(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 1),
        (("--exit-zero",), 0),
        (("--max-rejected", "0"), 0),
        (("--max-boilerplate", "0"), 1),
        (("--baseline", "no"), 2),
        (("--output-format", "sarif", "--output-format", "text"), 2),
    ],
)
def test_a_check_writes_nothing_and_exits_by_what_it_finds(stories: Path, options: tuple[str, ...], code: int) -> None:
    before = contents(stories)
    assert run(*options) == code
    assert contents(stories) == before


def test_several_formats_go_to_their_files(stories: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--output-format", "sarif", "--output-file", "out/found.sarif", "--output-format", "text") == 1
    said = capsys.readouterr()
    assert "wire.jsonl:1 (line 5 of the text): boilerplate/advert-label" in said.out
    assert said.err.startswith("failed: ")
    results = orjson.loads((stories / "out" / "found.sarif").read_bytes())["runs"][0]["results"]
    assert len(results) == said.out.count("\n")


def test_a_file_that_cannot_be_written_is_an_error(stories: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (stories / "taken").mkdir()
    assert run("--output-file", "taken") == 2
    assert "taken" in capsys.readouterr().err
    assert [path.name for path in stories.iterdir() if path.name.startswith(".")] == []


def test_a_baseline_is_written_and_heeded(stories: Path) -> None:
    assert run("--write-baseline", "known.json") == 0
    assert orjson.loads((stories / "known.json").read_bytes())["tool"] == "news-corpus-cleaner"
    assert run("--baseline", "known.json") == 0


@pytest.mark.parametrize(
    "entry", re.findall(r"entry: cleaner (.*)", (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
)
def test_each_hook_runs(stories: Path, entry: str) -> None:
    (stories / "page.html").write_text(f"<html><body><h1>Bridge closed</h1><p>{BODY}</p><p>{OTHER}</p></body></html>")
    with pytest.raises(SystemExit) as end:
        main([*entry.split(), "wire.jsonl", "page.html"])
    assert end.value.code == (0 if "encoding" in entry else 1)


def test_the_action_runs_one_check_for_three_views(stories: Path) -> None:
    program = stories / "cleaner"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cleaner "$@"\n')
    program.chmod(0o755)
    environment = {
        **os.environ, "CLEANER": str(program), "PATHS": "wire.jsonl\n", "OPTIONS": "--max-boilerplate\n0.5%\n",
        "BASELINE": "", "SARIF": "found.sarif", "GITHUB_STEP_SUMMARY": str(stories / "summary.md"),
    }  # fmt: skip
    script = ROOT / ".github" / "actions" / "check" / "check.sh"
    done = subprocess.run(["bash", script], env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("::warning file=wire.jsonl,line=1,")
    assert (stories / "summary.md").read_text(encoding="utf-8").startswith("## cleaner check failed\n")
    assert orjson.loads((stories / "found.sarif").read_bytes())["version"] == "2.1.0"


def git(folder: Path, *arguments: str) -> None:
    names = ["-c", "user.name=one", "-c", "user.email=one@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True)


def test_findings_count_in_changed_files_only(stories: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (stories / "old.txt").write_text(story("Bridge", BODY, "ADVERTISEMENT", OTHER))
    git(stories, "init", "-q")
    git(stories, "add", ".")
    git(stories, "commit", "-q", "-m", "first")
    assert run("--changed-since", "HEAD", ".") == 0
    (stories / "new.txt").write_text(story("Maps on show", THIRD, "ADVERTISEMENT", BODY))
    (stories / "old.txt").write_text(story("Bridge", BODY, "ADVERTISEMENT", THIRD))
    capsys.readouterr()
    assert run("--changed-since", "HEAD", ".") == 1
    assert {line.partition(":")[0] for line in capsys.readouterr().out.splitlines()} == {"new.txt", "old.txt"}
    assert run("--changed-since", "no-such-revision") == 2
    assert run("--changed-since", "--output=x") == 2


edits = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.text("xy", max_size=3)), max_size=8)


@given(edits, st.integers(0, 30))
def test_places_of_the_clean_text_are_those_of_the_edits(steps: list[tuple[int, int, str]], offset: int) -> None:
    made, at = [], 0
    for gap, size, text in steps:
        made.append(Edit(at + gap, at + gap + size, text, "stage", "rule"))
        at += gap + size
    original = "".join(chr(0x4E00 + place) for place in range(at + 5))
    trail = [{**edit._asdict(), "removed": original[edit.start : edit.end]} for edit in made]
    clean = apply(made, original)
    places = Places(("a.txt", 0, True), clean, trail)
    assert places.original == original
    if offset < len(clean) and clean[offset] in original:
        place = places.of_clean(offset, offset + 1)
        assert original[place.column - 1] == clean[offset]


def test_a_path_that_is_no_text_can_be_shown_in_every_format(stories: Path) -> None:
    path = os.fsdecode(b"odd\xff.txt")
    Path(path).write_text(story("Bridge", BODY, "ADVERTISEMENT", OTHER))
    for name in OUTPUT_FORMATS:
        assert run("--output-format", name, "--output-file", f"out/{name}", path) == 1
        assert "advert-label" in (stories / "out" / name).read_text(encoding="utf-8").replace("\\", "")
    assert run("--write-baseline", "known.json", path) == 0
    assert run("--baseline", "known.json", path) == 0
