"""A first look at the lines of headers: which can be a date, a byline, a title or a note at all.

Only what is needed for each is asked (some digits, the first letters of a label, a length), of all lines at once: no
line is missed, and few of prose are left to be read.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.kernels import run
from cleaner.lines import Lines

#: Longer lines are no header.
LONGEST, WORDS = 200, 24
#: What a line can be: a date or byline; one with numbers that a date may be; a title; a note of place or photo.
HEADER, NUMERIC, TITLE, NOTE = 1, 2, 4, 8
#: A title has so many characters and words, and neither begins nor ends with these.
SHORTEST, FEWEST, MOST = 20, 4, 30
NOT_FIRST, NOT_LAST = "([|", ".):;,…"
#: What may stand around labels and values.
JOINT = " \t ,;|/•·-–—:.*()"
#: The first letters of words for a photo.
_PHOTOS = ("ph", "im", "pi", "fo", "bi")
#: Two letters are or begin a label of so many, follow the first two of one of more, or begin a word for a photo.
_TWO, _THREE, _MORE, _NEXT, _PHOTO = 1, 2, 4, 8, 16
#: Digits, white space, what joins the numbers of a date, what stands around labels, what a name in capitals is made of,
#: and what no title begins or ends with.
_DIGIT, _SPACE, _JOIN, _LOOSE, _SHOUTED, _OPENS, _CLOSES = 1, 2, 4, 8, 16, 32, 64
#: No letter behind this one is another case of one before it.
_CASED = 0x2C00


def possible(lines: Lines, rows: NDArray[np.int64], labels: frozenset[str]) -> NDArray[np.uint8]:
    """Return for each of the rows what it can be, as bits; ``labels`` are the words that can begin a header.

    Of long lines only the beginning is looked at: any can be numeric where a shorter one of its document is.
    """
    start, document = lines.place[rows], lines.document[rows]
    size = lines.end[rows] - lines.start[rows]
    out = np.zeros(len(rows), dtype=np.uint8)
    tables = lines.codes, _classes(), _pairs(labels)
    run(look, int(size[size <= LONGEST].sum()), start, start + size, *tables, out)
    numeric = np.zeros(len(lines.texts), dtype=np.bool_)
    numeric[document[(out & NUMERIC) > 0]] = True
    out[(size > LONGEST) & numeric[document]] |= NUMERIC
    return out


def look(start: Any, end: Any, codes: Any, classes: Any, pairs: Any, out: Any) -> None:
    """Fill ``out`` with what each line can be."""
    for row in range(len(start)):
        low, high = start[row], end[row]
        bits = _beginning(low, high, codes, classes, pairs)
        if high - low > LONGEST:
            out[row] = bits & NOTE
            continue
        digits, joints, words, before = 0, 0, 1, 0
        for place in range(low, high):
            kind = classes[min(codes[place], 65535)]
            if kind == 0:  # by far the most frequent
                digits = 0
            elif kind & _DIGIT:
                digits += 1
                bits |= HEADER if digits > 3 and _is_century(codes[place - 3], codes[place - 2]) else 0
                joined = before & _JOIN and place - low > 1 and classes[min(codes[place - 2], 65535)] & _DIGIT
                joints += 1 if joined else 0
            else:
                digits = 0
                if kind & _SPACE and not before & _SPACE:
                    words += 1
                    bits |= HEADER if place - low > 4 and _is_with(codes, place) else 0
            before = kind
        bits |= HEADER | NUMERIC if joints > 1 else 0
        ends = classes[min(codes[low], 65535)] & _OPENS or classes[min(codes[high - 1], 65535)] & _CLOSES
        bits |= TITLE if FEWEST <= words <= MOST and high - low >= SHORTEST and not ends else 0
        out[row] = bits if words <= WORDS else bits & (255 - HEADER)


def _is_with(codes: Any, place: Any) -> Any:
    return codes[place - 1] == 104 and codes[place - 2] == 116 and codes[place - 4] == 119


def _is_century(first: Any, second: Any) -> Any:
    return (first == 49 and second == 57) or (first == 50 and second == 48)


def _beginning(low: Any, high: Any, codes: Any, classes: Any, pairs: Any) -> Any:
    """Say whether a line begins as a label, a photo's credit, or a place and (with a bracket) an agency do."""
    first = low
    while first + 1 < high and classes[min(codes[first], 65535)] & _LOOSE:
        first += 1
    known = _pair(codes, first, high, pairs)
    bits = HEADER if known & _TWO and _is_apart(codes, first + 2, high) else 0
    bits |= HEADER if known & _THREE and _is_apart(codes, first + 3, high) else 0
    bits |= HEADER if known & _MORE and _pair(codes, first + 2, high, pairs) & _NEXT else 0
    bracket = codes[low] == 40 or codes[low] == 91
    bits |= NOTE if _pair(codes, low + 1 if bracket else low, high, pairs) & _PHOTO else 0
    if 65 <= codes[low] <= 90 and low + 1 < high and classes[min(codes[low + 1], 65535)] & _SHOUTED:
        for place in range(low + 1, min(high, low + 80)):
            bits |= NOTE if codes[place] == 40 else 0
    return bits


def _pair(codes: Any, at: Any, high: Any, pairs: Any) -> Any:
    return pairs[(codes[at] * 31 + codes[at + 1]) & 65535] if at + 1 < high else 0


def _is_apart(codes: Any, at: Any, high: Any) -> Any:
    """Say whether no letter or digit of ASCII stands at a place: a label is a word of its own."""
    return at >= high or not (48 <= codes[at] <= 57 or 65 <= codes[at] & 95 <= 90)


#: What the kernel calls.
HELPERS = (_is_with, _is_century, _pair, _is_apart, _beginning)


@cache
def _classes() -> NDArray[np.uint8]:
    """Return the classes of every code point below 65,536; all later ones may be digits."""
    table = np.zeros(65536, dtype=np.uint8)
    table[[at for at in range(65535) if chr(at).isdecimal()] + [65535]] = _DIGIT
    table[[at for at in range(0x3002) if chr(at).isspace()]] = _SPACE
    table[[ord(sign) for sign in "./-"]] = _JOIN
    table[[ord(sign) for sign in JOINT]] |= _LOOSE
    table[[*range(ord("A"), ord("Z") + 1), *map(ord, ".'’ -")]] |= _SHOUTED
    table[[*map(ord, NOT_FIRST)]] |= _OPENS
    table[[*map(ord, NOT_LAST)]] |= _CLOSES
    return table


@cache
def _pairs(labels: frozenset[str]) -> NDArray[np.uint8]:
    """Return by a hash of two code points what can begin (or go on) with them, in any case."""
    pairs = np.zeros(65536, dtype=np.uint8)
    plain = {word.rstrip(":") for word in labels}
    bits = [(word[:2], {2: _TWO, 3: _THREE}.get(len(word), _MORE)) for word in plain]
    bits += [(word[2:4], _NEXT) for word in plain if len(word) > 3]
    for letters, bit in {*bits, *((word, _PHOTO) for word in _PHOTOS)}:
        one, other = np.meshgrid(_any_case(letters[0]), _any_case(letters[1]))
        pairs[(one * 31 + other) & 65535] |= bit
    return pairs


@cache
def _any_case(letter: str) -> list[int]:
    """Return the code points that a regular expression takes for a letter when case makes no difference."""
    return [ord(one) for one in {letter, *re.findall(re.escape(letter), _cased(), re.IGNORECASE)}]


@cache
def _cased() -> str:
    signs = map(chr, range(_CASED))
    return "".join(sign for sign in signs if sign.lower() != sign or sign.upper() != sign)
