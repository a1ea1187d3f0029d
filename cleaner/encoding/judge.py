"""How implausible a line of text is: the measure by which one reading of its bytes is preferred to another.

There is no model of words here. A line costs little if its letters belong to one language, if capitals start words,
if quotation marks stand where words begin or end, and if symbols do not stand inside of words.
"""

from __future__ import annotations

import re
from functools import cache
from unicodedata import category

from cleaner.encoding.alphabets import (
    AFTER_APOSTROPHE,
    ALONE,
    BEFORE_APOSTROPHE,
    COMMON_HAN,
    CYRILLIC,
    EASTERN,
    FREQUENT_HAN,
    FREQUENT_WORDS,
    GREEK,
    LATIN,
    LOANED,
    LOANED_EAST,
    RARE,
    SURPRISE,
    USUAL,
)

FOREIGN = 1.0  # a letter that the language does not have
NAME = 0.6  # a letter of another language, as in its names
LOAN = 0.3  # a letter that often comes with foreign words
INNER_CAPITAL = 1.0
MIXED_SCRIPT = 1.5
CONTROL = 2.0
UNASSIGNED = 3.0
SYMBOL = 1.5  # a symbol between two letters
ODD_SYMBOL = 0.5  # a symbol that prose hardly has, wherever it stands
SHORT = 8  # the letters of fewer Cyrillic or Greek ones may well be rare
BOX = 2.0  # a character to draw tables with
TRACE = 1.5  # what UTF-8 punctuation looks like in other encodings
QUOTE = 0.5  # a quotation mark in the wrong place
UNBALANCED = 0.7

_QUOTES = set("“”„‘‚")
_AFTER_LETTER = set("»«›‹®™…°´ªº©–—’•!?”“»‘*†‡")
_BEFORE_LETTER = set("»›©£€$§¡¿•·…–—’„“”«‘‚‹#№@™®°")
_BETWEEN_LETTERS = set("–—…·’‐‑•")
_PLAIN_SYMBOLS = set("©®™°£€§¡¿•·…–—’²³½¼¾×ªº‐‑″′−→№%‰µ±÷¢¥¶«»‹›")
_WORD = re.compile(r"[^\W\d_]+")

_TRACES = re.compile("â€|‚Ä|ΓÇ|вЂ|β€|ā€|ÔÇ|Б─|тА|вА|â\x80")
_DRAWN = re.compile(r"(?<!\S)[─│┌┐└┘├┤┬┴┼]+(?!\S)")
_FRAGMENT = re.compile(r"[b-df-hj-np-tv-z]\b")
_VIETNAMESE = re.compile("[đơưăĐƠƯĂ\u1ea0-\u1ef9]")
_ENGLISH_ENDING = re.compile(r"[a-z][^\W\d_a-zA-Zéñç](?:s|t|re|ve|ll|d|m)\b")

_CYRILLIC = set("".join(CYRILLIC.values()))
_GREEK = set(GREEK)
_LETTERS = {name: frozenset(letters + letters.upper()) for name, letters in LATIN.items()}
_ANY = set("".join(letters for name, letters in LATIN.items() if name != "vi"))
_LANGUAGES_OF: dict[str, list[str]] = {}
for _name, _words in FREQUENT_WORDS.items():
    for _word in sorted(set(_words.split())):
        _LANGUAGES_OF.setdefault(_word, []).append(_name)


# What costs nothing for the place that it stands in (see _place): whole words in small letters or in capitals, common
# characters of Chinese, Japanese and Korean, a small Latin letter in an ASCII word. Group 1 is there for the others.
_HAN = "".join(sorted(COMMON_HAN)) + "ぁ-ゖァ-ヺ가-힣"
_WORDS = "|".join(
    f"(?<=[{capital}])(?:[{small}]+|[{capital}]*)|(?<=[{small}])[{small}]*"
    for capital, small in (("Ѐ-Я", "а-џ"), ("Α-ΡΣ-ΫΆΈ-ΊΌΎΏ", "ΐά-ώ"))
)
_JUDGED = re.compile(
    f"[^\\x00-\\x7f](?:(?<![^\\W\\d_].)(?:{_WORDS})(?![^\\W\\d_])"
    f"|(?<=[{_HAN}])(?:[{_HAN}、。，：；！？（）]*[{_HAN}])?"
    f"|(?<=[a-z][{''.join(sorted(_ANY))}])(?=[a-z])"
    "|())",
    re.DOTALL,
)


