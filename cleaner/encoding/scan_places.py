"""What characters cost where they stand, and signs of mojibake: a part of :mod:`cleaner.encoding.scan_kernel`."""

from __future__ import annotations

from typing import Any

import numpy as np

from cleaner.encoding import judge, places
from cleaner.encoding.scan_tables import (
    ALNUM,
    ALWAYS,
    BAD,
    CAPITAL,
    CLOSES,
    CODE_POINTS,
    COMMON,
    DIGIT,
    FOLLOWS,
    LEADS,
    LOWER,
    NEUTRAL,
    OPENS,
    SCRIPT,
    SIGN,
    SMALL,
    SPACE,
    SYMBOL,
    TROUBLE,
    UPPER,
    WORD,
)
from cleaner.encoding.scan_words import (
    GREEK,
    HAN,
    LANGUAGES,
    LATIN_SCRIPT,
    ONE,
    TOO_MUCH,
    find_word,
    key_after,
    key_before,
)
from cleaner.minhash.compiled import kernel
from cleaner.minhash.folding import decode

#: A bit beside those of the scripts of a line: a wide space.
WIDE_SPACE = 8
#: So many bytes are looked at together.
BLOCK = np.uint64(32)
OPEN, CLOSED, LOW, SINGLE, LOW_SINGLE, APOSTROPHE = 0x201C, 0x201D, 0x201E, 0x2018, 0x201A, 0x2019
# Kernels take numbers of their own module.
_QUOTE, _QUOTE_ALONE, _APOSTROPHE = places.QUOTE, places.QUOTE_ALONE, places.APOSTROPHE
_INNER, _ODD, _UNBALANCED = places.INNER_CAPITAL, places.ODD_SYMBOL, judge.UNBALANCED


@kernel
def next_high(data: Any, at: Any, stop: Any) -> Any:
    """Where the next byte beyond ASCII is, or ``stop``."""
    while at + BLOCK <= stop:
        high = np.uint8(0)
        for place in range(at, at + BLOCK):
            high |= data[place]
        if high > 127:
            break
        at += BLOCK
    while at < stop and data[at] < 0x80:
        at += ONE
    return at


@kernel
def suspicious(first: Any, second: Any, after: Any, word_after: Any) -> Any:
    """Whether ftfy may see a sign of mojibake in two characters beyond ASCII, of these kinds.

    ``after``: another one beyond ASCII follows; ``word_after``: a character of a word does.
    """
    if first == NEUTRAL or second == NEUTRAL:
        return False
    if first >= BAD or second >= BAD:
        return True
    if first in (COMMON, OPENS):
        return False
    if second == COMMON:
        return first == CAPITAL
    if first == CLOSES:
        return second in (SMALL, CAPITAL) or (second == OPENS and after)
    if second in (SMALL, CAPITAL):
        return first == SMALL and second == CAPITAL
    return after or word_after or (first == CAPITAL and second == OPENS)


@kernel
def is_trace(before: Any, code: Any) -> Any:
    """Whether two characters are what UTF-8 punctuation looks like in other encodings (``judge``)."""
    if code == 0x20AC:
        return before == 0xE2 or before == 0x3B2 or before == 0x101
    return (code == 0xC4 and before == LOW_SINGLE) or (code == 0xC7 and before == 0xD4)


@kernel
def is_fragment(data: Any, code: Any, at: Any, end: Any) -> Any:
    """Whether the character at ``at``, of this code, is a small consonant without a letter of ASCII behind it."""
    vowel = code == 97 or code == 101 or code == 105 or code == 111 or code == 117
    if vowel or code < 97 or code > 122:
        return False
    byte = data[at + ONE] if at + ONE < end else np.uint8(32)
    return not (97 <= (byte | 32) <= 122 or 48 <= byte <= 57 or byte == 95)


@kernel
def space_is_fine(code: Any, before: Any, after: Any, spaces: Any) -> Any:
    """Whether a space of typography stays where it is (``invisible.spaces``): no-break ones if few join words."""
    if spaces == 0 or (spaces == 1 and (code == 0xA0 or code == 0x3000)):
        return True
    if spaces == 2:
        return False
    marks = after == 59 or after == 58 or after == 33 or after == 63 or after == 0xBB or after == 37 or after == 0x2030
    return before == 0xAB or marks or (48 <= before <= 57 and 48 <= after <= 57)


@kernel
def symbol_cost(code: Any, info: Any, before: Any, after: Any, costs: Any) -> Any:
    """What a character that is no letter costs in its place (``places.place``), or a little more.

    ``before`` and ``after`` are the table's ``info`` of its neighbours.
    """
    left, right = (before >> SCRIPT) & 7, (after >> SCRIPT) & 7
    if code in (OPEN, CLOSED, LOW, SINGLE, LOW_SINGLE):
        first = before & DIGIT or LATIN_SCRIPT <= left <= GREEK
        second = after & DIGIT or LATIN_SCRIPT <= right <= GREEK
        if first and second:
            return _QUOTE
        return _QUOTE_ALONE if before & SPACE and after & SPACE else 0.0
    return costs[info >> SYMBOL, 2 * (left != 0 and left != HAN) + (right != 0 and right != HAN)]


