"""The letters of a line: what is left of it without case, spaces and the signs that a phrase leaves open.

"» Follow us: 12,500" has the letters "followus0": a phrase says nothing of case, of most signs and of spaces, and a
row of digits, whatever stands between them, counts as one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.phrases import SIGNS

#: Signs that a phrase leaves open: around it, between its words, and those that are folded.
_OPEN = frozenset(" <>*#+[](){}_|:;.!,/-?'\"~=\\^`").union(SIGNS)
#: The letter of a row of digits.
DIGITS = b"0"


@cache
def letter_table() -> NDArray[np.uint8]:
    """Return for every code point below 65,536 the byte of its letter or rare sign without case, 0 for all else.

    ASCII stands for itself, all digits for 0; others share the bytes from 128 on.
    """
    signs = list(map(chr, range(65536)))
    told = [sign.isalnum() or (sign.isprintable() and unicodedata.category(sign)[0] != "M") for sign in signs]
    table = np.where(told, 128 | (np.arange(65536) * 40503 >> 6) & 127, 0).astype(np.uint8)
    for at, sign in enumerate(signs):
        plain = sign.casefold()
        if at < 128:
            table[at] = ord(plain)
        elif plain != sign:
            table[at] = 128 | (sum(map(ord, plain)) * 40503 >> 6) & 127 if plain[1:] or plain > "\x7f" else ord(plain)
    table[[at for at in range(65536) if signs[at].isdecimal()]] = ord(DIGITS)
    table[[ord(sign) for sign in _OPEN]] = 0
    table[:32] = table[127] = 0
    return table


@cache
def lower_table() -> NDArray[np.bool_]:
    """Say of every code point below 65,536 whether it is a letter of lower case."""
    return np.array([unicodedata.category(chr(at)) == "Ll" for at in range(65536)])


def letters(text: str) -> bytes:
    """Return the letters of a text, a byte each; characters beyond 65,535 have none."""
    table = _letter_bytes()
    told = bytes(filter(None, [table[ord(sign)] for sign in text if sign < "\U00010000"]))
    return re.sub(DIGITS + DIGITS + b"+", DIGITS, told)


def joined(first: bytes, second: bytes) -> bytes:
    """Return the letters of a text and of one that follows it."""
    one = first[-1:] == DIGITS and second[:1] == DIGITS
    return first + second[1:] if one else first + second


@cache
def _letter_bytes() -> bytes:
    return letter_table().tobytes()
