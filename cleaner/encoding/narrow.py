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
    start, end, other = _differing(before, after)
    old, new = before[start:end], after[start:other]
    if set(old).isdisjoint(new):
        yield start, end, new
    elif (parts := _ASCII.split(old))[1::2] == (others := _ASCII.split(new))[1::2] and len(parts) > 1:
        for part, other_part in zip(parts, others, strict=True):
            for first, last, changed in _changes(part, other_part):
                yield start + first, start + last, changed
            start += len(part)
    elif len(old) * len(new) > _LONGEST**2:
        yield start, end, new
    else:
        for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if kind != "equal":
                yield start + a, start + b, new[c:d]


def _differing(before: str, after: str) -> tuple[int, int, int]:
    """``start``, ``end`` of the part of ``before`` that changed, and the end of that part in ``after``."""
    shorter = min(len(before), len(after))
    start = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    left = shorter - start
    tail = next((at for at in range(left) if before[-1 - at] != after[-1 - at]), left)
    return start, len(before) - tail, len(after) - tail
