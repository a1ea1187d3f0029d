"""One scan over the characters of every line: what all later looks at a line are computed from.

Everything is counted in whole numbers, so that the compiled and the plain path give the same bits. Nothing needs
to know the language.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate import words as known_words
from cleaner.lines import Lines

#: Longer lines are seen by their beginning and end only, so that the time for one line is bounded.
HEAD, TAIL = 3072, 1024
#: Up to so many characters the scan runs uncompiled: loading the compiler takes longer.
PLAIN = 150_000

SPACE, LOWER, UPPER, CASELESS, DIGIT, UNSPACED, TERMINAL, COMMA = range(8)
COLON, QUOTE, DASH, SEPARATOR, MARKUP, BRACKET, SIGN, OTHER = range(8, 16)
WORDS, CAPITALISED, SHOUTED, STOPS, NUMBERS, LONGEST, SENTENCES, FIRST, LAST, ENDING, LINKS = range(16, 27)
COLUMNS = 27
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
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
)


class Scan(NamedTuple):
    """The counts of a batch: one row a line, and the words of all lines one after the other.

    Attributes:
        counts: int32, shape (lines, COLUMNS): characters by class, then ``WORDS`` to ``LINKS``.
        words: int64 hashes of the case-folded words, digits as one; ``first[i]:first[i + 1]`` are line i's.
        stop: for each word whether it is a stop word or has fewer than four letters.
        first: int64, shape (lines + 1,).
        key: int64, shape (lines,): a hash of the line's words, with numbers and names of months and days as
            one; 0 for a line without words.
        length: characters of each line, long ones in full; int64.
    """

    counts: NDArray[np.int32]
    words: NDArray[np.int64]
    stop: NDArray[np.uint8]
    first: NDArray[np.int64]
    key: NDArray[np.int64]
    length: NDArray[np.int64]


def hash_word(word: str) -> int:
    """Return the 32-bit FNV-1a hash of the word's code points, as the scan computes it."""
    value = BASIS
    for letter in word:
        value = ((value ^ ord(letter)) * PRIME) & MASK
    return value


@cache
def tables() -> tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.uint8]]:
    """Return the class and the folded letter of every code point below 65,536, and the stop words by hash."""
    classes = np.full(65536, OTHER, dtype=np.uint8)
    fold = np.arange(65536, dtype=np.int32)
    kinds = {
        "Ll": LOWER,
        "Lu": UPPER,
        "Lt": UPPER,
        "Lo": CASELESS,
        "Lm": CASELESS,
        "Mn": CASELESS,
        "Mc": CASELESS,
    }
    for code in range(65536):
        letter = chr(code)
        category = unicodedata.category(letter)
        if category in kinds:
            classes[code] = kinds[category]
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
    return classes, fold, stops


def _scan(
    codes: Any,
    bounds: Any,
    classes: Any,
    fold: Any,
    stops: Any,
    counts: Any,
    words: Any,
    stop: Any,
    first: Any,
    key: Any,
) -> None:
    at = 0
    for row in range(len(bounds) - 1):
        first[row] = at
        start, end = bounds[row], bounds[row + 1]
        at = _scan_line(codes, start, end, classes, fold, stops, counts, row, words, stop, at)
        value = 0
        for place in range(first[row], at):
            value = (value * 0x5851F42D4C957F2D + (0 if stop[place] == 2 else words[place]) + 1) & 0x3FFFFFFFFFFFFFFF
        key[row] = value
        if end > start:
            counts[row, FIRST] = _class(codes[start], classes)
            counts[row, LAST] = _class(codes[end - 1], classes)
            counts[row, ENDING] = _class(codes[max(start, end - 2)], classes)
    first[len(bounds) - 1] = at


def _class(code: Any, classes: Any) -> Any:
    if code < 65536:
        return classes[code]
    return UNSPACED if 0x20000 <= code < 0x40000 else OTHER


