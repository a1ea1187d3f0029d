"""What is wrong with one character for the place that it stands in: a part of :mod:`cleaner.encoding.judge`."""

from __future__ import annotations

import re
from functools import cache
from unicodedata import category

from cleaner.encoding.alphabets import AFTER_APOSTROPHE, BEFORE_APOSTROPHE, COMMON_HAN

FOREIGN = 1.0  # a letter that the language does not have
INNER_CAPITAL = 1.0
MIXED_SCRIPT = 1.5
CONTROL = 2.0
UNASSIGNED = 3.0
SYMBOL = 1.5  # a symbol between two letters
ODD_SYMBOL = 0.5  # a symbol that prose hardly has, wherever it stands
BOX = 2.0  # a character to draw tables with
QUOTE = 0.5  # a quotation mark between two letters
QUOTE_ALONE = 0.3
APOSTROPHE = 0.5  # one where no language elides

QUOTES = set("“”„‘‚")
_AFTER_LETTER = set("»«›‹®™…°´ªº©–—’•!?”“»‘*†‡")
_BEFORE_LETTER = set("»›©£€$§¡¿•·…–—’„“”«‘‚‹#№@™®°")
_BETWEEN_LETTERS = set("–—…·’‐‑•")
_PLAIN_SYMBOLS = set("©®™°£€§¡¿•·…–—’²³½¼¾×ªº‐‑″′−→№%‰µ±÷¢¥¶«»‹›")
#: A run of letters.
WORD = re.compile(r"[^\W\d_]+")
_FRAGMENT = re.compile(r"[b-df-hj-np-tv-z]\b")


@cache
def script(char: str) -> str:
    """``latin``, ``cyrillic``, ``greek``, ``han`` (with kana and hangul), ``other`` letters, or "" for no letter."""
    if "a" <= char <= "z" or "A" <= char <= "Z":
        return "latin"
    if category(char) not in ("Lu", "Ll", "Lo", "Lt"):
        return ""
    code = ord(char)
    if code in (0xAA, 0xBA, 0x192) or 0xFB00 <= code <= 0xFB06:
        return ""
    if code < 0x250 or 0x1E00 <= code < 0x1F00:
        return "latin"
    if 0x370 <= code < 0x400 or 0x1F00 <= code < 0x2000:
        return "greek"
    if 0x400 <= code < 0x530:
        return "cyrillic"
    if 0x2E80 <= code < 0xA000 or 0xAC00 <= code < 0xD7B0 or 0xF900 <= code < 0xFB00 or code >= 0x20000:
        return "han"
    return "other"


def place(char: str, before: str, after: str, line: str, at: int) -> float:
    """What is wrong with one character for the place that it stands in."""
    kind = script(char)
    if kind in ("latin", "cyrillic", "greek"):
        return _letter(char, kind, before, after)
    if kind == "han":
        return _han(char)
    if kind == "other":
        return 0.0
    general = category(char)
    if general in ("Cc", "Cn", "Co", "Cs"):
        return CONTROL if general == "Cc" else UNASSIGNED
    if general in ("Mn", "Mc", "Cf", "Zs"):
        return 0.0
    if char == "’" and script(before) and script(after):
        return _apostrophe(line, at)
    if char in "–—" and script(before) and _FRAGMENT.match(line, at + 1):
        return ODD_SYMBOL
    if char in QUOTES:
        inside = _alphabetic(before) and _alphabetic(after)
        return QUOTE if inside else QUOTE_ALONE if before.isspace() and after.isspace() else 0.0
    return symbol(char, script(before) not in ("", "han"), script(after) not in ("", "han"), before)


def _han(char: str) -> float:
    if "\u3400" <= char <= "\u9fff":
        return 0.0 if char in COMMON_HAN else 0.5
    return 0.4 if "\uff65" <= char <= "\uffdc" else 0.0


def _letter(char: str, kind: str, before: str, after: str) -> float:
    total = 0.0
    left, right = script(before), script(after)
    if left not in ("", kind, "han", "other"):
        total += MIXED_SCRIPT
    if char.isupper():
        if before.islower() and left:
            total += INNER_CAPITAL
    elif right and after.isupper() and char.islower() and (not left or (after > "\x7f" and kind == "latin")):
        total += INNER_CAPITAL
    return total


def symbol(char: str, left: bool, right: bool, before: str) -> float:
    """What is wrong with a symbol after a letter (``left``) or before one (``right``)."""
    if "\u2500" <= char <= "\u259f":
        return BOX
    if "\ufb00" <= char <= "\ufb06":
        return 0.3
    pictured = "\u3000" <= char < "\ue000" or char >= "\uff00" or (category(char) == "So" and char > "\u2190")
    total = 0.0 if pictured or char in _PLAIN_SYMBOLS else ODD_SYMBOL
    if left and right:
        return total + (0.0 if char in _BETWEEN_LETTERS else ODD_SYMBOL if char == "´" else SYMBOL)
    if right:
        return total + (0.0 if char in _BEFORE_LETTER or char > "\u2190" else FOREIGN)
    if left:
        unit = char in "²³" and before in "mM"
        return total + (0.0 if unit or char in _AFTER_LETTER or char > "\u2190" else FOREIGN)
    return total


def _apostrophe(line: str, at: int) -> float:
    head = WORD.findall(line[max(0, at - 12) : at])[-1].lower()
    tail = WORD.findall(line[at + 1 : at + 13])[0].lower()
    if tail in AFTER_APOSTROPHE or head in BEFORE_APOSTROPHE or script(line[at - 1]) != "latin":
        return 0.0
    return APOSTROPHE


def _alphabetic(char: str) -> bool:
    return char.isdigit() or script(char) in ("latin", "cyrillic", "greek")
