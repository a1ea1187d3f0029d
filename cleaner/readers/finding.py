"""From what a person named to files: paths, folders, globs, standard input; URLs see ``remote``."""

from __future__ import annotations

import atexit
import glob
import hashlib
import os
import posixpath
import shutil
import stat
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cleaner.errors import InputError
from cleaner.output import record_of
from cleaner.readers.remote import Found, find_remote
from cleaner.readers.streams import scheme


@dataclass(frozen=True, slots=True, order=True)
class File:
    """A file to read: where it is, what its documents are called after, its size in bytes, and of a URL its state."""

    path: str
    name: str
    size: int
    state: str = ""


def find(inputs: Sequence[str], notes: list[str]) -> list[File]:
    """Return the files of all inputs, sorted, each once; what was skipped goes to ``notes``.

    A file's name is its path relative to the common folder of all inputs (a file counts as its folder, a
    pattern as the folders before its first wildcard), with ``/`` on every system.

    Raises:
        InputError: an input that does not exist, cannot be read, or is an empty folder.
    """
    found: dict[str, Found] = {}
    for one in sorted(set(inputs)):
        for file in find_remote(one, notes) if scheme(one) else _local(one, notes):
            found.setdefault(file.path, file)
    if not found:
        raise InputError("no inputs were given: name files, folders, patterns, URLs, or - for standard input")
    local = [file.root for file in found.values() if file.root and not scheme(file.path)]
    remote = [file.root for file in found.values() if scheme(file.path)]
    base = os.path.commonpath(local) if local else ""
    far = posixpath.commonpath([_flat(root) for root in remote]) if remote else ""
    files = [found[path] for path in sorted(found)]
    return [File(file.path, _name(file, base, far), file.size, file.state) for file in files]


def _name(file: Found, base: str, far: str) -> str:
    if not file.root:
        return "stdin"
    if not scheme(file.path):
        name = file.path[len(base) :].lstrip(os.sep).replace(os.sep, "/")
        return name.encode("utf-8", "backslashreplace").decode()
    plain, _, query = file.path.partition("?")
    name = posixpath.relpath(_flat(plain.rstrip("/")), far)
    # A query can hold a password: a digest of it tells pages apart as well.
    return name + "?" + hashlib.blake2b(query.encode(), digest_size=4).hexdigest() if query else name


def _flat(url: str) -> str:
    """A URL as a path whose first part is the scheme; without user and password."""
    protocol, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{protocol}/{host.rpartition('@')[2]}{slash}{path}"


def _local(name: str, notes: list[str]) -> Iterator[Found]:
    if not name:
        raise InputError("the name of an input is empty; name a file or folder, or . for this one")
    path = os.path.abspath(name)
    if name == "-":
        yield _spool(sys.stdin.buffer)
    elif os.path.isdir(path):
        yield from _folder(name, path, notes)
    elif os.path.lexists(path):
        yield _file(name, path)
    elif glob.has_magic(name):
        yield from _pattern(name, path, notes)
    else:
        raise InputError(f"{name}: there is no such file or folder; check the path")


def _file(name: str, path: str) -> Found:
    try:
        with open(path, "rb") as file:
            facts = os.fstat(file.fileno())
            return Found(path, os.path.dirname(path), facts.st_size) if stat.S_ISREG(facts.st_mode) else _spool(file)
    except OSError as problem:
        raise InputError(f"{name}: it cannot be read: {problem.strerror}; check the file") from None


def _spool(stream: BinaryIO) -> Found:
    """Copy what can be read only once to a private file, removed when this process ends."""
    folder = tempfile.mkdtemp(prefix="cleaner-")
    owner = os.getpid()
    atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == owner else None)
    path = os.path.join(folder, "stdin")
    try:
        with open(path, "wb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)
    except OSError as problem:
        raise InputError(f"standard input cannot be copied to {folder}: {problem.strerror}; set TMPDIR") from None
    return Found(path, "", os.path.getsize(path))


def _folder(name: str, path: str, notes: list[str]) -> Iterator[Found]:
    if record_of(Path(path)) is not None:
        yield from _output(name, path, notes)
        return
    skipped: Counter[str] = Counter()
    count = 0
    for entry in _walk(path, skipped):
        count += 1
        yield Found(entry.path, path, _size(entry))
    notes.extend(f"{name}: {skipped[reason]:,} skipped: {reason}" for reason in sorted(skipped))
    if not count:
        raise InputError(f"{name}: the folder holds no files to read; put texts in it, or name another")


def _walk(path: str, skipped: Counter[str]) -> Iterator[os.DirEntry[str]]:
    """Yield the files below a folder, in no order; count what is passed over by its reason."""
    folders = [path]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                listed = list(entries)
        except OSError as problem:
            raise InputError(
                f"{problem.filename}: the folder cannot be read: {problem.strerror}; allow it, or name the files in it"
            ) from None
        for entry in listed:
            reason = _reason(entry)
            if reason:
                skipped[reason] += 1
            elif entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            else:
                yield entry


def _reason(entry: os.DirEntry[str]) -> str | None:
    """Say why something in a folder is passed over; a link that leads nowhere is not: reading rejects it."""
    if entry.name.startswith("."):
        return "hidden"
    if entry.is_dir(follow_symlinks=False):
        return "output of an earlier run" if record_of(Path(entry.path)) is not None else None
    if entry.is_file(follow_symlinks=False):
        return None
    if entry.is_symlink():
        return "links to folders" if os.path.isdir(entry.path) else None
    return "neither files nor folders"


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_size
    except OSError:
        return 0


def _output(name: str, path: str, notes: list[str]) -> Iterator[Found]:
    """The corpus in an output folder of ours, without the audit and the reports beside it."""
    notes.append(f"{name}: it is the output of an earlier run; its corpus is read, and nothing else in it")
    corpus = sorted(glob.glob(os.path.join(glob.escape(path), "corpus*")))
    texts = os.path.join(path, "text")
    if not corpus and not os.path.isdir(texts):
        raise InputError(f"{name}: it is the output of an earlier run, and its corpus is gone; name the inputs")
    for one in corpus:
        yield Found(one, path, os.path.getsize(one))
    if not corpus:
        yield from _folder(name, texts, notes)


def _pattern(name: str, path: str, notes: list[str]) -> Iterator[Found]:
    parts = path.split(os.sep)
    fixed = next(place for place, part in enumerate(parts) if glob.has_magic(part))
    root = os.sep.join(parts[:fixed]) or os.sep
    count = 0
    for match in sorted(glob.glob(path, recursive=True)):
        if os.path.isfile(match):
            count += 1
            yield Found(match, root, os.path.getsize(match))
        elif os.path.isdir(match) and "**" not in parts:
            for file in _folder(match, match, notes):
                count += 1
                yield Found(file.path, root, file.size)
    if not count:
        raise InputError(f"{name}: no file matches this pattern; check it")