def cost(line: str) -> float:
    """The cost of reading ``line`` as it stands: 0 for plain prose, about 1 for each thing that is wrong."""
    if line.isascii():
        return 0.0
    if "─" in line or "│" in line:
        line = _DRAWN.sub(lambda match: " " * len(match[0]), line)
    scripts = {char: script(char) for char in sorted(set(line)) if char > "\x7f"}
    latin = {char: line.count(char) for char, kind in scripts.items() if kind == "latin"}
    alone: list[str] = []
    total = 0.0
    for match in _JUDGED.finditer(line):
        if match[1] is not None:
            at = match.start()
            char = line[at]
            before = line[at - 1] if at else " "
            after = line[at + 1] if at + 1 < len(line) else " "
            total += _place(char, before, after, line, at)
            if char in latin and not (before.isalnum() or after.isalnum() or before in "'’" or after in "'’.-"):
                alone.append(char.lower())
    total += TRACE * len(_TRACES.findall(line)) if len(scripts) > 1 else 0.0
    if latin:
        total += _foreign(latin, alone, line)
    if "cyrillic" in scripts.values() or "greek" in scripts.values():
        total += _surprise(line)
    return total + _unbalanced(line)


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


def _place(char: str, before: str, after: str, line: str, at: int) -> float:
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
    if general in ("Mn", "Mc", "Cf") or char == "\xa0":
        return 0.0
    if char == "’" and script(before) and script(after):
        return _apostrophe(line, at)
    if char in "–—" and script(before) and _FRAGMENT.match(line, at + 1):
        return ODD_SYMBOL
    if char in _QUOTES:
        inside = _alphabetic(before) and _alphabetic(after)
        return QUOTE if inside else 0.3 if before.isspace() and after.isspace() else 0.0
    return _symbol(char, script(before) not in ("", "han"), script(after) not in ("", "han"), before)


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


def _symbol(char: str, left: bool, right: bool, before: str) -> float:
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
    head = _WORD.findall(line[max(0, at - 12) : at])[-1].lower()
    tail = _WORD.findall(line[at + 1 : at + 13])[0].lower()
    if tail in AFTER_APOSTROPHE or head in BEFORE_APOSTROPHE or script(line[at - 1]) != "latin":
        return 0.0
    return 0.5


def _unbalanced(line: str) -> float:
    """Quotation marks without a partner; a paragraph may leave one open."""
    opened = line.count("“") + line.count("„")
    closed = line.count("”")
    wrong = 0
    if opened and not closed:
        wrong = opened % 2 if "„" not in line else 0
    elif closed and not opened:
        wrong = closed % 2
    return UNBALANCED if wrong else 0.0


def _foreign(latin: dict[str, int], alone: list[str], line: str) -> float:
    """Cost of the Latin letters, for the language that explains them best."""
    return min(
        _uncovered(latin, name)
        + ODD_SYMBOL * sum(char not in ALONE.get(name, "") for char in alone)
        + (_english_endings(line) if name == "en" else 0.0)
        for name in _languages(line)
    )


def _english_endings(line: str) -> float:
    """Letters where English has an apostrophe: ``donít``, ``itÕs``."""
    return 0.45 * len(_ENGLISH_ENDING.findall(line))


def _uncovered(latin: dict[str, int], name: str) -> float:
    letters, loaned = _LETTERS[name], LOANED_EAST if name in EASTERN else LOANED
    other = FOREIGN if name in EASTERN else NAME
    total = 0.0
    for char, count in latin.items():
        if char not in letters:
            lower = char.lower()
            total += count * (LOAN if lower in loaned else other if lower in _ANY else FOREIGN)
    return total


def _languages(line: str) -> list[str]:
    """The Latin languages that ``line`` may be in, told by frequent words; all if it has too few of them."""
    possible = [name for name in LATIN if name != "vi" or _VIETNAMESE.search(line)]
    found = dict.fromkeys(possible, 0)
    for word in _WORD.findall(line.lower()):
        for name in _LANGUAGES_OF.get(word, ()):
            if name in found:
                found[name] += 1
    best = max(found.values())
    return [name for name, count in found.items() if count * 2 >= best] if best >= 2 else possible


def _alphabetic(char: str) -> bool:
    return char.isdigit() or script(char) in ("latin", "cyrillic", "greek")


def familiar(line: str) -> float:
    """Count the most frequent Chinese characters and the punctuation of Chinese: what right readings are full of."""
    return 0.25 * sum(char in FREQUENT_HAN for char in line)


def surprise(line: str) -> float:
    """Sum the negative log probability of the Cyrillic and Greek letters."""
    return sum(SURPRISE.get(char, RARE) for char in line.lower() if script(char) in ("cyrillic", "greek"))


def _surprise(line: str) -> float:
    """Cost of Cyrillic and Greek letters that are not as frequent as they should be."""
    capitals = 0.0
    words = _WORD.findall(line)
    latin = sum(word.isascii() for word in words) > len(words) / 2
    own = [word for word in words if script(word[0]) in ("cyrillic", "greek")]
    for word in own:
        if len(word) == 1 and latin:
            capitals += LOAN if script(word) == "greek" else FOREIGN  # Greek letters alone are mathematics
        if len(word) > 2 and word[0].islower() and word[1:].isupper():
            capitals += 2
    count = sum(map(len, own))
    if count < SHORT:
        return capitals
    text = " ".join(own).lower()
    total = sum(SURPRISE.get(char, RARE) * text.count(char) for char in sorted(set(text) - {" "}))
    return capitals + max(0.0, total / count - USUAL) * count
