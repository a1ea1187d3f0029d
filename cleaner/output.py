"""The output folder: whose it is, one run at a time, and files that appear whole or not at all."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from cleaner.engines import SILENT
from cleaner.errors import OutputError, StoppedError, reason_of

#: ``run.json`` says with this word that a folder is an output of ours.
MARK = "news-corpus-cleaner"
RECORD = "run.json"
REPORT = "report.html"
SPOOL = ".cleaner-spool"
LOCK = ".cleaner-lock"
DATA = "data"
ELSEWHERE = "cleaner-spool-"
#: In the spool: the names of all that publishing deletes and writes, for a run that is killed amid it.
JOURNAL = "publishing.json"
#: What a run may write besides ``run.json``, the page and the folder ``text``.
OURS = re.compile(
    r"(corpus|documents|audit|dropped|templates|clusters|pairs|rejected)(-\d{5,}-of-\d{5,})?\.(jsonl(\.zst)?|parquet)"
)


@contextmanager
def output_folder(out: Path, resume: bool = False, say: Callable[[str], None] = SILENT.say) -> Iterator[Path]:
    """Yield a private spool folder inside ``out`` while holding it alone; it is gone afterwards.

    After a ``StoppedError`` it stays, and with ``resume`` it is as the run before left it. Without, what is left
    is deleted, and ``say`` is told.

    Raises:
        OutputError: ``out`` cannot be written, holds something else, also under a name of ours, or another run writes
            to it.
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
            _discard(out)
        refuse_clashes(out, [path.name for path in out.iterdir() if OURS.fullmatch(path.name)])
        spool.mkdir(mode=0o700, exist_ok=True)
        try:
            yield spool
        except StoppedError:
            kept = True
            raise
        finally:
            if not kept:
                _discard(out)
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
    if folder and not data.exists():
        data.symlink_to(private_folder(ELSEWHERE, folder))
    data.mkdir(mode=0o700, exist_ok=True)
    return data


def private_folder(prefix: str, folder: str | None) -> Path:
    """Make a folder that nobody else can read in ``folder``, or where the system has temporary files.

    Raises:
        OutputError: ``folder`` cannot be written.
    """
    try:
        return Path(tempfile.mkdtemp(prefix=prefix, dir=Path(folder).resolve(strict=True) if folder else None))
    except OSError as error:
        where = folder or tempfile.gettempdir()
        raise OutputError(f"{where}: cannot be written: {reason_of(error)}; name another folder with --tmp") from error


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
    """Move the finished files from ``folder``, which lies in the spool, to ``out``; what an earlier run left goes.

    ``run.json`` goes first and comes last: a folder that has one is complete.

    Raises:
        OutputError: a file or folder of another's stands where one of these must go; nothing has been changed then.
    """
    names = sorted(path.name for path in folder.iterdir() if path.name != RECORD)
    refuse_clashes(out, names)
    ours = sorted({REPORT, *_earlier_names(out), *names})  # a page about the run before would be wrong
    with (folder.parent / JOURNAL).open("wb") as journal:
        journal.write(orjson.dumps(ours))
        journal.flush()
        os.fsync(journal.fileno())
    for name in (RECORD, *ours):
        _delete(out / name)
    for name in [*names, RECORD]:
        os.replace(folder / name, out / name)


def refuse_clashes(out: Path, names: Iterable[str]) -> None:
    """Refuse to replace files or folders in ``out`` that no run wrote.

    Raises:
        OutputError: names the first that stands under one of ``names``.
    """
    known = {REPORT, *_earlier_names(out)}
    for name in names:
        if name not in known and os.path.lexists(out / name):
            raise OutputError(f"{out / name}: was not written by a run; move it away, or choose another folder with -o")


def _earlier_names(out: Path) -> list[str]:
    """What the run before has written to ``out``, besides its ``run.json``; one that was killed left a journal."""
    record = record_of(out)
    if record is None:
        return _journal(out)
    outputs, config = record.get("outputs"), record.get("config")
    names = [name for name in outputs if OURS.fullmatch(name)] if isinstance(outputs, dict) else []
    return names + (["text"] if isinstance(config, dict) and config.get("format") == "txt" else [])


def _journal(out: Path) -> list[str]:
    try:
        names = orjson.loads((out / SPOOL / JOURNAL).read_bytes())
    except (OSError, orjson.JSONDecodeError):  # it was not publishing yet
        return []
    return [name for name in names if name in (REPORT, "text") or OURS.fullmatch(name)]


def _discard(out: Path) -> None:
    """Delete the spool, and of an output that is not complete what has been published."""
    if record_of(out) is None:
        for name in _journal(out):
            _delete(out / name)
    remove_spool(out / SPOOL)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
