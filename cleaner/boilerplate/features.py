"""What the line model sees of a line: its characters, its words, and the lines around it.

Everything is counted in whole numbers by one scan over the characters; the shares, the neighbours and the
positions are array arithmetic on those counts, so that the compiled and the plain path give the same bits.
No feature needs to know the language; the stop words of many languages are one set.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

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
_STOPS = """
the a an of to and in that is was for on with as by at from it he his she her they their be are were has have had
but not this which who will would been its or said you we i our your can about more after than when there if one
der die das und in den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass
sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch
le la les de des du et à un une en que qui dans pour par sur au plus pas ne se ce il elle sont avec est ont été mais
aux cette ces comme ou son sa ses leur nous vous el los las y del se por con no una su para al lo como más pero sus
ha o este sí porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo durante o os e do da
dos das em um uma não com na no nas nos ao pelo pela mas foi são mais il lo gli di che è per con non una sono dei
della delle nel nella alla ma anche più come si het een van en is dat op te zijn met voor niet aan er om ook door
maar bij uit dan naar i w z na do nie się że jest to o jak od po co ale przez za są był było tym и в не на что с он
как это по к но за из у от о же для бы его их а то при или так и да се са на је у ο η το και να του της με για από
στο στη των τον την οι τα σε που θα δεν είναι στην في من على إلى أن التي الذي عن مع هذا هذه كان لا ما قد بين بعد
och att det som på är av för med den till inte om ett han var från men og til ikke er har ve bir bu için ile da de
"""


class Scan(NamedTuple):
    """The counts of a batch: one row a line, and the words of all lines one after the other.

    Attributes:
        counts: int32, shape (lines, COLUMNS): characters by class, then ``WORDS`` to ``LINKS``.
        words: int64 hashes of the case-folded words, digits as one; ``first[i]:first[i + 1]`` are line i's.
        stop: for each word whether it is a stop word or has fewer than four letters.
        first: int64, shape (lines + 1,).
        length: characters of each line, long ones in full; int64.

    """

    counts: NDArray[np.int32]
    words: NDArray[np.int64]
    stop: NDArray[np.uint8]
    first: NDArray[np.int64]
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
    stops[[hash_word(word) & 0xFFFF for word in _STOPS.split()]] = 1
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
) -> None:
    at = 0
    for row in range(len(bounds) - 1):
        first[row] = at
        at = _scan_line(
            codes, bounds[row], bounds[row + 1], classes, fold, stops, counts, row, words, stop, at
        )
    first[len(bounds) - 1] = at


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
    for place in range(start, end + 1):
        code = codes[place] if place < end else 32
        before = kind
        kind = classes[code] if code < 65536 else (UNSPACED if 0x20000 <= code < 0x40000 else OTHER)
        if kind in (LOWER, UPPER, CASELESS, DIGIT):
            value = ((value ^ fold[code]) * PRIME) & MASK
            upper += (kind == UPPER) * (1 if size else 1000)
            digits += kind == DIGIT
            size += 1
        elif size:
            _word(value, size, upper, digits, stops, counts, row, words, stop, at)
            at += 1
            value, size, upper, digits = BASIS, 0, 0, 0
        if kind == UNSPACED:
            words[at], stop[at] = code, 1
            counts[row, WORDS] += 1
            at += 1
        if place == end:
            break
        counts[row, kind] += 1
        if (before == TERMINAL and kind in (SPACE, QUOTE)) or (kind == TERMINAL and code > 127):
            counts[row, SENTENCES] += 1
        if (code == 47 and before in (COLON, SEPARATOR)) or (
            code == 64 and size == 0 and before in (LOWER, DIGIT)
        ):
            counts[row, LINKS] += 1
    if end > start:
        first, last = codes[start], codes[end - 1]
        counts[row, FIRST] = classes[first] if first < 65536 else OTHER
        counts[row, LAST] = classes[last] if last < 65536 else OTHER
        back = codes[end - 2] if end - start > 1 else 32
        counts[row, ENDING] = classes[back] if back < 65536 else OTHER
    return at


def _word(
    value: Any,
    size: Any,
    upper: Any,
    digits: Any,
    stops: Any,
    counts: Any,
    row: Any,
    words: Any,
    stop: Any,
    at: Any,
) -> None:
    known = stops[value & 0xFFFF]
    words[at] = value
    stop[at] = 1 if known or size < 4 else 0
    counts[row, WORDS] += 1
    counts[row, STOPS] += known
    counts[row, CAPITALISED] += upper >= 1000
    counts[row, SHOUTED] += size > 1 and upper == 999 + size
    counts[row, NUMBERS] += digits == size
    counts[row, LONGEST] = max(counts[row, LONGEST], size)


def _topic(words: Any, stop: Any, first: Any, bounds: Any, prose: Any, seen: Any, out: Any) -> None:
    for document in range(len(bounds) - 1):
        for slot in range(len(seen)):
            seen[slot] = 0
        for row in range(bounds[document], bounds[document + 1]):
            if prose[row]:
                for at in range(first[row], first[row + 1]):
                    seen[words[at] & (len(seen) - 1)] += 1
        for row in range(bounds[document], bounds[document + 1]):
            for at in range(first[row], first[row + 1]):
                if not stop[at]:
                    out[row, 0] += 1
                    out[row, 1] += seen[words[at] & (len(seen) - 1)] > prose[row]


@cache
def _compiled() -> tuple[Any, Any]:
    import numba
    from numba.extending import register_jitable

    for helper in (_word, _scan_line):
        register_jitable(helper)
    return numba.njit(cache=True, nogil=True)(_scan), numba.njit(cache=True, nogil=True)(_topic)


def scan(lines: Lines) -> Scan:
    """Count the characters and words of every line. Time is linear in the text, bounded for one line."""
    length = np.fromiter(map(len, lines.text), dtype=np.int64, count=len(lines))
    seen = lines.text
    if length.size and int(length.max()) > HEAD + TAIL:
        seen = [line if len(line) <= HEAD + TAIL else line[:HEAD] + line[-TAIL:] for line in lines.text]
    bounds = np.zeros(len(lines) + 1, dtype=np.int64)
    np.cumsum(np.minimum(length, HEAD + TAIL), out=bounds[1:])
    codes = np.frombuffer("".join(seen).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int32)
    counts = np.zeros((len(lines), COLUMNS), dtype=np.int32)
    words = np.empty(len(codes) + 1, dtype=np.int64)
    stop = np.empty(len(codes) + 1, dtype=np.uint8)
    first = np.zeros(len(lines) + 1, dtype=np.int64)
    run(0, len(codes), codes, bounds, *tables(), counts, words, stop, first)
    total = int(first[-1])
    return Scan(counts, words[:total], stop[:total], first, length)


def run(which: int, size: int, *arrays: NDArray[Any]) -> None:
    """Run kernel ``which`` (0 the scan, 1 the topic words): compiled where ``size`` characters are worth it."""
    if size > PLAIN:
        _compiled()[which](*arrays)
    elif all(array.size for array in arrays[:2]):
        (_scan, _topic)[which](*(memoryview(array) for array in arrays))  # views give plain Python numbers


_BASE = [
    "length",
    "words",
    "word_length",
    "upper",
    "capitalised",
    "shouted",
    "digits",
    "numbers",
    "stops",
    "longest",
    "sentences",
    "terminal",
    "comma",
    "colon",
    "quote",
    "dash",
    "separator",
    "markup",
    "bracket",
    "sign",
    "links",
    "first",
    "last",
    "ending",
    "unspaced",
    "gap_before",
    "gap_after",
    "score",
]
_NEAR = ("length", "score", "prose", "capitalised", "stops", "last", "numbers")
_PLACE = [
    "prose",
    "index",
    "from_end",
    "lines",
    "share_before",
    "share_after",
    "prose_share",
    "prose_lines",
    "mean_length",
    "copies",
    "copy",
    "topic_words",
    "topic",
    "prose_back",
    "prose_ahead",
    "prose_before",
    "prose_after",
    "near_4",
    "near_10",
    "run_lines",
    "run_place",
    "run_length",
    "run_score",
    "score_4",
    "document_score",
]
STEPS = (-3, -2, -1, 1, 2, 3)
#: The names of the rows of what ``extract`` returns.
NAMES = (*_BASE, *_PLACE, *(f"{name}{step:+d}" for step in STEPS for name in _NEAR))


def extract(lines: Lines, seen: Scan, score: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return the features, one row a feature (``NAMES``), one column a line: float32, shape (features, lines).

    Args:
        lines: the batch.
        seen: its ``scan``.
        score: the lexical score of each line, shape (lines,).

    """
    out = np.zeros((len(NAMES), len(lines)), dtype=np.float32)
    if not len(lines):
        return out
    _base(out, lines, seen, score)
    _place(out, lines, seen)
    at = len(_BASE) + len(_PLACE)
    for step in STEPS:
        for name in _NEAR:
            out[at] = shift(out[NAMES.index(name)], lines, step)
            at += 1
    return out


