"""The output folder: the committed one is what the code gives, and a run never harms what is not its own."""

from __future__ import annotations

import fcntl
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
import pytest
from running import clean, contents, restored

from cleaner.config import Config
from cleaner.errors import OutputError, StoppedError
from cleaner.output import output_folder, publish, record_of
from cleaner.session import clean_to, plan_inputs

COMMITTED = Path(__file__).parent.parent / "output"


def _comparable(folder: Path) -> dict[str, bytes]:
    """All files; other versions of libraries than those of the committed output are no difference."""
    files = contents(folder)
    record = orjson.loads((COMMITTED / "run.json").read_bytes())
    if any(version(name) != known for name, known in record["libraries"].items()):
        files["run.json"] = orjson.dumps({**orjson.loads(files["run.json"]), "libraries": {}})
    return files


def test_the_committed_output_is_what_a_run_writes(seeds: Path, tmp_path: Path) -> None:
    clean(seeds, tmp_path / "out")
    assert _comparable(tmp_path / "out") == _comparable(COMMITTED)


def test_the_committed_output_restores_the_seeds(seeds: Path, tmp_path: Path) -> None:
    assert restored(COMMITTED, tmp_path / "seeds") == contents(seeds)


def test_a_second_run_replaces_the_first_completely(seeds: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    clean(seeds, out, format="txt")
    assert (out / "text").is_dir()
    clean(seeds / "000_a38f933c2d6f7b9f.txt", out)
    clean(seeds / "000_a38f933c2d6f7b9f.txt", tmp_path / "fresh")
    assert contents(out) == contents(tmp_path / "fresh")
    assert not (out / "text").exists()


def test_files_that_someone_put_into_an_output_stay(seeds: Path, tmp_path: Path) -> None:
    clean(seeds, tmp_path / "out")
    (tmp_path / "out" / "notes.md").write_text("mine")
    clean(seeds, tmp_path / "out", stages=("encoding",))
    assert (tmp_path / "out" / "notes.md").read_text() == "mine"


def test_a_folder_that_holds_something_else_is_not_touched(seeds: Path, tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text("precious")
    with pytest.raises(OutputError, match="no run of cleaner wrote"):
        clean(seeds, tmp_path)
    assert contents(tmp_path) == {"corpus.jsonl": b"precious"}


def test_a_run_that_fails_leaves_the_earlier_output_and_no_traces(seeds: Path, tmp_path: Path) -> None:
    clean(seeds, tmp_path / "out")
    before = contents(tmp_path / "out")
    with pytest.raises(ZeroDivisionError), output_folder(tmp_path / "out") as spool:  # noqa: PT012
        (spool / "half.jsonl").write_text("{")
        raise ZeroDivisionError
    assert contents(tmp_path / "out") == before
    with pytest.raises(ZeroDivisionError), output_folder(tmp_path / "new"):
        raise ZeroDivisionError
    assert not (tmp_path / "new").exists()


def test_two_runs_cannot_write_to_one_folder(tmp_path: Path) -> None:
    handle = os.open(tmp_path / ".cleaner-lock", os.O_CREAT | os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(OutputError, match="another run is writing there"), output_folder(tmp_path):
        raise AssertionError("not reached")
    os.close(handle)


def test_the_refused_run_leaves_the_lock_of_the_other(tmp_path: Path) -> None:
    with output_folder(tmp_path) as spool:
        for _ in range(2):
            with pytest.raises(OutputError, match="another run"), output_folder(tmp_path):
                raise AssertionError("not reached")
        assert spool.is_dir()


def test_names_in_an_earlier_record_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    out, files = tmp_path / "out", tmp_path / "files"
    out.mkdir()
    files.mkdir()
    (tmp_path / "mine.txt").write_text("mine")
    (files / "run.json").write_text("{}")
    (out / "run.json").write_bytes(
        orjson.dumps({"tool": "news-corpus-cleaner", "outputs": {"../mine.txt": {}, str(tmp_path / "mine.txt"): {}}})
    )
    publish(files, out)
    assert (tmp_path / "mine.txt").read_text() == "mine"


class Killed(BaseException):
    """Stands for the end of the process: nothing may catch it."""


@pytest.mark.parametrize("format_", ["jsonl", "txt"])
@pytest.mark.parametrize("moves", [0, 4, 8])
def test_a_run_killed_while_it_published_is_replaced_and_nothing_of_others(
    seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: str, moves: int
) -> None:
    out, seed = tmp_path / "out", seeds / "000_a38f933c2d6f7b9f.txt"
    clean(seed, out)
    mine = dict.fromkeys(("my-notes.jsonl", "corpus-notes.parquet", "corpus-1-of-2.jsonl", "texts/a"), b"mine")
    (out / "texts").mkdir()
    for name, content in mine.items():
        (out / name).write_bytes(content)
    replace, left = os.replace, iter(range(moves))

    def dying(source: Path, target: Path) -> None:
        if Path(target).parent == out and next(left, None) is None:
            raise Killed
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr("cleaner.output.os.replace", dying)
        with pytest.raises(Killed):
            spool_stays(seed, out, patch, format=format_)
    assert not (out / "run.json").exists()
    clean(seed, out)
    clean(seed, tmp_path / "fresh")
    assert contents(out) == contents(tmp_path / "fresh") | mine


def spool_stays(seed: Path, out: Path, patch: pytest.MonkeyPatch, **settings: Any) -> None:
    """A run after whose end all is as it stands when the process is killed."""
    patch.setattr("cleaner.output._discard", lambda _: None)
    clean(seed, out, **settings)


@pytest.mark.parametrize(
    ("name", "format_"), [("clusters.jsonl", "jsonl"), ("corpus-00001-of-00002.parquet", "jsonl"), ("text/a", "txt")]
)
def test_a_file_of_others_under_a_name_of_ours_is_found_before_anything_is_done(
    seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, format_: str
) -> None:
    out = tmp_path / "out"
    (out / name).parent.mkdir(parents=True)
    (out / "run.json").write_bytes(orjson.dumps({"tool": "news-corpus-cleaner", "outputs": {"..": {}}}))
    (out / name).write_text("mine")
    monkeypatch.setattr("cleaner.session._clean", None)
    with pytest.raises(OutputError, match="was not written by a run; move it away"):
        clean(seeds, out, format=format_)
    assert (out / name).read_text() == "mine"
    assert not (out / ".cleaner-spool").exists()


def test_what_is_finished_is_kept_where_it_cannot_be_published(
    seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, config = tmp_path / "out", Config(jobs=1)
    planned = plan_inputs([str(seeds)], config)

    def late(folder: Path, to: Path) -> None:
        (to / "corpus.jsonl").write_text("mine")
        publish(folder, to)

    with monkeypatch.context() as patch:
        patch.setattr("cleaner.session.publish", late)
        with pytest.raises(StoppedError, match=r"move it away.*--resume goes on"):
            clean_to(config, planned, out)
    assert (out / "corpus.jsonl").read_text() == "mine"
    with pytest.raises(OutputError, match="move it away"):
        clean_to(config, planned, out, resume=True)
    (out / "corpus.jsonl").unlink()
    clean_to(config, planned, out, resume=True)
    assert _comparable(out) == _comparable(COMMITTED)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"tool": "other"}', b"\xff"])
def test_a_folder_with_another_run_json_is_not_ours(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.json").write_bytes(content)
    assert record_of(tmp_path) is None
