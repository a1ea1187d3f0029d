"""What a character is to a shingle: part of a word, a word by itself, nothing, or a gap between words.

The tables cover every code point. They are computed from ``unicodedata`` on first use.
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

#: Private use, surrogates, and planes without characters.
NOT_KNOWN = ((0xD800, 0xF8FF), (0x40000, 0xDFFFF), (0xE1000, 0x10FFFF))

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


def _composes(assigned: list[str]) -> set[str]:
    """Return the characters that may unite with the one before them."""
    jamo = (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))
    parts = (unicodedata.decomposition(character).split() for character in assigned)
    return {chr(int(part[1], 16)) for part in parts if len(part) == 2 and part[0][0] != "<"} | set(map(chr, jamo))


def _mark(character: str, category: str) -> int:
    if category in ("Pi", "Pf", "Ps"):
        return 0 if character == "\u2019" else STOP  # this one is an apostrophe
    if character in '\n.!?:;"\u2026\u3002\uff01\uff0e\uff1f\u061f\u0964\u06d4':
        return STOP
    return {"Nd": DIGIT, "Lu": UPPER, "Lt": UPPER, "Ll": LOWER}.get(category, 0)


def _kind(character: str, category: str) -> int:
    if category == "Cf" or ord(character) in SELECTORS:
        return IGNORED
    return WORD if category[0] in "LMN" or character == "_" or character.isalnum() else GAP


@functools.cache
def characters() -> Characters:
    """Return the tables, computed once a process.

    Unassigned and private characters count as letters: they may be those of a script that this Python does not know.
    """
    plain = np.zeros(CODE_POINTS, dtype=bool)
    for first, last in (*PLAIN, *NOT_KNOWN):
        plain[first : last + 1] = True
    every = [chr(code) for code in np.flatnonzero(~plain).tolist()]
    categories = list(map(unicodedata.category, every))
    assigned = [character for character, category in zip(every, categories, strict=True) if category != "Cn"]
    categories = [category for category in categories if category != "Cn"]
    places = np.array(list(map(ord, assigned)))
    kind, order, hard, mark = (np.zeros(CODE_POINTS, dtype=np.uint8) for _ in range(4))
    kind[:] = WORD
    kind[places] = list(map(_kind, assigned, categories))
    order[places] = list(map(unicodedata.combining, assigned))
    mark[places] = list(map(_mark, assigned, categories))
    for first, last in UNSPACED:
        part = kind[first : last + 1]
        part[part == WORD] = ALONE
    kind[0xD800:0xE000] = GAP  # surrogates, which no text holds
    fold = np.arange(CODE_POINTS, dtype=np.uint32)
    fold[kind == GAP], fold[kind == IGNORED] = 0, NOTHING
    composes = _composes(assigned)
    hard[[ord(character) for character in composes]] = 1
    pool = _fold_all(assigned, kind, fold, hard, composes)
    return Characters(kind, fold, order, hard, mark, np.array(pool, dtype=np.uint32))


def _fold_all(
    assigned: list[str],
    kind: NDArray[np.uint8],
    fold: NDArray[np.uint32],
    hard: NDArray[np.uint8],
    composes: set[str],
) -> list[int]:
    """Fill ``fold`` and ``hard`` where folding changes a character; return the pool of expansions."""
    pool: list[int] = []
    apart = [character for character in assigned if character != "\n"]
    for character, result in zip(apart, folded("\n".join(apart)).split("\n"), strict=True):
        code = ord(character)
        if result == character or kind[code] == IGNORED:
            continue
        codes = [ord(one) for one in result if kind[ord(one)] != IGNORED]
        if any(one in composes or unicodedata.combining(one) for one in character + result):
            hard[code] = 1
        if not codes:
            fold[code] = NOTHING
        elif all(kind[one] == GAP for one in codes):
            fold[code] = 0
        elif len(codes) == 1:
            fold[code] = codes[0]
        elif len(result.encode()) + 2 * sum(kind[one] == ALONE for one in codes) <= 2 * len(character.encode()):
            fold[code] = EXPANDS + len(pool)
            pool += [len(codes), *codes]
        else:
            hard[code] = 1
    return pool
