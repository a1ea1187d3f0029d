"""A run that was stopped goes on: what it must be the same as, and what stops a run without ending it."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

from cleaner import __version__
from cleaner.config import Config
from cleaner.engines.manifest import key_of
from cleaner.errors import StoppedError, WorkerError
from cleaner.readers import Plan

#: Libraries that what lies in a spool depends on.
LIBRARIES = ("ftfy", "trafilatura", "numpy", "numba", "pyarrow", "orjson")
#: Errors of a disk that is full, or of a file or person that may not have more of it.
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
ADVICE = "what is finished is kept: the same command with --resume goes on"


def fingerprint(config: Config, planned: Plan) -> str:
    """What a run must share with one that was stopped to go on from there: inputs, settings, versions."""
    files = [part.path for split in planned.splits for part in split.parts]
    files += [*config.rules, *config.templates]
    for name in config.against:
        files += [name, *(str(path) for path in sorted(Path(name).glob("*")))]
    versions = [version(name) for name in LIBRARIES]
    return key_of(__version__, sys.version, versions, sorted(config.resolved().items()), [_state(one) for one in files])


def _state(path: str) -> tuple[str, int, int]:
    """A file, its size and when it was changed; of what is far away only the name."""
    with suppress(OSError):
        found = os.stat(path)
        return path, found.st_size, found.st_mtime_ns
    return path, 0, 0


@contextmanager
def stoppable(finished: Callable[[], int]) -> Iterator[None]:
    """Let what stops a run, if parts of it are ``finished``, say how to go on.

    Raises:
        StoppedError: it was interrupted, or memory, disk or worker processes failed.
    """
    try:
        yield
    except (KeyboardInterrupt, MemoryError, OSError, WorkerError) as error:
        if not finished():
            raise
        code = 130 if isinstance(error, KeyboardInterrupt) else 2
        raise StoppedError(f"{_said(error)}; {ADVICE}", code) from error


def _said(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, MemoryError):
        return "error: out of memory; give --jobs 1, or --memory less"
    if isinstance(error, OSError) and error.errno in FULL:
        return "error: the disk is full; free some space"
    if isinstance(error, OSError):
        return f"error: {error.filename or 'input or output'}: {error.strerror or error}"
    return f"error: {error}"
