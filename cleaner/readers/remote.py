"""Files at URLs, as the drivers of fsspec list them."""

from __future__ import annotations

import glob
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cleaner.errors import InputError, reason_of
from cleaner.readers.streams import filesystem, is_web

#: What drivers of fsspec call what changes with a file, the surest first; letters and digits only, since they differ.
STATES = (
    *("etag", "generation", "md5hash", "contentmd5", "digest", "sha256", "oid"),
    *("lastmodified", "mtime", "modified", "updated", "created"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A file: where it is, the folder that its name is relative to, its size in bytes, and of a URL its state."""

    path: str
    root: str
    size: int
    state: str = ""


def find_remote(url: str, notes: list[str]) -> Iterator[Found]:
    """The files at a URL, in its folder, or that match its pattern; of what is odd ``notes`` are made.

    Raises:
        InputError: there are none, or they cannot be listed.
    """
    system, inner = filesystem(url)
    if is_web(url):
        yield _page(url, system, inner, notes)
        return
    try:
        if glob.has_magic(inner):
            listed = system.glob(inner, detail=True)
        elif system.isdir(inner):
            listed = system.find(inner, detail=True)
        else:
            listed = {inner: system.info(inner)}
    except FileNotFoundError:
        raise InputError(f"{url}: there is nothing at this URL; check it") from None
    except Exception as problem:  # drivers raise errors of their own
        raise InputError(
            f"{url}: it cannot be listed: {reason_of(problem)}; check the address and your rights"
        ) from None
    files = {path: facts for path, facts in listed.items() if facts.get("type") != "directory"}
    folder = _fixed(inner) if inner not in files else posixpath.dirname(inner)
    root = str(system.unstrip_protocol(folder))
    below = [path for path in sorted(files) if not _hidden(path.removeprefix(folder))]
    if not below:
        raise InputError(f"{url}: there are no files there; check it")
    for path in below:
        facts = files[path]
        yield Found(str(system.unstrip_protocol(path)), root, int(facts.get("size") or 0), _state(facts))


def _page(url: str, system: Any, inner: str, notes: list[str]) -> Found:
    """A page of the web; one that the server cannot give now is left to be rejected when it is read."""
    facts: dict[str, Any] = {}
    try:
        facts = system.info(inner)
    except Exception as problem:  # drivers raise errors of their own
        if getattr(problem.__cause__, "status", None) in {404, 410}:
            raise InputError(f"{url}: there is nothing at this URL; check it") from None
        notes.append(f"{url}: it cannot be reached: {reason_of(problem.__cause__ or problem)}")
    plain = url.partition("?")[0].rstrip("/")
    return Found(url, posixpath.dirname(plain), int(facts.get("size") or 0), _state(facts))


def _state(facts: dict[str, Any]) -> str:
    """What a file system says of the content of a file: the first of ``STATES`` that it knows, or nothing."""
    known = {re.sub("[^a-z0-9]", "", name.lower()): value for name, value in facts.items() if value is not None}
    return next((f"{name} {known[name]}" for name in STATES if name in known), "")


def _hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


def _fixed(path: str) -> str:
    """The folders of a path before its first wildcard."""
    parts = path.split("/")
    magic = (place for place, part in enumerate(parts) if glob.has_magic(part))
    return "/".join(parts[: next(magic, len(parts))])