def shift(column: NDArray[Any], lines: Lines, step: int) -> NDArray[Any]:
    """Return for each line the value of the line ``step`` further on in its document, -1 where there is none."""
    out = np.full(len(column), -1, dtype=column.dtype)
    if abs(step) < len(column):
        here, there = (
            (slice(None, -step), slice(step, None)) if step > 0 else (slice(-step, None), slice(None, step))
        )
        out[here] = np.where(lines.document[here] == lines.document[there], column[there], -1)
    return out


def window(column: NDArray[Any], lines: Lines, reach: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the sum over the lines at most ``reach`` away in the document, and their number; float64."""
    total = np.zeros(len(column) + 1)
    np.cumsum(column, out=total[1:])
    row = np.arange(len(column))
    low = np.maximum(row - reach, lines.first[:-1][lines.document])
    high = np.minimum(row + reach + 1, lines.first[1:][lines.document])
    return total[high] - total[low], high - low


def _base(out: NDArray[np.float32], lines: Lines, seen: Scan, score: NDArray[np.int32]) -> None:
    count = seen.counts.T.astype(np.float32)
    words = np.maximum(count[WORDS], 1)
    size = np.maximum(np.minimum(seen.length, HEAD + TAIL), 1).astype(np.float32)
    letters = count[LOWER] + count[UPPER] + count[CASELESS]
    gap = np.ones(len(lines) + 1, dtype=np.float32)
    gap[1:-1] = np.where(
        lines.document[1:] == lines.document[:-1], np.minimum(lines.start[1:] - lines.end[:-1], 99), 0
    )
    gap[0] = gap[-1] = 0
    columns = (
        np.minimum(seen.length, 1 << 20), count[WORDS], letters / words, count[UPPER] / np.maximum(letters, 1),
        count[CAPITALISED] / words, count[SHOUTED] / words, count[DIGIT] / size, count[NUMBERS] / words,
        count[STOPS] / words, count[LONGEST], count[SENTENCES], count[TERMINAL] / words, count[COMMA] / words,
        count[COLON], count[QUOTE], count[DASH] / words, count[SEPARATOR], count[MARKUP], count[BRACKET],
        count[SIGN], count[LINKS], count[FIRST], count[LAST], count[ENDING], count[UNSPACED] / size,
        gap[:-1], gap[1:], score,
    )  # fmt: skip
    for row, column in enumerate(columns):
        out[row] = column


def prose(seen: Scan) -> NDArray[np.uint8]:
    """Say which lines look like running text: long enough, with a sentence's end, with stop words where spaced."""
    count = seen.counts
    spaced = count[:, WORDS] - count[:, UNSPACED]
    sentence = (
        (count[:, SENTENCES] > 0)
        | (count[:, LAST] == TERMINAL)
        | ((count[:, LAST] == QUOTE) & (count[:, ENDING] == TERMINAL))
    )
    long = (spaced >= 10) & (count[:, STOPS] * 6 >= spaced) | (count[:, UNSPACED] >= 20)
    return (long & (sentence | (seen.length >= 200))).astype(np.uint8)


def _place(out: NDArray[np.float32], lines: Lines, seen: Scan) -> None:
    is_prose = prose(seen)
    low, high = lines.first[:-1][lines.document], lines.first[1:][lines.document]
    row = np.arange(len(lines))
    size = np.minimum(seen.length, HEAD + TAIL)
    characters, prose_characters = _running(size, low, high), _running(size * is_prose, low, high)
    copies, copy = _copies(lines)
    topic = _topics(lines, seen, is_prose)
    back = row - np.maximum.accumulate(np.where(is_prose, row, -1))
    ahead = np.minimum.accumulate(np.where(is_prose, row, len(lines) << 1)[::-1])[::-1] - row
    run_lines, run_place, run_length, run_score = _runs(is_prose, lines, size, out[_BASE.index("score")])
    total = np.maximum(characters[2], 1)
    scores = out[_BASE.index("score")]
    lines_in = np.maximum(high - low, 1)
    columns = (
        is_prose, np.minimum(row - low, 999), np.minimum(high - row - 1, 999), np.minimum(lines_in, 9999),
        characters[0] / total, characters[1] / total, prose_characters[2] / total,
        np.minimum(_running(is_prose, low, high)[2], 999), total / lines_in, copies, copy, topic[:, 0],
        topic[:, 1] / np.maximum(topic[:, 0], 1), np.where(row - back < low, 99, np.minimum(back, 98)),
        np.where(row + ahead >= high, 99, np.minimum(ahead, 98)),
        prose_characters[0] / np.maximum(prose_characters[2], 1), prose_characters[1] / np.maximum(prose_characters[2], 1),
        window(is_prose, lines, 4)[0], window(is_prose, lines, 10)[0], run_lines, run_place, run_length, run_score,
        np.divide(*window(scores, lines, 4)), _running(scores, low, high)[2] / lines_in,
    )  # fmt: skip
    for at, column in enumerate(columns, len(_BASE)):
        out[at] = column


def _running(
    column: NDArray[Any], low: NDArray[np.int64], high: NDArray[np.int64]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Sums of the column over the lines before and after each line in its document, and over all of it."""
    total = np.zeros(len(column) + 1)
    np.cumsum(column, out=total[1:])
    return total[:-1] - total[low], total[high] - total[1:], total[high] - total[low]


def _copies(lines: Lines) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How often each line stands in its document (at most 99), and how many of them come before it."""
    names: dict[str, int] = {}
    key = np.fromiter(
        (names.setdefault(line, len(names)) for line in lines.text), dtype=np.int64, count=len(lines)
    )
    key = lines.document.astype(np.int64) * (len(names) + 1) + key
    order = np.argsort(key, kind="stable")
    start = np.flatnonzero(np.r_[True, key[order][1:] != key[order][:-1]])
    size = np.diff(np.r_[start, len(key)])
    copies, copy = np.empty(len(key), dtype=np.int64), np.empty(len(key), dtype=np.int64)
    copies[order] = np.minimum(np.repeat(size, size), 99)
    copy[order] = np.minimum(np.arange(len(key)) - np.repeat(start, size), 99)
    return copies, copy


def _topics(lines: Lines, seen: Scan, is_prose: NDArray[np.uint8]) -> NDArray[np.int32]:
    """For each line the number of its longer words, and of those that other prose of the document has too."""
    out = np.zeros((len(lines), 2), dtype=np.int32)
    slots = np.zeros(4096, dtype=np.int32)
    size = PLAIN + 1 if len(seen.words) > PLAIN // 6 else 0
    run(1, size, seen.words, seen.stop, seen.first, lines.first, is_prose, slots, out)
    return out


def _runs(
    is_prose: NDArray[np.uint8], lines: Lines, size: NDArray[np.int64], score: NDArray[np.float32]
) -> tuple[NDArray[Any], ...]:
    """Of the run of lines (all prose or all not) around each line: lines, place in it, mean length, mean score."""
    new = np.ones(len(lines), dtype=bool)
    new[1:] = (is_prose[1:] != is_prose[:-1]) | (lines.document[1:] != lines.document[:-1])
    start = np.flatnonzero(new)
    count = np.diff(np.r_[start, len(lines)])
    mean = [
        np.repeat(np.add.reduceat(column.astype(np.float64), start) / count, count)
        for column in (size, score)
    ]
    place = np.arange(len(lines)) - np.repeat(start, count)
    return np.minimum(np.repeat(count, count), 999), np.minimum(place, 999), mean[0], mean[1]
