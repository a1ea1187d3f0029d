"""From what a person named to splits: find the files, tell their formats, cut the large, group the small."""

from __future__ import annotations

import atexit
import glob
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cleaner.errors import InputError
from cleaner.readers.files import not_text
from cleaner.readers.jsonl import BOM
from cleaner.readers.options import ReaderOptions
from cleaner.readers.splits import Part, Split
from cleaner.readers.streams import COMPRESSIONS

#: Formats by the ending of the name.
ENDINGS = {
    ".txt": "text", ".text": "text", ".md": "text",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json",
}  # fmt: skip
FILES_PER_SPLIT = 2_000
SMALL_BYTES = 16 << 20
BLOCK = 4 << 20


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run reads.

    Attributes:
        splits: in the order of their numbers.
        notes: what a person should know: what was skipped, what was guessed.
        bytes: size of all files as they are stored.

    """

    splits: tuple[Split, ...]
    notes: tuple[str, ...]
    bytes: int


@dataclass(frozen=True, slots=True, order=True)
class _File:
    path: str
    root: str
    size: int


def plan(inputs: Sequence[str], options: ReaderOptions) -> Plan:
    """Find the files of ``inputs`` (paths, folders, globs, ``-``) and split them, in any order the same.

    Raises:
        InputError: an input that is missing, cannot be read, or holds nothing to read.

    """
    notes: list[str] = []
    found: dict[str, _File] = {}
    for one in sorted(set(inputs)):
        for file in _expand(one, notes):
            found.setdefault(file.path, file)
    files = [found[path] for path in sorted(found)]
    if not files:
        raise InputError("no inputs were given: name files, folders, globs, or - for standard input")
    common = os.path.commonpath([file.root for file in files if file.root] or [""])
    parts = [part for file in files for part in _parts(file, common, options)]
    return Plan(_group(parts, options), tuple(notes), sum(file.size for file in files))


def _expand(name: str, notes: list[str]) -> Iterator[_File]:
    if name == "-":
        path = _spool()
        yield _File(path, "", os.path.getsize(path))
        return
    path = os.path.abspath(name)
    if os.path.isdir(path):
        yield from _folder(name, path, notes)
    elif os.path.exists(path):
        yield _file(path, os.path.dirname(path))
    elif glob.has_magic(name):
        yield from _glob(name, notes)
    else:
        raise InputError(f"{name}: there is no such file or folder: check the path")


def _file(path: str, root: str) -> _File:
    if not os.access(path, os.R_OK):
        raise InputError(f"{path}: it cannot be read: permission denied")
    return _File(path, root, os.path.getsize(path))


def _folder(name: str, path: str, notes: list[str]) -> Iterator[_File]:
    hidden = count = 0
    for folder, folders, names in os.walk(path):
        visible = sorted(one for one in folders if not one.startswith("."))
        hidden += len(folders) - len(visible)
        folders[:] = [one for one in visible if not _ours(os.path.join(folder, one), notes)]
        for one in sorted(names):
            if one.startswith("."):
                hidden += 1
                continue
            count += 1
            yield _file(os.path.join(folder, one), path)
    if hidden:
        notes.append(f"{name}: {hidden} hidden files or folders were skipped")
    if not count:
        raise InputError(f"{name}: the folder holds no files: put texts in it, or name another")


def _ours(folder: str, notes: list[str]) -> bool:
    ours = all(os.path.exists(os.path.join(folder, one)) for one in ("run.json", "audit.jsonl"))
    if ours:
        notes.append(f"{folder}: skipped, it is the output of an earlier run")
    return ours


def _glob(name: str, notes: list[str]) -> Iterator[_File]:
    matches = sorted(glob.glob(name, recursive=True))
    if not matches:
        raise InputError(f"{name}: no file matches this pattern")
    fixed = []
    for part in Path(os.path.abspath(name)).parts:
        if glob.has_magic(part):
            break
        fixed.append(part)
    root = os.path.join(*fixed)
    for match in matches:
        path = os.path.abspath(match)
        if os.path.isdir(path):
            yield from (_File(file.path, root, file.size) for file in _folder(match, path, notes))
        else:
            yield _file(path, root)


def _spool() -> str:
    """Copy standard input to a private temporary file, removed when this process ends."""
    folder = tempfile.mkdtemp(prefix="cleaner-stdin-")
    owner = os.getpid()
    atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == owner else None)
    path = os.path.join(folder, "stdin")
    with open(path, "wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file, 1 << 20)
    return path


def _parts(file: _File, common: str, options: ReaderOptions) -> Iterator[Part]:
    name = os.path.relpath(file.path, common).replace(os.sep, "/") if file.root else "stdin"
    stem, ending = os.path.splitext(name.lower())
    compression = COMPRESSIONS.get(ending)
    ending = os.path.splitext(stem)[1] if compression else ending
    kind = options.input_format or ENDINGS.get(ending) or _sniff(file.path)
    if kind == "jsonl" and compression is None and file.size > options.split_bytes:
        for start, end, line in _cut(file.path, file.size, options.split_bytes):
            yield Part(file.path, name, kind, None, start, end, line)
    else:
        yield Part(file.path, name, kind, compression)


def _sniff(path: str) -> str:
    with open(path, "rb") as file:
        head = file.read(8192)
    start = head.removeprefix(BOM).lstrip()[:15].lower()
    if start.startswith(b"{"):
        return "jsonl"
    if start.startswith((b"<!doctype html", b"<html")):
        return "html"
    if not_text(head):
        return "other"
    return "text"


def _cut(path: str, size: int, step: int) -> Iterator[tuple[int, int, int]]:
    """Yield byte ranges of about ``step`` that begin at line starts, with the number of their first line."""
    start, line, at, count = 0, 1, 0, 1
    with open(path, "rb") as file:
        while block := file.read(BLOCK):
            target = max(start + step - 1 - at, 0)
            while target < len(block) and (found := block.find(b"\n", target) + 1):
                if at + found >= size:
                    break
                here = count + block.count(b"\n", 0, found)
                yield start, at + found, line
                start, line = at + found, here
                target = max(start + step - 1 - at, 0)
            count += block.count(b"\n")
            at += len(block)
    yield start, size, line


def _group(parts: Sequence[Part], options: ReaderOptions) -> tuple[Split, ...]:
    """Put small files together, and every range or large file on its own."""
    groups: list[list[Part]] = []
    held = SMALL_BYTES
    for part in parts:
        size = part.end - part.start if part.end is not None else os.path.getsize(part.path)
        if held + size > SMALL_BYTES or len(groups[-1]) == FILES_PER_SPLIT:
            groups.append([])
            held = 0
        groups[-1].append(part)
        held += size
    return tuple(Split(number, tuple(group), options) for number, group in enumerate(groups))
