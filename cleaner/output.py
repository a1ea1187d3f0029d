"""The output folder: whose it is, one run at a time, and files that appear whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from cleaner.engines import SILENT
from cleaner.errors import OutputError, StoppedError

#: ``run.json`` says with this word that a folder is an output of ours.
MARK = "news-corpus-cleaner"
RECORD = "run.json"
REPORT = "report.html"
SPOOL = ".cleaner-spool"
LOCK = ".cleaner-lock"
DATA = "data"
ELSEWHERE = "cleaner-spool-"


@contextmanager
def output_folder(out: Path, resume: bool = False, say: Callable[[str], None] = SILENT.say) -> Iterator[Path]:
    """Yield a private spool folder inside ``out`` while holding it alone; it is gone afterwards.

    After a ``StoppedError`` it stays, and with ``resume`` it is as the run before left it. Without, what is left
    is deleted, and ``say`` is told.

    Raises:
        OutputError: ``out`` cannot be written, holds something else, or another run writes to it.
    """
    existed = out.exists()
    try:
        _refuse_others(out)
        out.mkdir(parents=True, exist_ok=True)
        lock = os.open(out / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise OutputError(f"{out}: cannot be written: {error.strerror}; choose another folder with -o") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(lock).st_ino != (out / LOCK).stat().st_ino:  # another run ended, and a third began, meanwhile
            raise BlockingIOError
    except OSError:
        os.close(lock)  # the file is the other run's
        raise OutputError(f"{out}: another run is writing there; wait for it, or choose another folder") from None
    spool, kept = out / SPOOL, False
    try:
        if spool.exists() and not resume:
            say(f"{out}: what a stopped run had finished is deleted, all is made anew; --resume would have gone on")
            remove_spool(spool)
        spool.mkdir(mode=0o700, exist_ok=True)
        try:
            yield spool
        except StoppedError:
            kept = True
            raise
        finally:
            if not kept:
                remove_spool(spool)
    finally:
        (out / LOCK).unlink(missing_ok=True)
        os.close(lock)
        if not existed and not any(out.iterdir()):
            out.rmdir()


def data_folder(spool: Path, folder: str | None) -> Path:
    """The folder of the spool for what passes between steps: a link to a private one in ``folder``, if that is set.

    Raises:
        OutputError: ``folder`` cannot be written.
    """
    data = spool / DATA
    if data.is_symlink() and not data.exists():
        data.unlink()  # it was in a folder that has been cleared since
    if folder is not None and not data.exists():
        try:
            data.symlink_to(tempfile.mkdtemp(prefix=ELSEWHERE, dir=folder))
        except OSError as error:
            raise OutputError(f"{folder}: --tmp names a folder that can be written; {error.strerror}") from error
    data.mkdir(mode=0o700, exist_ok=True)
    return data


def remove_spool(spool: Path) -> None:
    """Delete a spool, also what lies elsewhere."""
    data = spool / DATA
    if data.is_symlink() and (elsewhere := data.resolve()).name.startswith(ELSEWHERE):
        shutil.rmtree(elsewhere, ignore_errors=True)
    shutil.rmtree(spool, ignore_errors=True)


def _refuse_others(out: Path) -> None:
    if out.is_file():
        raise OutputError(f"{out}: is a file; -o names a folder")
    ours = record_of(out) is not None or (out / SPOOL).exists()  # a spool is what a killed run leaves
    if out.is_dir() and not ours and any(path.name != LOCK for path in out.iterdir()):
        raise OutputError(f"{out}: holds files that no run of cleaner wrote; choose an empty or a new folder with -o")


def record_of(out: Path) -> dict[str, object] | None:
    """What ``run.json`` of an output folder holds, or None where it is no output of ours."""
    try:
        record = orjson.loads((out / RECORD).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    return record if isinstance(record, dict) and record.get("tool") == MARK else None


def publish(folder: Path, out: Path) -> None:
    """Move the finished files from the spool to ``out``; what an earlier run left there goes.

    ``run.json`` goes first and comes last: a folder that has one is complete.

    Raises:
        OutputError: a file or folder of another's stands where one of these must go; nothing has been changed then.
    """
    earlier = _earlier_names(out)
    names = sorted(path.name for path in folder.iterdir() if path.name != RECORD)
    for name in names:
        if name not in (REPORT, *earlier) and (out / name).exists():
            raise OutputError(f"{out / name}: was not written by a run; move it away, or choose another folder with -o")
    for name in (RECORD, REPORT, *earlier):  # a page about the run before would be wrong
        if (out / name).is_dir():
            shutil.rmtree(out / name)
        else:
            (out / name).unlink(missing_ok=True)
    for name in [*names, RECORD]:
        os.replace(folder / name, out / name)


def _earlier_names(out: Path) -> list[str]:
    """What the run before has written to ``out``, besides its ``run.json``."""
    record = record_of(out)
    if record is None:  # killed while it was publishing: what has the names of our files is its
        return [path.name for path in out.glob("*.jsonl*")] + [path.name for path in out.glob("corpus*.parquet")]
    outputs, config = record.get("outputs"), record.get("config")
    names = [name for name in outputs if Path(name).name == name] if isinstance(outputs, dict) else []
    return names + (["text"] if isinstance(config, dict) and config.get("format") == "txt" else [])
