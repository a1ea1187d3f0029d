"""Files that are replaced in one step: whole or not at all, with the rights that new files have."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cleaner.replacing import replacing


def test_a_file_is_replaced_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a"]


def test_where_writing_fails_all_is_as_before(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), replacing(path):
        raise ZeroDivisionError
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_it_may_be_read_by_those_who_may_read_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    with replacing(tmp_path / "a") as file:
        file.write(b"new")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_link_under_a_temporary_name_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "precious").write_bytes(b"mine")
    monkeypatch.setattr("cleaner.replacing.uuid.uuid4", lambda: type("Guessed", (), {"hex": "guessed"}))
    (tmp_path / ".guessed.tmp").symlink_to(tmp_path / "precious")
    with pytest.raises(FileExistsError), replacing(tmp_path / "a"):
        raise AssertionError("not reached")
    assert (tmp_path / "precious").read_bytes() == b"mine"
    assert (tmp_path / ".guessed.tmp").is_symlink()
