"""Ids as names of files: every id has a path of its own, below the folder, that a file system takes."""

from __future__ import annotations

import hashlib
from pathlib import Path

#: No part of a path is longer, in bytes; most file systems end at 255.
LONGEST_PART = 200
#: An id of more bytes becomes one short name instead of a path.
LONGEST = 1000


def safe_path(folder: Path, identity: str) -> Path:
    """A path below ``folder`` for an id; parts that would lead out of it, or that no file may have, are escaped."""
    if len(identity.encode()) > LONGEST:
        return flat_path(folder, identity)
    return folder.joinpath(*(_escaped(part) for part in identity.split("/")))


def flat_path(folder: Path, identity: str) -> Path:
    """The same as one name, for an id whose path another id has as a folder (``a`` beside ``a/b``)."""
    return folder / (_escaped(identity) + "%")  # no path of an id ends so: a % of an id is escaped itself


def text_path(identity: str) -> Path:
    """The path of a document in a tree of text files; none is the folder of another."""
    *folders, name = identity.removesuffix(".txt").split("/")
    parts = [part.removesuffix(".txt") + "%2Etxt" * part.endswith(".txt") for part in map(_escaped, folders)]
    if len(identity.encode()) > LONGEST:
        parts, name = [], identity
    return Path(*parts, _escaped(name) + ".txt")


def _escaped(part: str) -> str:
    if part in {"", ".", ".."}:
        return "%" + part.encode().hex()
    name = "".join(
        c if c.isprintable() and c not in '/\\:*?"<>|%' else "".join(f"%{b:02X}" for b in c.encode()) for c in part
    )
    if len(name.encode()) <= LONGEST_PART:
        return name
    digest = hashlib.blake2b(part.encode(), digest_size=8).hexdigest()
    return name.encode()[: LONGEST_PART - 40].decode("utf-8", "ignore") + "%" + digest
