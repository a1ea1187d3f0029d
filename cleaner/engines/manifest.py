"""Which parts of the spool are finished, and what each was made of: from this a run that was stopped goes on."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import shutil
from pathlib import Path
from typing import Any, BinaryIO, Self

import orjson

from cleaner.engines import Part
from cleaner.errors import OutputError

NAME = "manifest.jsonl"
#: The name of a manifest until its first lines are written.
BEGINNING = f"{NAME}.tmp"


class Manifest:
    """The parts of one spool folder: a line for each when it is finished, and one for each that was dropped.

    A step whose rows lie in hash partitions has a line too: how many these are, so that a run that goes on makes the
    same ones with other workers and memory.

    ``going_on`` says whether the folder holds what an earlier run with the same ``fingerprint`` finished; if not,
    entering deletes what is there.

    Raises:
        OutputError: the folder holds files, and no manifest; they stay.
    """

    def __init__(self, folder: Path, fingerprint: str = "", resume: bool = False) -> None:
        self.folder = folder
        self._known: dict[str, dict[str, Any]] = {}
        self._bits: dict[str, int] = {}
        self._fingerprint = fingerprint
        self._file: BinaryIO | None = None
        lines = _lines(folder / NAME) if resume else []
        self.going_on = bool(lines) and lines[0].get("fingerprint") == fingerprint
        for line in lines[1:] if self.going_on else ():
            if "step" in line:
                self._begin(line["step"], line["bits"])
            else:
                self._known[line["part"]] = self._known.get(line["part"], {}) | line

    def __enter__(self) -> Self:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._refuse_others()
        for old in self.folder.iterdir() if not self.going_on else ():
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        for left in self.folder.rglob("*.tmp"):
            left.unlink()
        steps = [{"step": step, "bits": bits} for step, bits in self._bits.items()]
        temporary = self.folder / BEGINNING
        with temporary.open("wb") as file:  # anew: the last line may be cut off
            for line in ({"fingerprint": self._fingerprint}, *steps, *self._known.values()):
                file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        os.replace(temporary, self.folder / NAME)
        self._file = (self.folder / NAME).open("ab", buffering=0)
        return self

    def _refuse_others(self) -> None:
        """Look before all is deleted: a spool of ours has a manifest, or nothing but one that was being begun."""
        if self.going_on or _begun(self.folder / NAME):
            return
        if any(path.name not in (NAME, BEGINNING) for path in self.folder.iterdir()):
            raise OutputError(f"{self.folder}: holds files that no run of cleaner wrote; name an empty or a new folder")

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    @property
    def finished(self) -> int:
        """How many parts are noted."""
        return len(self._known)

    def bits(self, step: str) -> int | None:
        """The number of hash partitions that a step was begun with, as bits; None where it was not."""
        return self._bits.get(step)

    def settle(self, step: str, bits: int) -> None:
        """A step begins, with 2 ** ``bits`` hash partitions; what was finished of it with others is none of it."""
        self._begin(step, bits)
        self._append({"step": step, "bits": bits})

    def parts(self, step: str) -> int:
        """How many parts of a step are noted."""
        return sum(name.rpartition("/")[0] == step for name in self._known)

    def find(self, path: Path, call: str) -> tuple[Part | None, bool]:
        """The part that the same call has made, if any; also whether it was dropped, and is not to be looked at."""
        line = self._known.get(self._name(path))
        if line is None or line["call"] != call:
            return None, False
        return Part(path, line["rows"], line["bytes"], line["digest"]), "dropped" in line

    def note(self, part: Part, call: str) -> None:
        """A part is finished."""
        said = {"rows": part.rows, "bytes": part.bytes, "digest": part.digest}
        self._write({"part": self._name(part.path), "call": call, **said})

    def drop(self, part: Part) -> None:
        """A part is deleted, since all that is made of it is finished."""
        known = self._known.get(self._name(part.path))
        if known is not None and "dropped" not in known:
            self._write({**known, "dropped": True})

    def _write(self, line: dict[str, Any]) -> None:
        if self._known.get(line["part"]) != line:
            self._known[line["part"]] = line
            self._append(line)

    def _append(self, line: dict[str, Any]) -> None:
        if self._file is not None:
            self._file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def _begin(self, step: str, bits: int) -> None:
        self._known = {name: line for name, line in self._known.items() if name.rpartition("/")[0] != step}
        self._bits[step] = bits

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def _begun(path: Path) -> bool:
    """Whether this is a manifest of ours, though its lines may be damaged."""
    try:
        with path.open("rb") as file:
            return file.readline(100).startswith(b'{"fingerprint":')
    except OSError:
        return False


def _lines(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a manifest; the one that a killed run was writing does not count."""
    try:
        *whole, _ = path.read_bytes().split(b"\n")
        return [orjson.loads(line) for line in whole]
    except (OSError, orjson.JSONDecodeError):
        return []


class _Plain(pickle.Pickler):
    """Packs equal values alike, whether or not they are one object."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file, protocol=5)
        self.fast = True


def key_of(*values: object) -> str:
    """What a call is made of, as a digest: functions with their settings, splits, parts with their digests."""
    packed = io.BytesIO()
    _Plain(packed).dump(values)
    return hashlib.blake2b(packed.getbuffer(), digest_size=16).hexdigest()