@kernel
def letter_cost(info: Any, before: Any, after: Any, high_after: Any) -> Any:
    """What a Latin, Cyrillic or Greek letter costs in its place; arguments as above."""
    script, left = (info >> SCRIPT) & 7, (before >> SCRIPT) & 7
    if left != script and LATIN_SCRIPT <= left <= GREEK:
        return TOO_MUCH
    if info & UPPER:
        inner = left != 0 and before & LOWER != 0
        return 0.0 if not inner else _INNER if script == LATIN_SCRIPT else TOO_MUCH
    if (after >> SCRIPT) & 7 and after & UPPER and info & LOWER:
        return _INNER if left == 0 or (high_after and script == LATIN_SCRIPT) else 0.0
    return 0.0


@kernel
def add_foreign(code: Any, alone: Any, letters: Any, sums: Any) -> None:
    """Add what a Latin letter costs in each language."""
    row = code - 0x80 if code < 0x250 else code - 0x1E00 + 0x1D0
    for name in range(LANGUAGES):
        sums[name] += letters[row, 0, name]
        if alone:
            sums[name] += letters[row, 1, name]


@kernel
def place_costs(data: Any, start: Any, stop: Any, tables: Any, sums: Any, spaces: Any) -> Any:
    """Add up what the characters of a line cost in their places.

    Returns the cost, the flags of the characters beyond ASCII, their scripts as bits, whether ftfy may see a sign of
    mojibake, and how many Latin letters stand where English may have lost an apostrophe.
    """
    total, seen, scripts, perhaps, joined = 0.0, np.uint32(0), np.uint32(0), False, 0
    enders, opened, lows, closed, at, before, code_before = 0, 0, 0, 0, start, tables.info[32], np.uint64(32)
    while at < stop:
        if data[at] < 0x80:
            at = next_high(data, at, stop)
            code_before = np.uint64(data[at - ONE])
            continue
        if code_before < 0x80:
            before = tables.info[code_before]
        code, size = decode(data, at, stop)
        after_code = np.uint64(32)
        if at + size < stop:
            after_code, _ = decode(data, at + size, stop)
        if code >= CODE_POINTS or after_code >= CODE_POINTS:
            return TOO_MUCH, seen, scripts, perhaps, enders
        info, after = tables.info[code], tables.info[after_code]
        if info & TROUBLE or is_trace(code_before, code):
            return TOO_MUCH, seen, scripts, perhaps, enders
        script, left, right = (info >> SCRIPT) & 7, (before >> SCRIPT) & 7, (after >> SCRIPT) & 7
        sign = (info >> SIGN) & 7
        seen |= info
        scripts |= np.uint32(1) << script
        perhaps |= sign == ALWAYS
        if code_before > 0x7F:
            in_word = after & (WORD | DIGIT) != 0 or after_code == 95
            perhaps |= suspicious((before >> SIGN) & 7, sign, after_code > 0x7F, in_word)
        if LATIN_SCRIPT <= script <= GREEK:
            total += letter_cost(info, before, after, after_code > 0x7F)
            if script == LATIN_SCRIPT:
                beside = code_before == 39 or code_before == APOSTROPHE or after_code == 39 or after_code == APOSTROPHE
                beside |= after_code == 46 or after_code == 45 or (before | after) & ALNUM != 0
                add_foreign(code, not beside, tables.letters, sums)
                enders += code not in (0xE9, 0xF1, 0xE7)
        elif code in (0xA0, 0x2009, 0x202F, 0x3000):
            joined += code == 0xA0 and before & WORD != 0 and after & WORD != 0
            scripts |= np.uint32(code == 0x3000 and spaces > 0) << WIDE_SPACE
            if (joined > 1 and spaces > 0) or not space_is_fine(code, code_before, after_code, spaces):
                return TOO_MUCH, seen, scripts, perhaps, enders
        elif code == APOSTROPHE and left and right:
            if (
                left == LATIN_SCRIPT
                and not tables.known[find_word(key_before(data, start, at, tables.info), tables.words)] & LEADS
            ):
                tail = tables.known[find_word(key_after(data, at + size, stop, tables.info), tables.words)]
                total += 0.0 if tail & FOLLOWS else _APOSTROPHE
        elif code in (0x2013, 0x2014) and left and is_fragment(data, after_code, at + size, stop):
            total += _ODD
        elif not (code in (0xB2, 0xB3) and code_before in (77, 109) and not right):
            total += symbol_cost(code, info, before, after, tables.place)
        opened += code in (OPEN, LOW)
        lows += code == LOW
        closed += code == CLOSED
        code_before, before, at = code, info, at + size
    wrong = opened % 2 if opened and not closed and not lows else closed % 2 if closed and not opened else 0
    return total + (_UNBALANCED if wrong else 0.0), seen, scripts, perhaps, enders
