"""What the words of a line cost, as ``judge.cost`` adds it up: a part of :mod:`cleaner.encoding.scan_kernel`."""

from __future__ import annotations

from typing import Any

import numpy as np

from cleaner.encoding import judge, places
from cleaner.encoding.alphabets import LATIN, RARE, USUAL
from cleaner.encoding.scan_tables import CODE_POINTS, LOWER, SCRIPT, UPPER, VIETNAMESE, WORD
from cleaner.minhash.compiled import kernel
from cleaner.minhash.folding import decode

LATIN_SCRIPT, CYRILLIC, GREEK, HAN = 1, 2, 3, 4
LANGUAGES, ENGLISH, VIETNAM = len(LATIN), list(LATIN).index("en"), list(LATIN).index("vi")
TOO_MUCH = 1e6
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
ONE, EIGHT = np.uint64(1), np.uint64(8)
LONGEST_WORD = 8  # bytes of a frequent word
# Kernels take numbers of their own module.
_FOREIGN, _LOAN, _ENDING, _SHORT = places.FOREIGN, judge.LOAN, judge.ENGLISH_ENDING, judge.SHORT


@kernel
def find_word(key: Any, words: Any) -> Any:
    """The place of a word in the tables of words, or that of an empty row."""
    at = (key * GOLDEN) >> np.uint64(52)
    while words[at] != key and words[at] != np.uint64(0):
        at = (at + ONE) & np.uint64(4095)
    return at


@kernel
def is_word(code: Any, info: Any) -> Any:
    """Whether a character is a part of a word."""
    return code >= CODE_POINTS or info[code] & WORD != 0


@kernel
def key_before(data: Any, start: Any, at: Any, info: Any) -> Any:
    """The key of the word that ends at ``at``, 0 for one that is not of a few ASCII letters."""
    key, length, shift = np.uint64(0), 0, np.uint64(0)
    while at > start:
        byte = data[at - ONE]
        if byte > 0x7F:
            place = at - ONE
            while place > start and 0x80 <= data[place] < 0xC0:
                place -= ONE
            code, _ = decode(data, place, at)
            return np.uint64(0) if is_word(code, info) else key
        if not 97 <= (byte | 32) <= 122:
            break
        key |= np.uint64(byte | 32) << shift
        length, shift, at = length + 1, shift + EIGHT, at - ONE
        if length > LONGEST_WORD:
            return np.uint64(0)
    return key


@kernel
def key_after(data: Any, at: Any, stop: Any, info: Any) -> Any:
    """The key of the word that begins at ``at``, 0 for one that is not of a few ASCII letters."""
    key, length = np.uint64(0), 0
    while at < stop:
        byte = data[at]
        if byte > 0x7F:
            code, _ = decode(data, at, stop)
            return np.uint64(0) if is_word(code, info) else key
        if not 97 <= (byte | 32) <= 122:
            break
        key = (key << EIGHT) | np.uint64(byte | 32)
        length, at = length + 1, at + ONE
        if length > LONGEST_WORD:
            return np.uint64(0)
    return key


@kernel
def ends_in_english(one: Any, two: Any, three: Any, four: Any, length: Any) -> Any:
    """Whether a word (its last code points, backwards) ends as in ``judge``'s sign of lost apostrophes."""
    if length >= 3 and two > 0x7F and (one == 115 or one == 116 or one == 100 or one == 109):
        return two != 0xE9 and two != 0xF1 and two != 0xE7 and 97 <= three <= 122
    pair = (one == 101 and (two == 114 or two == 118)) or (one == 108 and two == 108)
    if length >= 4 and pair and three > 0x7F:
        return three != 0xE9 and three != 0xF1 and three != 0xE7 and 97 <= four <= 122
    return False


@kernel
def foreign(counts: Any, sums: Any, endings: Any, vietnamese: Any) -> Any:
    """Cost of the Latin letters of a line, for the language that explains them best (``judge``)."""
    best = 0
    for name in range(LANGUAGES):
        if name != VIETNAM or vietnamese:
            best = max(best, counts[name])
    least = TOO_MUCH
    for name in range(LANGUAGES):
        if (name != VIETNAM or vietnamese) and (best < 2 or counts[name] * 2 >= best):
            least = min(least, sums[name] + (_ENDING * endings if name == ENGLISH else 0.0))
    return least


@kernel
def word_costs(data: Any, start: Any, stop: Any, tables: Any, counts: Any, sums: Any, seen: Any, scripts: Any) -> Any:
    """Add up what the words of a line cost: letters foreign to its language, rare Cyrillic and Greek ones."""
    endings, own, nats, every, plain_ones, greek_alone, cyrillic_alone = 0, 0, 0.0, 0, 0, 0, 0
    length, first, key, fits, plain, word_nats = 0, np.uint32(0), np.uint64(0), True, True, 0.0
    one, two, three, four = np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0)
    counts[:] = 0
    at = start
    while at <= stop:
        code, size = np.uint64(32), ONE
        if at < stop:
            code, size = decode(data, at, stop)
        at += size
        info = tables.info[code]
        if info & WORD:
            if length == 0:
                first, key, fits, plain, word_nats = info, np.uint64(0), True, True, 0.0
            elif info & UPPER and first & LOWER and CYRILLIC <= ((first >> SCRIPT) & 7) <= GREEK:
                return TOO_MUCH
            length += 1
            small = np.uint64(tables.folded[code]) if code < 0x250 else np.uint64(0)
            fits = fits and bool(small != np.uint64(0)) and length <= LONGEST_WORD
            key = (key << EIGHT) | small
            plain = plain and bool(code < 0x80)
            word_nats += tables.surprise[code] if code < 0x530 else RARE
            four, three, two, one = three, two, one, code
        elif length:
            every += 1
            plain_ones += plain
            known = tables.known[find_word(key, tables.words)] if fits else np.uint32(0)
            for name in range(LANGUAGES if known else 0):
                counts[name] += (known >> np.uint32(name)) & np.uint32(1)
            endings += ends_in_english(one, two, three, four, length)
            script = (first >> SCRIPT) & 7
            if CYRILLIC <= script <= GREEK:
                own += length
                nats += word_nats
                greek_alone += length == 1 and script == GREEK
                cyrillic_alone += length == 1 and script == CYRILLIC
            length = 0
    cost = foreign(counts, sums, endings, seen & VIETNAMESE != 0) if scripts & (1 << LATIN_SCRIPT) else 0.0
    if plain_ones * 2 > every:
        cost += greek_alone * _LOAN + cyrillic_alone * _FOREIGN
    return cost + (max(0.0, nats - USUAL * own) if own >= _SHORT else 0.0)
