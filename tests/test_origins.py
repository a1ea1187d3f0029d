"""Settings: which of their origins wins, and what is said about wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleaner.config import Config
from cleaner.errors import ConfigError
from cleaner.origins import load


def test_flags_come_before_variables_before_files_before_defaults(tmp_path: Path) -> None:
    (tmp_path / "cleaner.toml").write_text('format = "txt"\nboilerplate = "aggressive"\njobs = 3\n')
    config, origins = load({"format": "jsonl"}, {"CLEANER_FORMAT": "txt", "CLEANER_JOBS": "2"}, tmp_path)
    assert (config.format, config.jobs, config.boilerplate, config.duplicates) == ("jsonl", 2, "aggressive", "flag")
    assert origins["format"].where == "--format"
    assert origins["jobs"].where == "CLEANER_JOBS"
    assert origins["boilerplate"].where == str(tmp_path / "cleaner.toml")
    assert origins["duplicates"].where == "default"


def test_the_nearest_file_upwards_is_taken(tmp_path: Path) -> None:
    (tmp_path / "cleaner.toml").write_text("jobs = 1\n")
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.cleaner]\njobs = 2\n")
    (tmp_path / "a" / "b" / "pyproject.toml").write_text("[tool.other]\njobs = 3\n")
    assert load({}, {}, tmp_path / "a" / "b")[0].jobs == 2
    assert load({}, {}, tmp_path)[0].jobs == 1


def test_lists_are_lists_in_files_and_commas_elsewhere(tmp_path: Path) -> None:
    wanted = ("encoding", "boilerplate")
    (tmp_path / "cleaner.toml").write_text('stages = ["encoding", "boilerplate"]\n')
    assert load({}, {}, tmp_path)[0].stages == wanted
    assert load({}, {"CLEANER_STAGES": "encoding, boilerplate"}, tmp_path / "none")[0].stages == wanted
    assert load({"stages": "encoding,boilerplate"}, {}, tmp_path / "none")[0].stages == wanted


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ('formt = "txt"', "unknown setting 'formt'; did you mean 'format'"),
        ("format = 3", "format must be text in quotes, not 3"),
        ('jobs = "two"', "jobs must be a whole number, not 'two'"),
        ("jobs = true", "jobs must be a whole number, not true"),
        ("jobs = -1", "jobs: -1 is below 0"),
        ('format = "text"', "format: 'text' is none of jsonl, jsonl.zst, parquet, txt"),
        ('stages = ["encoding", "boilerplat"]', "did you mean 'boilerplate'"),
        ("stages = 3", "stages must be a list of names"),
        ('text_field = "body"', "unknown setting 'text_field'; did you mean 'text-field'"),
        ("format =", "not valid TOML"),
    ],
)
def test_a_wrong_setting_in_a_file_is_named(tmp_path: Path, file: str, message: str) -> None:
    (tmp_path / "cleaner.toml").write_text(file)
    with pytest.raises(ConfigError) as caught:
        load({}, {}, tmp_path)
    assert message in str(caught.value)
    assert str(tmp_path / "cleaner.toml") in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("CLEANER_JOB", "2", "CLEANER_JOB: unknown setting 'job'; did you mean 'jobs'"),
        ("CLEANER_JOBS", "two", "CLEANER_JOBS: 'two' is not a number"),
        ("CLEANER_FORMAT", "csv", "'csv' is none of jsonl, jsonl.zst, parquet, txt"),
    ],
)
def test_a_wrong_variable_is_named(tmp_path: Path, variable: str, value: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load({}, {variable: value}, tmp_path)
    assert message in str(caught.value)
    assert variable in str(caught.value)


def test_a_file_that_is_no_text_is_an_error_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "cleaner.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not valid TOML"):
        load({}, {}, tmp_path)


def test_what_cannot_change_results_is_not_in_the_record() -> None:
    assert "jobs" not in Config(jobs=3).resolved()
    assert Config(jobs=3).resolved() == Config().resolved()


def test_every_setting_says_what_it_is_for() -> None:
    from dataclasses import fields

    assert all(one.metadata["help"].endswith(".") for one in fields(Config))
