"""Members of tar and zip archives, read in place: nothing is ever unpacked to disk under a member's name."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from cleaner.errors import RecordError
from cleaner.readers.contents import ERRORS, problem_of, read, unpacked
from cleaner.readers.formats import HEAD, ending, of_content
from cleaner.readers.options import ReaderOptions
from cleaner.readers.rows import Row, rejected
from cleaner.readers.streams import Forward, Guard


def read_archive(stream: BinaryIO, name: str, kind: str, options: ReaderOptions) -> Iterator[Row]:
    """Yield the records of every member, named ``archive/member``, in the order of the archive."""
    members = _tar(stream) if kind == "tar" else _zip(stream, options)
    for member, content in members:
        member = member.encode("utf-8", "backslashreplace").decode()
        location = f"{name}/{member}"
        if isinstance(content, RecordError):
            yield rejected(location, str(content))
        elif unsafe(member):
            yield rejected(location, "its name in the archive leads out of it")
        elif not any(part.startswith((".", "__MACOSX")) and part != "." for part in member.split("/")):
            try:
                # Seeking back in packed data would unpack it again: what needs to seek is copied instead.
                yield from _member(cast(BinaryIO, io.BufferedReader(Forward(content))), location, options)
            except ERRORS as problem:
                yield rejected(location, problem_of(problem))


def unsafe(member: str) -> bool:
    """Say whether a member's name is absolute or climbs."""
    parts = member.replace("\\", "/").split("/")
    return not parts[0] or ".." in parts or ":" in parts[0] or "\0" in member


def _member(content: BinaryIO, location: str, options: ReaderOptions) -> Iterator[Row]:
    known, compression = ending(location)
    if known != "warc":
        content = unpacked(content, "", compression, options)
    kind = of_content(known, lambda: cast(Any, content).peek(HEAD)[:HEAD])
    if kind in {"tar", "zip"}:
        raise RecordError("it is an archive in an archive: unpack the outer one first")
    yield from read(content, location, kind, options)


def _tar(stream: BinaryIO) -> Iterator[tuple[str, BinaryIO | RecordError]]:
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                if member.isfile():
                    yield member.name.removeprefix("./"), cast(BinaryIO, archive.extractfile(member))
                elif not member.isdir():
                    yield member.name, RecordError("it is a link or a device, which are not followed")
                archive.members = []  # type: ignore[attr-defined]  # or all headers stay in memory
    except tarfile.TarError as problem:
        raise RecordError(f"its tar data is broken: {problem}") from None


def _zip(stream: BinaryIO, options: ReaderOptions) -> Iterator[tuple[str, BinaryIO | RecordError]]:
    guard = Guard(options)
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError) as problem:
        raise RecordError(f"its zip data is broken: {problem}") from None
    with archive:
        packed, size = 0, stream.seek(0, io.SEEK_END)
        for member in archive.infolist():
            if member.filename.endswith("/"):
                continue
            packed = min(packed + member.compress_size, size)  # members may share their data
            guard.add(member.file_size, packed)
            try:
                yield member.filename, cast(BinaryIO, archive.open(member))
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as problem:
                yield member.filename, RecordError(f"it cannot be unpacked: {problem}")
