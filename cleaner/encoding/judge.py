"""How implausible a line of text is: the measure by which one reading of its bytes is preferred to another.

There is no model of words here. A line costs little if its letters belong to one language, if capitals start words,
if quotation marks stand where words begin or end, and if symbols do not stand inside of words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import inf
from typing import NamedTuple

from cleaner.encoding.alphabets import (
    ALONE,
    COMMON_HAN,
    EASTERN,
    FREQUENT_HAN,
    FREQUENT_WORDS,
    LATIN,
    LOANED,
    LOANED_EAST,
    RARE,
    SURPRISE,
    USUAL,
)
from cleaner.encoding.places import FOREIGN, ODD_SYMBOL, WORD, place, script

NAME = 0.6  # a letter of another language, as in its names
LOAN = 0.3  # a letter that often comes with foreign words
SHORT = 8  # the letters of fewer Cyrillic or Greek ones may well be rare
TRACE = 1.5  # what UTF-8 punctuation looks like in other encodings
UNBALANCED = 0.7
ENGLISH_ENDING = 0.45  # a letter where English has an apostrophe

_BEYOND_ASCII = re.compile("[^\\x00-\\x7f]")
_TRACES = re.compile("â€|‚Ä|ΓÇ|вЂ|β€|ā€|ÔÇ|Б─|тА|вА|â\x80")
_DRAWN = re.compile(r"(?<!\S)[─│┌┐└┘├┤┬┴┼]+(?!\S)")
VIETNAMESE = re.compile("[đơưăĐƠƯĂ\u1ea0-\u1ef9]")
_ENGLISH_ENDING = re.compile(r"[a-z][^\W\d_a-zA-Zéñç](?:s|t|re|ve|ll|d|m)\b")

_LETTERS = {name: frozenset(letters + letters.upper()) for name, letters in LATIN.items()}
_ANY = set("".join(letters for name, letters in LATIN.items() if name != "vi"))
#: The languages of each frequent word.
LANGUAGES_OF: dict[str, list[str]] = {}
for _name, _words in FREQUENT_WORDS.items():
    for _word in sorted(set(_words.split())):
        LANGUAGES_OF.setdefault(_word, []).append(_name)


# What costs nothing for the place that it stands in (``place``): whole words in small letters or in capitals, common
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


class Far(NamedTuple):
    """What was left out of a line: how many words, and how many frequent ones of each language."""

    words: int = 0
    frequent: Mapping[str, int] = {}


NO_MORE = Far()
# ASCII between two spaces, so far from anything else that it costs nothing itself.
_FAR = re.compile(r"(?<=[\x00-\x7f]{14})( [\x00-\x09\x0b-\x7f]{10,} )(?=[\x00-\x7f]{14})")


def near(line: str) -> tuple[str, Far]:
    """``line`` without what is far from any character beyond ASCII, and what that says of the language.

    ``cost(line, limit) == cost(*near(line), limit)``, also of any other reading of these characters.
    """
    parts = _FAR.split(line)
    if len(parts) == 1:
        return line, NO_MORE
    words = WORD.findall("".join(parts[1::2]).lower())
    frequent: dict[str, int] = {}
    for word in words:
        for name in LANGUAGES_OF.get(word, ()):
            frequent[name] = frequent.get(name, 0) + 1
    return " ".join(parts[::2]), Far(len(words), frequent)


def cost(line: str, far: Far = NO_MORE, limit: float = inf) -> float:
    """The cost of reading ``line`` as it stands: 0 for plain prose, about 1 for each thing that is wrong.

    Where it is over ``limit``, any number over that. ``far`` is what the line lacks (``near``).
    """
    if line.isascii():
        return 0.0
    if "─" in line or "│" in line:
        line = _DRAWN.sub(lambda match: " " * len(match[0]), line)
    alone: list[str] = []
    total = 0.0
    for match in _JUDGED.finditer(line):
        if match[1] is not None:
            at = match.start()
            char = line[at]
            before = line[at - 1] if at else " "
            after = line[at + 1] if at + 1 < len(line) else " "
            total += place(char, before, after, line, at)
            if total > limit:
                return total
            beside = before.isalnum() or after.isalnum() or before in "'’" or after in "'’.-"
            if not beside and script(char) == "latin":
                alone.append(char.lower())
    scripts = {char: script(char) for char in sorted(set(_BEYOND_ASCII.findall(line)))}
    latin = {char: line.count(char) for char, kind in scripts.items() if kind == "latin"}
    total += TRACE * len(_TRACES.findall(line)) if len(scripts) > 1 else 0.0
    if latin and total <= limit:
        total += _foreign(latin, alone, line, far)
    if total <= limit and not {"cyrillic", "greek"}.isdisjoint(scripts.values()):
        total += _surprise(line, far)
    return total + _unbalanced(line)


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


def _foreign(latin: dict[str, int], alone: list[str], line: str, far: Far) -> float:
    """Cost of the Latin letters, for the language that explains them best."""
    return min(
        uncovered(latin, name)
        + ODD_SYMBOL * sum(char not in ALONE.get(name, "") for char in alone)
        + (_english_endings(line) if name == "en" else 0.0)
        for name in _languages(line, far)
    )


def _english_endings(line: str) -> float:
    """Letters where English has an apostrophe: ``donít``, ``itÕs``."""
    return ENGLISH_ENDING * len(_ENGLISH_ENDING.findall(line))


def uncovered(latin: dict[str, int], name: str) -> float:
    """Cost of Latin letters, and how often each stands there, in a language."""
    letters, loaned = _LETTERS[name], LOANED_EAST if name in EASTERN else LOANED
    other = FOREIGN if name in EASTERN else NAME
    total = 0.0
    for char, count in latin.items():
        if char not in letters:
            lower = char.lower()
            total += count * (LOAN if lower in loaned else other if lower in _ANY else FOREIGN)
    return total


def _languages(line: str, far: Far) -> list[str]:
    """The Latin languages that ``line`` may be in, told by frequent words; all if it has too few of them."""
    possible = [name for name in LATIN if name != "vi" or VIETNAMESE.search(line)]
    found = {name: far.frequent.get(name, 0) for name in possible}
    for word in WORD.findall(line.lower()):
        for name in LANGUAGES_OF.get(word, ()):
            if name in found:
                found[name] += 1
    best = max(found.values())
    return [name for name, count in found.items() if count * 2 >= best] if best >= 2 else possible


def familiar(line: str) -> float:
    """Count the most frequent Chinese characters and the punctuation of Chinese: what right readings are full of."""
    return 0.25 * sum(char in FREQUENT_HAN for char in line)


def surprise(line: str) -> float:
    """Sum the negative log probability of the Cyrillic and Greek letters."""
    return sum(SURPRISE.get(char, RARE) for char in line.lower() if script(char) in ("cyrillic", "greek"))


def _surprise(line: str, far: Far) -> float:
    """Cost of Cyrillic and Greek letters that are not as frequent as they should be."""
    capitals = 0.0
    words = WORD.findall(line)
    latin = far.words + sum(word.isascii() for word in words) > (far.words + len(words)) / 2
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
