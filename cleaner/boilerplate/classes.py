"""The classes of characters and of words that the scan tells apart, in any script."""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate import words as known_words

SPACE, LOWER, UPPER, CASELESS, DIGIT, UNSPACED, TERMINAL, COMMA = range(8)
COLON, QUOTE, DASH, SEPARATOR, MARKUP, BRACKET, SIGN, OTHER = range(8, 16)
MASK = 0xFFFFFFFF
PRIME = 16777619
BASIS = 2166136261

_SIGNS = {
    TERMINAL: ".!?。！？…؟।",
    COMMA: ",;、،，；؛",
    COLON: ":：",
    QUOTE: "\"'“”„‘’‚‹«»›「」『』",
    DASH: "-–—―‐‑",
    SEPARATOR: "|·•>/→▶►←<↓↑▼▲¦‣◦∙",
    MARKUP: "#*_[]{}=\\~`+^",
    BRACKET: "()（）【】",
    SIGN: "@©®™&$€£¥%",
}
_LETTERS = {"Ll": LOWER, "Lu": UPPER, "Lt": UPPER, "Lo": CASELESS, "Lm": CASELESS, "Mn": CASELESS, "Mc": CASELESS}
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
)


def hash_word(word: str) -> int:
    """Return the 32-bit FNV-1a hash of the word's code points, as the scan computes it."""
    value = BASIS
    for letter in word:
        value = ((value ^ ord(letter)) * PRIME) & MASK
    return value


@cache
def tables() -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Return 16 times the folded letter plus the class of every code point below 65,536, and the stop words by hash."""
    classes = np.full(65536, OTHER, dtype=np.int32)
    fold = np.arange(65536, dtype=np.int32)
    for code in range(65536):
        letter = chr(code)
        category = unicodedata.category(letter)
        if category in _LETTERS:
            classes[code] = _LETTERS[category]
            lower = letter.lower()
            fold[code] = ord(lower) if len(lower) == 1 else code
        elif category == "Nd":
            classes[code], fold[code] = DIGIT, ord("0")
        elif category[0] == "Z" or letter.isspace():
            classes[code] = SPACE
    for low, high in _UNSPACED:
        part = classes[low : high + 1]
        part[(part == CASELESS) | (part == LOWER)] = UNSPACED
    for kind, signs in _SIGNS.items():
        classes[[ord(sign) for sign in signs]] = kind
    stops = np.zeros(65536, dtype=np.uint8)
    for kind, names in ((1, known_words.STOPS), (2, known_words.DATES)):
        stops[[hash_word(word) & 0xFFFF for word in names.split()]] = kind
    return fold * 16 + classes, stops
