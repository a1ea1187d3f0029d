"""The output folder: whose it is, one run at a time, and files that appear whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from cleaner.errors import OutputError

#: ``run.json`` says with this word that a folder is an output of ours.
MARK = "news-corpus-cleaner"
RECORD = "run.json"
REPORT = "report.html"
SPOOL = ".cleaner-spool"


@contextmanager
def output_folder(out: Path) -> Iterator[Path]:
    """Yield a spool folder inside ``out`` while holding it alone; it is gone afterwards.

    Raises:
        OutputError: ``out`` cannot be written, holds something else, or another run writes to it.
    """
    existed = out.exists()
    try:
        _refuse_others(out)
        out.mkdir(parents=True, exist_ok=True)
        lock = os.open(out / ".cleaner-lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise OutputError(f"{out}: cannot be written: {error.strerror}; choose another folder with -o") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)  # the file is the other run's
        raise OutputError(f"{out}: another run is writing there; wait for it, or choose another folder") from None
    done = False
    try:
        spool = out / SPOOL
        shutil.rmtree(spool, ignore_errors=True)
        spool.mkdir(mode=0o700)
        try:
            yield spool
            done = True
        finally:
            shutil.rmtree(spool, ignore_errors=True)
    finally:
        (out / ".cleaner-lock").unlink(missing_ok=True)
        os.close(lock)
        if not done and not existed and not any(out.iterdir()):
            out.rmdir()


def _refuse_others(out: Path) -> None:
    if out.is_file():
        raise OutputError(f"{out}: is a file; -o names a folder")
    ours = record_of(out) is not None or (out / SPOOL).exists()  # a spool is what a killed run leaves
    if out.is_dir() and not ours and any(path.name != ".cleaner-lock" for path in out.iterdir()):
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
    """
    earlier = record_of(out) or {}
    for name in (RECORD, REPORT):  # a page about the run before would be wrong
        (out / name).unlink(missing_ok=True)
    outputs = earlier.get("outputs")
    for name in outputs if isinstance(outputs, dict) else ():
        path = out / name
        if path.is_file() and path.resolve().is_relative_to(out.resolve()):
            path.unlink()
    config = earlier.get("config")
    if isinstance(config, dict) and config.get("format") == "txt":
        shutil.rmtree(out / "text", ignore_errors=True)
    names = sorted(path.name for path in folder.iterdir() if path.name != RECORD)
    for name in [*names, RECORD]:
        os.replace(folder / name, out / name)
