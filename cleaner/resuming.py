"""A run that was stopped goes on: what it must be the same as, and what stops a run without ending it."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from cleaner import __version__
from cleaner.config import Config
from cleaner.engines.manifest import key_of
from cleaner.errors import LostPartError, OutputError, StoppedError, WorkerError
from cleaner.output import RECORD, SPOOL, record_of
from cleaner.prepare import digests_of, total
from cleaner.readers import Plan

#: Libraries that what lies in a spool depends on.
LIBRARIES = ("ftfy", "trafilatura", "numpy", "numba", "pyarrow", "orjson")
#: The file of the spool that says which run has begun.
BEGUN = "begun.json"
#: Errors of a disk that is full, or of a file or person that may not have more of it.
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
ADVICE = "what is finished is kept: the same command with --resume goes on"


def identity(config: Config, planned: Plan) -> dict[str, Any]:
    """What a run must share with one that was stopped to go on from there: settings, versions, inputs."""
    inputs = sorted({(part.path, part.state) for split in planned.splits for part in split.parts})
    named = [*config.rules, *config.templates]
    for name in config.against:
        named += [name, *(str(path) for path in sorted(Path(name).glob("*")))]
    states = [_state(*one) for one in inputs]
    facts = {
        "settings": config.resolved(),
        "versions": {"cleaner": __version__, "python": sys.version} | {name: version(name) for name in LIBRARIES},
        "inputs": {"files": len(inputs), "bytes": sum(state[1] for state in states), "digest": key_of(*states)},
        "named": key_of(*(_state(one) for one in named)),
    }
    found: dict[str, Any] = orjson.loads(orjson.dumps(facts))
    return found


def fingerprint(facts: dict[str, Any]) -> str:
    """An identity as a digest."""
    return key_of(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS))


def refuse_another(out: Path, facts: dict[str, Any]) -> None:
    """Refuse to go on with a run that is not this one; nothing of it is touched.

    Raises:
        OutputError: names what differs from the run that was stopped.
    """
    with suppress(OSError, orjson.JSONDecodeError):  # killed before it had begun: nothing is finished
        if said := "; ".join(differences(orjson.loads((out / SPOOL / BEGUN).read_bytes()), facts)):
            raise OutputError(
                f"{out}: the run that was stopped is another: {said}; what it has finished is kept: give the same "
                "inputs and settings, or leave out --resume to start anew"
            )


def differences(then: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    """What differs between two identities, in words for people."""
    for kind in ("settings", "versions"):
        for name in sorted({*then[kind], *now[kind]}):
            was, given = (_plain(one[kind].get(name)) for one in (then, now))
            if was != given:
                yield f"{name} was {was}, is {given}"
    if then["inputs"] != now["inputs"]:
        was, given = (f"{one['inputs']['files']:,} of {one['inputs']['bytes']:,} bytes" for one in (then, now))
        yield f"the input files were {was}, are {given}" if was != given else "the input files were changed or renamed"
    if then["named"] != now["named"] and then["settings"] == now["settings"]:
        yield "files that rules, templates or against name were changed"


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


def note_begun(spool: Path, facts: dict[str, Any]) -> None:
    """Write down in the spool which run has begun."""
    temporary = spool / f"{BEGUN}.tmp"
    temporary.write_bytes(orjson.dumps(facts))
    os.replace(temporary, spool / BEGUN)


def complete(out: Path, config: Config, planned: Plan) -> dict[str, Any] | None:
    """What ``run.json`` says where ``out`` holds just what this run would write; None where no run is complete.

    The inputs are read, and their digest is compared.

    Raises:
        OutputError: the folder holds a finished run, but of other inputs, settings or versions.
    """
    record = None if (out / SPOOL).exists() else record_of(out)
    if record is None:
        return None
    if said := _unlike(record, out / RECORD, config, planned):
        raise OutputError(
            f"{out}: the run there is complete, and is another: {said}; leave out --resume to replace it, or choose "
            "another folder"
        )
    return record


def _unlike(record: dict[str, Any], path: Path, config: Config, planned: Plan) -> str:
    """How a finished run differs from this one, in words; nothing where it does not."""
    settings = orjson.loads(orjson.dumps(config.resolved()))
    known = {"versions": {}, "inputs": {}, "named": ""}
    said = "; ".join(differences({**known, "settings": record["config"]}, {**known, "settings": settings}))
    if said or record["version"] != __version__:
        return said or f"it was made by version {record['version']}"
    for name, wanted in record["libraries"].items():
        if version(name) != wanted:
            return f"{name} was {wanted}, is {version(name)}"
    named = [Path(name) for name in (*config.rules, *config.templates, *config.against)]
    if newer := [one for one in named if one.stat().st_mtime > path.stat().st_mtime]:
        return f"{newer[0]} was changed since"
    digests = (one for split in planned.splits for batch in split.read() for one in digests_of(batch))
    return "" if total(digests).hex() == record["inputs"]["sha256"] else "the inputs differ"


def _state(path: str, far: str = "") -> tuple[str, int, int | str]:
    """A file, its size and when it was changed; of what is far away the name and what its file system said of it."""
    with suppress(OSError):
        found = os.stat(path)
        return path, found.st_size, found.st_mtime_ns
    return path, 0, far


@contextmanager
def stoppable(finished: Callable[[], int]) -> Iterator[None]:
    """Let what stops a run, if parts of it are ``finished``, say how to go on.

    Raises:
        StoppedError: it was interrupted, or memory, disk, worker processes or the output folder failed.
    """
    try:
        yield
    except (KeyboardInterrupt, MemoryError, OSError, OutputError, WorkerError, LostPartError) as error:
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