def _scan_line(
    codes: Any,
    start: Any,
    end: Any,
    classes: Any,
    fold: Any,
    stops: Any,
    counts: Any,
    row: Any,
    words: Any,
    stop: Any,
    at: Any,
) -> Any:
    value, size, upper, digits, kind, before = BASIS, 0, 0, 0, SPACE, SPACE
    for place in range(start, end):
        code = codes[place]
        before = kind
        kind = _class(code, classes)
        counts[row, kind] += 1
        if LOWER <= kind <= DIGIT:
            if kind != DIGIT or before != DIGIT:  # numbers of any length are one word
                value = ((value ^ fold[code & 0xFFFF]) * PRIME) & MASK
            upper += (kind == UPPER) * (1 if size else 1000)
            digits += kind == DIGIT
            size += 1
            continue
        if size:
            _word(value, size, upper, digits, stops, counts, row, words, stop, at)
            at += 1
            value, size, upper, digits = BASIS, 0, 0, 0
        if kind == UNSPACED:
            words[at], stop[at] = code, 1
            counts[row, WORDS] += 1
            at += 1
        elif (before == TERMINAL and kind in (SPACE, QUOTE)) or (kind == TERMINAL and code > 127):
            counts[row, SENTENCES] += 1
        elif (code == 47 and before in (COLON, SEPARATOR)) or (code == 64 and before in (LOWER, DIGIT)):
            counts[row, LINKS] += 1
    if size:
        _word(value, size, upper, digits, stops, counts, row, words, stop, at)
        at += 1
    return at


def _word(
    value: Any, size: Any, upper: Any, digits: Any, stops: Any, counts: Any, row: Any, words: Any, stop: Any, at: Any
) -> None:
    known = stops[value & 0xFFFF]
    number = digits == size
    words[at] = value
    stop[at] = 2 if known == 2 or number else 1 if known or size < 4 else 0
    counts[row, WORDS] += 1
    counts[row, STOPS] += known == 1
    counts[row, CAPITALISED] += upper >= 1000
    counts[row, SHOUTED] += size > 1 and upper == 999 + size
    counts[row, NUMBERS] += number or known == 2
    counts[row, LONGEST] = max(counts[row, LONGEST], size)


def _topic(words: Any, stop: Any, first: Any, bounds: Any, prose: Any, seen: Any, out: Any) -> None:
    slots = len(seen) - 1
    for document in range(len(bounds) - 1):
        for slot in range(slots + 1):
            seen[slot] = 0
        for row in range(bounds[document], bounds[document + 1]):
            if prose[row]:
                for at in range(first[row], first[row + 1]):
                    seen[words[at] & slots] += 1
        for row in range(bounds[document], bounds[document + 1]):
            for at in range(first[row], first[row + 1]):
                if stop[at] == 0:
                    out[row, 0] += 1
                    out[row, 1] += seen[words[at] & slots] > prose[row]
        for slot in range(slots + 1):
            seen[slot] = 0
        for step in range(2):  # first: count how many lines begin and end with a word; then: tell each line
            for row in range(bounds[document], bounds[document + 1]):
                if first[row + 1] > first[row]:
                    opening = words[first[row]] & slots
                    ending = (words[first[row + 1] - 1] ^ 0x9E3) & slots
                    if step == 0:
                        seen[opening] += 1
                        seen[ending] += 1
                    else:
                        out[row, 2] = seen[opening]
                        out[row, 3] = seen[ending]


@cache
def _compiled() -> tuple[Any, Any]:
    import numba
    from numba.extending import register_jitable

    for helper in (_class, _word, _scan_line):
        register_jitable(helper)
    return numba.njit(cache=True, nogil=True)(_scan), numba.njit(cache=True, nogil=True)(_topic)


def scan(lines: Lines) -> Scan:
    """Count the characters and words of every line. Time is linear in the text, bounded for one line."""
    return _scan_texts(lines.text)


def again(lines: Lines, before: Lines, seen: Scan) -> Scan:
    """Return ``scan(lines)``, given that of lines ``before`` that most of them are equal to."""
    if len(lines) * 4 < len(before):  # finding them takes longer than looking again
        return scan(lines)
    rows = dict(zip(before.text, range(len(before)), strict=True))
    new = [text for text in lines.text if text not in rows]
    if new:
        rows |= zip(new, range(len(before), len(before) + len(new)), strict=True)
        seen = _joined(seen, _scan_texts(new))
    return _taken(seen, np.fromiter(map(rows.__getitem__, lines.text), dtype=np.int64, count=len(lines)))


