"""The compiled kernel of ``scan.py``: which lines of a batch of texts the repairs may change.

It adds up what ``judge.cost`` finds in a line, or a little more, and says where ftfy may see a sign of mojibake. The
tests hold it to the repairs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cleaner.encoding import judge, places
from cleaner.encoding.alphabets import LATIN, RARE, USUAL
from cleaner.encoding.mixups import GAIN
from cleaner.encoding.scan_tables import (
    ALNUM,
    ALWAYS,
    BAD,
    CAPITAL,
    CLOSES,
    CODE_POINTS,
    COMMON,
    DIGIT,
    EAST,
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
    VIETNAMESE,
    WIDE,
    WORD,
)
from cleaner.minhash.compiled import kernel
from cleaner.minhash.folding import decode

#: What a line is: surely sound, sound if ftfy sees no mojibake in it, or for the repairs to see.
SOUND, SUSPECTED, DOUBTFUL = 0, 1, 2
#: Kinds of bytes: beyond ASCII, perhaps part of an escape, surely for the repairs, the 9 of ``u2019``, a line feed.
HIGH, ESCAPE, CONTROL, NINE, FEED = 1, 2, 4, 8, 16

LATIN_SCRIPT, CYRILLIC, GREEK, HAN = 1, 2, 3, 4
LANGUAGES, ENGLISH, VIETNAM = len(LATIN), list(LATIN).index("en"), list(LATIN).index("vi")
#: A bit beside those of the scripts of a line: a wide space.
WIDE_SPACE = 8
#: Sums of costs that are taken in another order differ by less than this.
LIMIT = GAIN - 1e-6
TOO_MUCH = 1e6
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
ONE, EIGHT = np.uint64(1), np.uint64(8)
#: So many bytes are looked at together.
BLOCK = np.uint64(32)
LONGEST_WORD = 8  # bytes of a frequent word
OPEN, CLOSED, LOW, SINGLE, LOW_SINGLE, APOSTROPHE = 0x201C, 0x201D, 0x201E, 0x2018, 0x201A, 0x2019
# Kernels take numbers of their own module.
_QUOTE, _QUOTE_ALONE, _APOSTROPHE = places.QUOTE, places.QUOTE_ALONE, places.APOSTROPHE
_INNER, _ODD, _FOREIGN, _LOAN = places.INNER_CAPITAL, places.ODD_SYMBOL, places.FOREIGN, judge.LOAN
_UNBALANCED, _ENDING, _SHORT = judge.UNBALANCED, judge.ENGLISH_ENDING, judge.SHORT


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
def is_quiet(data: Any, at: Any) -> Any:
    """Whether none of the bytes of a block is of any kind: all at once, where the machine can do that."""
    loud = np.uint8(0)
    for place in range(at, at + BLOCK):
        byte = data[place]
        loud |= (byte < 32) | (byte > 126) | (byte == 37) | (byte == 38) | (byte == 57) | (byte == 61) | (byte == 92)
    return loud == 0


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
def ends_in_english(one: Any, two: Any, three: Any, four: Any, length: Any) -> Any:
    """Whether a word (its last code points, backwards) ends as in ``judge``'s sign of lost apostrophes."""
    if length >= 3 and two > 0x7F and (one == 115 or one == 116 or one == 100 or one == 109):
        return two != 0xE9 and two != 0xF1 and two != 0xE7 and 97 <= three <= 122
    pair = (one == 101 and (two == 114 or two == 118)) or (one == 108 and two == 108)
    if length >= 4 and pair and three > 0x7F:
        return three != 0xE9 and three != 0xF1 and three != 0xE7 and 97 <= four <= 122
    return False


@kernel
def has_escape(data: Any, start: Any, end: Any, kinds: Any) -> Any:
    """Whether something in a line looks like a control character or an escape (``plain``)."""
    for at in range(start, end):
        kind = kinds[data[at]]
        if kind & CONTROL or (kind & ESCAPE and is_escape(data, at, end)):
            return True
        stripped = kind & NINE and at >= start + np.uint64(4) and data[at - ONE] == 49 and data[at - np.uint64(2)] == 48
        if stripped and data[at - np.uint64(3)] == 50 and data[at - np.uint64(4)] == 117:
            return True
    return False


@kernel
def is_escape(data: Any, at: Any, end: Any) -> Any:
    """Whether the character at ``at`` begins what an escape looks like: a backslash, &, % or =."""
    byte = data[at]
    if byte == 92:
        return True
    if at + ONE >= end:
        return byte == 61
    after = data[at + ONE]
    if byte == 38:
        return 97 <= (after | 32) <= 122 or after == 35
    if byte == 37:
        return 48 <= after <= 57 or 97 <= (after | 32) <= 102 or after == 117
    return 48 <= after <= 57 or 65 <= after <= 70


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


@kernel
def greatest(values: Any) -> Any:
    """Return the greatest value. NumPy's own would have numba load all of its array functions."""
    best = values[0]
    for value in values[1:]:
        best = max(best, value)
    return best


@kernel
def line_kind(data: Any, start: Any, stop: Any, tables: Any, counts: Any, sums: Any, spaces: Any) -> Any:
    """SOUND, SUSPECTED or DOUBTFUL, for a line with characters beyond ASCII and no escapes."""
    sums[:] = 0.0
    total, seen, scripts, perhaps, enders = place_costs(data, start, stop, tables, sums, spaces)
    if (seen & WIDE or scripts & (1 << WIDE_SPACE)) and not seen & EAST:
        return DOUBTFUL
    others = scripts & (1 << CYRILLIC | 1 << GREEK)
    mixed = scripts & ~np.uint32(1 | 1 << LATIN_SCRIPT) or total + greatest(sums) + _ENDING * enders >= LIMIT
    if total < LIMIT and (others or (scripts & (1 << LATIN_SCRIPT) and mixed)):
        total += word_costs(data, start, stop, tables, counts, sums, seen, scripts)
    return DOUBTFUL if total >= LIMIT else SUSPECTED if perhaps else SOUND


@kernel
def doubtful_lines(data: Any, offsets: Any, kinds: Any, tables: Any, spaces: Any, out: Any) -> Any:
    """Write text, number and kind of each line that is not sound; return how many there are."""
    counts, sums = np.zeros(LANGUAGES, np.int64), np.zeros(LANGUAGES, np.float64)
    total = 0
    for text in range(offsets.shape[0] - 1):
        at, stop, line = np.uint64(offsets[text]), np.uint64(offsets[text + 1]), 0
        while at < stop:
            start, found = at, np.uint8(0)
            while at < stop and found < FEED:
                if at + BLOCK <= stop and is_quiet(data, at):
                    at += BLOCK
                    continue
                last = min(at + BLOCK, stop)
                while at < last and found < FEED:
                    found |= kinds[data[at]]
                    at += ONE
            end = at - ONE if found >= FEED else at
            kind = SOUND
            if found & (ESCAPE | CONTROL | NINE) and has_escape(data, start, end, kinds):
                kind = DOUBTFUL
            elif found & HIGH:
                kind = line_kind(data, start, end, tables, counts, sums, spaces)
            if kind:
                out[total, 0], out[total, 1], out[total, 2] = text, line, kind
                total += 1
            line += 1
    return total
