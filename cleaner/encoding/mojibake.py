"""UTF-8 that was read as another encoding, undone by ftfy."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import chain, zip_longest
from typing import Any

from cleaner.encoding import judge
from cleaner.encoding.mixups import LEFT_OF_UTF8, LONGEST, reread
from cleaner.encoding.options import RepairOptions


@cache
def _ftfy() -> tuple[Any, Any, Any]:
    import ftfy

    consistent = ftfy.TextFixerConfig(decode_inconsistent_utf8=False, fix_c1_controls=False)
    return ftfy.fix_encoding_and_explain, consistent, consistent._replace(decode_inconsistent_utf8=True)


# Every sign of mojibake that ftfy knows is one of a few characters, or two beyond ASCII that are neither both ordinary
# letters nor both punctuation.
_LETTERS = "à-öø-ÿāăąćčďđēėęěğģīįķļľłńņňőřśşšťţūůűųźżžА-яΑ-Ωα-ώ’–—…"
_PUNCTUATION = "’‘“”–—…"
_PERHAPS_BAD = re.compile(
    f"[^\\x00-\\x7f](?:(?<=[\\x80-\\x9fŒœÃÂ])|(?!(?<=[{_PUNCTUATION}])[{_PUNCTUATION}])"
    f"(?:(?<=[^{_LETTERS}])[^\\x00-\\x7f]|[^\\x00-\\x7f{_LETTERS}]))"
)


@cache
def _is_bad() -> Callable[[str], bool]:
    from ftfy.badness import is_bad

    return is_bad


@lru_cache(maxsize=2)
def suspected(line: str) -> bool:
    """Whether ftfy finds signs of mojibake in ``line``, which is not too long to be looked at."""
    return len(line) <= LONGEST and _PERHAPS_BAD.search(line) is not None and _is_bad()(_near(line)[0])


# ASCII far from anything else is nothing to ftfy, but takes it much time. A NUL stands for it.
_FAR = re.compile(r"(?<=[\x00-\x7f]{16})([\x01-\x7f]{16,})(?=[\x00-\x7f]{16})")


@lru_cache(maxsize=2)
def _near(line: str) -> tuple[str, list[str]]:
    """The line without what is far, and that."""
    parts = [line] if "\0" in line else _FAR.split(line)
    return "\0".join(parts[::2]), parts[1::2]


def _fixed(line: str, config: Any) -> tuple[str, Any]:
    """What ftfy makes of a line, and its plan."""
    fix, _, _ = _ftfy()
    near, far = _near(line)
    text, plan = fix(near, config)
    parts = text.split("\0") if far else [text]
    return "".join(chain.from_iterable(zip_longest(parts, far, fillvalue=""))), plan


def mojibake(line: str, options: RepairOptions) -> str:
    """``CafÃ©`` → ``Café``: the whole line was UTF-8 once."""
    if not suspected(line):
        return line
    _, consistent, _ = _ftfy()
    text, plan = _fixed(line, consistent)
    return text if any(step.parameter.startswith("utf-8") for step in plan or ()) else line


def mojibake_in_part(line: str, options: RepairOptions) -> str:
    """Damaged words among sound ones, as in text put together from two sources."""
    if not suspected(line):
        return line
    _, _, inconsistent = _ftfy()
    text, _ = _fixed(line, inconsistent)
    if text == line or judge.cost(text) > LEFT_OF_UTF8 * judge.cost(line):
        return line
    best = reread(line)
    return text if best == line or judge.cost(text) <= judge.cost(best) else line
