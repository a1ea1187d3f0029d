"""The repairs themselves: each takes a line and gives it back repaired."""

from __future__ import annotations

from functools import cache
from typing import Any

from cleaner.encoding.options import RepairOptions


@cache
def _ftfy() -> tuple[Any, Any]:
    import ftfy

    return ftfy, ftfy.TextFixerConfig(uncurl_quotes=False, fix_character_width=False, explain=False)


def mojibake(line: str, options: RepairOptions) -> str:
    """UTF-8 read as a one-byte encoding."""
    ftfy, config = _ftfy()
    return str(ftfy.fix_text(line, config))
