"""Letters in the wrong form: ligatures of print, full-width letters, accents apart from their letters."""

from __future__ import annotations

import re
from unicodedata import normalize

from cleaner.encoding.invisible import EAST_ASIAN
from cleaner.encoding.options import RepairOptions

_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
FULL_WIDTH = re.compile("[\uff01-\uff5e]")
_FULL_WIDTH_MAP = {0xFF01 + at: 0x21 + at for at in range(94)} | {0x3000: 0x20}
#: The second parts of what can be composed.
ACCENTS = "[\u0300-\u036f\u3099\u309a\u1161-\u1175]"
_APART = re.compile(
    "[^\\W\\d_][\u0300-\u036f]+|[\u3041-\u30ff][\u3099\u309a]|[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?"
)


def ligatures(line: str, options: RepairOptions) -> str:
    """``ﬁnd`` → ``find``: print has these, text does not."""
    return line.translate(_LIGATURES)


def full_width(line: str, options: RepairOptions) -> str:
    """``Ｎｅｗｓ`` → ``News`` in lines without East Asian script, where these forms are in place."""
    if not FULL_WIDTH.search(line) or EAST_ASIAN.search(line):
        return line
    return line.translate(_FULL_WIDTH_MAP)


def composed(line: str, options: RepairOptions) -> str:
    """Make one character of a letter and the accent that follows it (Unicode NFC), and nothing else."""
    return _APART.sub(lambda match: normalize("NFC", match[0]), line)