def _joined(one: Scan, other: Scan) -> Scan:
    first = np.concatenate([one.first, other.first[1:] + one.first[-1]])
    columns = {name: np.concatenate([getattr(one, name), getattr(other, name)]) for name in Scan._fields}
    return Scan(**columns | {"first": first})


def _taken(seen: Scan, rows: NDArray[np.int64]) -> Scan:
    """Return the scan of some of the lines, in that order."""
    size = np.diff(seen.first)[rows]
    first = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum(size, out=first[1:])
    place = np.arange(first[-1]) + np.repeat(seen.first[rows] - first[:-1], size)
    return Scan(seen.counts[rows], seen.words[place], seen.stop[place], first, seen.key[rows], seen.length[rows])


def _scan_texts(texts: list[str]) -> Scan:
    length = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    seen = texts
    if length.size and int(length.max()) > HEAD + TAIL:
        seen = [line if len(line) <= HEAD + TAIL else line[:HEAD] + line[-TAIL:] for line in texts]
    bounds = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.minimum(length, HEAD + TAIL), out=bounds[1:])
    codes = np.frombuffer("".join(seen).encode("utf-32-le", "surrogatepass"), dtype="<i4")
    counts = np.zeros((len(texts), COLUMNS), dtype=np.int32)
    words = np.empty(len(codes) + 1, dtype=np.int64)
    stop = np.empty(len(codes) + 1, dtype=np.uint8)
    first = np.zeros(len(texts) + 1, dtype=np.int64)
    key = np.zeros(len(texts), dtype=np.int64)
    run(0, len(codes), codes, bounds, *tables(), counts, words, stop, first, key)
    total = int(first[-1])
    return Scan(counts, words[:total], stop[:total], first, key, length)


def run(which: int, size: int, *arrays: NDArray[Any]) -> None:
    """Run kernel ``which`` (0 the scan, 1 the topic words): compiled where ``size`` characters are worth it."""
    if size > PLAIN or _compiled.cache_info().currsize:
        _compiled()[which](*arrays)
    elif all(array.size for array in arrays[:2]):
        views = [memoryview(array) for array in arrays]  # type: ignore[arg-type]
        (_scan, _topic)[which](*views)  # views give plain Python numbers


def sentences(lines: Lines, seen: Scan) -> NDArray[np.int64]:
    """Return the rows at which something new starts; other lines go on with the sentence of the line before.

    Extractors that break lines at each link or column leave sentences in pieces.
    """
    first, last = seen.counts[1:, FIRST], seen.counts[:-1, LAST]
    ended = (last == TERMINAL) | (last == QUOTE) | (last == COLON)
    goes_on = (first == COMMA) | (first == TERMINAL) | ((first == LOWER) & ~ended) | (last == COMMA)
    new = np.ones(len(lines), dtype=bool)
    new[1:] = ~goes_on | (lines.document[1:] != lines.document[:-1])
    return np.flatnonzero(new)


def prose(lines: Lines, seen: Scan) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """Say which lines look like running text: long enough, with a sentence's end, with stop words where spaced.

    Sentences in several lines are judged as one. Returns for each line whether it is prose, and the lines and
    characters of its sentence.
    """
    if not len(lines):
        return np.zeros(0, dtype=np.uint8), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    start = sentences(lines, seen)
    end = np.r_[start[1:], len(lines)]
    words, stops, unspaced, ends = (
        np.add.reduceat(seen.counts[:, at], start) for at in (WORDS, STOPS, UNSPACED, SENTENCES)
    )
    length = np.add.reduceat(seen.length, start)
    last, ending = seen.counts[end - 1, LAST], seen.counts[end - 1, ENDING]
    spaced = words - unspaced
    sentence = (ends > 0) | (last == TERMINAL) | ((last == QUOTE) & (ending == TERMINAL)) | (length >= 200)
    long = (spaced >= 10) & (stops * 6 >= spaced) | (unspaced >= 20)
    size = end - start
    return np.repeat((sentence & long).astype(np.uint8), size), np.repeat(size, size), np.repeat(length, size)
