"""From a text before and after a repair to the edits that say what changed."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from cleaner.documents import Edit

# Beyond this many characters a changed stretch becomes one edit: the comparison is quadratic.
_LONGEST = 200


def narrowed(before: str, after: str, offset: int, rule: str, confidence: float) -> Iterator[Edit]:
    """Edits, as small as is cheap, that make ``after`` of ``before``, which starts at ``offset``."""
    if before == after:
        return
    start, end, other = _differing(before, after)
    old, new = before[start:end], after[start:other]
    if not old or not new or len(old) * len(new) > _LONGEST**2:
        yield Edit(offset + start, offset + end, new, "encoding", rule, confidence)
        return
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield Edit(offset + start + a, offset + start + b, new[c:d], "encoding", rule, confidence)


def _differing(before: str, after: str) -> tuple[int, int, int]:
    """``start``, ``end`` of the part of ``before`` that changed, and the end of that part in ``after``."""
    shorter = min(len(before), len(after))
    start = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    left = shorter - start
    tail = next((at for at in range(left) if before[-1 - at] != after[-1 - at]), left)
    return start, len(before) - tail, len(after) - tail
