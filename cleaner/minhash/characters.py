"""What a character is to a shingle: part of a word, a word by itself, nothing, or a gap between words.

The tables cover every code point. They are computed from ``unicodedata`` in some 60 ms on first use.
"""

from __future__ import annotations

import functools
import unicodedata
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CODE_POINTS = 0x110000

#: Kinds, in ``Characters.kind``.
GAP, WORD, ALONE, IGNORED = 0, 1, 2, 3
#: Marks, in ``Characters.mark``.
DIGIT, UPPER, LOWER, STOP = 1, 2, 4, 8

#: Scripts written without spaces: their characters are tokens by themselves (first and last code point).
UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x19E0, 0x19FF),  # Khmer symbols
    (0x2E80, 0x2FDF),  # radicals
    (0x3005, 0x3007),  # Han iteration mark, closing mark, zero
    (0x3021, 0x3029),  # Hangzhou numerals
    (0x3031, 0x3035),  # Kana repeat marks
    (0x3038, 0x303C),  # Hangzhou numerals, iteration marks
    (0x3041, 0x309F),  # Hiragana
    (0x30A1, 0x30FF),  # Katakana
    (0x31F0, 0x31FF),  # Katakana extensions
    (0x3400, 0x4DBF),  # Han extension A
    (0x4E00, 0x9FFF),  # Han
    (0xA9E0, 0xA9FF),  # Myanmar extended B
    (0xAA60, 0xAA7F),  # Myanmar extended A
    (0xF900, 0xFAFF),  # Han compatibility
    (0x116D0, 0x116FF),  # Myanmar extended C
    (0x16FE0, 0x18DFF),  # Tangut, Khitan, Nushu marks
    (0x1AFF0, 0x1B2FF),  # Kana supplement and extensions, Nushu
    (0x20000, 0x3FFFF),  # Han, supplementary planes
)

#: Large blocks of letters that every folding leaves alone.
PLAIN = ((0x3400, 0x9FFF), (0xAC00, 0xD7A3), (0x20000, 0x2F7FF), (0x2FA20, 0x3FFFF))

#: Never part of a hash: joiners, soft hyphens, direction marks (category Cf) and these selectors.
SELECTORS = frozenset([0x034F, 0x180B, 0x180C, 0x180D, 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])


class Characters(NamedTuple):
    """Tables by code point; shape (1114112,) each.

    Attributes:
        kind: GAP, WORD, ALONE or IGNORED of the character itself.
        fold: the code point that it is hashed as; 0 for a gap; above ``EXPANDS`` an index into ``pool``.
        order: canonical combining class.
        hard: 1 where only the normalisation of the whole text gives the right answer.
        mark: DIGIT, UPPER, LOWER or STOP (may end a sentence or open a quotation), else 0.
        pool: the expansions: a count and that many code points each.

    """

    kind: NDArray[np.uint8]
    fold: NDArray[np.uint32]
    order: NDArray[np.uint8]
    hard: NDArray[np.uint8]
    mark: NDArray[np.uint8]
    pool: NDArray[np.uint32]


#: Values of ``fold`` from here on are indexes into the pool.
EXPANDS = 0x200000
#: The value of ``fold`` for characters that are never part of a hash.
NOTHING = 0x1FFFFF


def folded(text: str) -> str:
    """Return ``text`` as it is hashed: NFKC, full case folding, NFKC again (Unicode, section 3.13)."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _composes() -> set[int]:
    """Return the code points that may unite with the character before them."""
    seconds = {*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)}
    for code in [
        *range(0xC0, 0x3400),
        *range(0xA000, 0xAC00),
        *range(0xF900, 0x10000),
        *range(0x10000, 0x20000),
    ]:
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            seconds.add(int(parts[1], 16))
    return seconds


def _mark(code: int) -> int:
    category = unicodedata.category(chr(code))
    if category in ("Pi", "Pf", "Ps"):
        return 0 if code == 0x2019 else STOP  # this one is an apostrophe
    if category == "Po" and chr(code) in '.!?:;"\u2026\u3002\uff01\uff0e\uff1f\u061f\u0964\u06d4':
        return STOP
    return {"Nd": DIGIT, "Lu": UPPER, "Lt": UPPER, "Ll": LOWER}.get(category, STOP if code == 0x0A else 0)


def _kind(code: int) -> int:
    character = chr(code)
    category = unicodedata.category(character)
    if category == "Cf" or code in SELECTORS:
        return IGNORED
    # Unassigned and private characters may be letters of a script that this Python does not know yet.
    if category[0] in "LMN" or category in ("Cn", "Co") or code == 0x5F or character.isalnum():
        return WORD
    return GAP


@functools.cache
def characters() -> Characters:
    """Return the tables, computed once a process."""
    plain = np.zeros(CODE_POINTS, dtype=bool)
    for first, last in (*PLAIN, (0x40000, 0xDFFFF), (0xE1000, 0x10FFFF), (0xD800, 0xF8FF)):
        plain[first : last + 1] = True
    kind = np.ones(CODE_POINTS, dtype=np.uint8)
    order = np.zeros(CODE_POINTS, dtype=np.uint8)
    mark = np.zeros(CODE_POINTS, dtype=np.uint8)
    fold = np.arange(CODE_POINTS, dtype=np.uint32)
    hard = np.zeros(CODE_POINTS, dtype=np.uint8)
    others = [int(code) for code in np.flatnonzero(~plain)]
    for code in others:
        kind[code] = _kind(code)
        order[code] = unicodedata.combining(chr(code))
        mark[code] = _mark(code)
    for first, last in UNSPACED:
        part = kind[first : last + 1]
        part[part == WORD] = ALONE
    composes = _composes()
    for code in composes:
        hard[code] = 1
    pool = _fold_all(others, kind, order, fold, hard)
    kind[0xD800:0xE000] = GAP
    fold[0xD800:0xE000] = 0
    return Characters(kind, fold, order, hard, mark, np.array(pool, dtype=np.uint32))


def _fold_all(
    others: list[int],
    kind: NDArray[np.uint8],
    order: NDArray[np.uint8],
    fold: NDArray[np.uint32],
    hard: NDArray[np.uint8],
) -> list[int]:
    """Fill ``fold`` and ``hard`` for the code points ``others``; return the pool of expansions."""
    pool: list[int] = []
    kinds, orders, composes = kind.tolist(), order.tolist(), hard.tolist()
    for code in others:
        character = chr(code)
        result = folded(character)
        codes = [ord(one) for one in result if kinds[ord(one)] != IGNORED]
        if kinds[code] == IGNORED or not codes:
            fold[code] = NOTHING
        elif all(kinds[one] == GAP for one in codes):
            fold[code] = 0
        elif len(codes) == 1:
            fold[code] = codes[0]
        elif len(result.encode()) <= 2 * len(character.encode()):
            fold[code] = EXPANDS + len(pool)
            pool += [len(codes), *codes]
        else:
            hard[code] = 1
        if result != character and any(orders[ord(one)] or composes[ord(one)] for one in character + result):
            hard[code] = 1
    return pool
