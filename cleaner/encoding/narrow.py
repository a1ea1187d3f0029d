"""From a text before and after a repair to the edits that say what changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from cleaner.documents import Edit

# Wrong encodings leave ASCII alone.
_ASCII = re.compile(r"([\x00-\x7f]+)")
# Beyond this many characters a changed stretch becomes one edit: the comparison is quadratic.
_LONGEST = 200


def narrowed(before: str, after: str, offset: int, rule: str, confidence: float) -> Iterator[Edit]:
    """Edits, as small as is cheap, that make ``after`` of ``before``, which starts at ``offset``."""
    for start, end, new in _changes(before, after):
        yield Edit(offset + start, offset + end, new, "encoding", rule, confidence)


def _changes(before: str, after: str) -> Iterator[tuple[int, int, str]]:
    """What is replaced by what: start, end, and the new characters."""
    if before == after:
        return
    if parts := _beside_ascii(before, after):
        yield from _changes_of(parts)
        return
    start, end, other = _differing(before, after)
    old, new = before[start:end], after[start:other]
    if parts := _beside_ascii(old, new):
        for first, last, changed in _changes_of(parts):
            yield start + first, start + last, changed
    elif set(old).isdisjoint(new) or len(old) * len(new) > _LONGEST**2:
        yield start, end, new
    else:
        for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if kind != "equal":
                yield start + a, start + b, new[c:d]


def _beside_ascii(before: str, after: str) -> list[tuple[str, str]]:
    """Both texts in parts that are ASCII, the same in both, or that have none; nothing if they differ in it."""
    parts, others = _ASCII.split(before), _ASCII.split(after)
    return list(zip(parts, others, strict=True)) if parts[1::2] == others[1::2] and len(parts) > 1 else []


def _changes_of(parts: list[tuple[str, str]]) -> Iterator[tuple[int, int, str]]:
    """The changes of parts that follow each other."""
    start = 0
    for before, after in parts:
        if before != after:
            for first, last, changed in _changes(before, after):
                yield start + first, start + last, changed
        start += len(before)


def _differing(before: str, after: str) -> tuple[int, int, int]:
    """``start``, ``end`` of the part of ``before`` that changed, and the end of that part in ``after``."""
    start = _alike(before, after)
    shorter = min(len(before), len(after)) - start
    tail = _alike(before[len(before) - shorter :][::-1], after[len(after) - shorter :][::-1])
    return start, len(before) - tail, len(after) - tail


def _alike(before: str, after: str) -> int:
    """With how many same characters two strings begin: by halves, since comparing slices is quick."""
    low, high = 0, min(len(before), len(after))
    while low < high:
        middle = (low + high + 1) // 2
        if before[low:middle] == after[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
