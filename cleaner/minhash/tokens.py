"""The words of texts with what exact comparison needs: hash, kind, and where they stand.

Words and their hashes are those of the shingles. A word is a numeral if it is all digits, and a name if it
starts with a capital that the start of a sentence does not explain. Scripts without capitals have no names.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.minhash.characters import DIGIT, IGNORED, LOWER, STOP, UPPER, characters, folded
from cleaner.minhash.shingles import Backend, decoded, text_buffers, use_numba, word_hashes, word_runs

#: Values of ``Tokens.kind``.
PLAIN, NUMERAL, NAME = 0, 1, 2
#: Multiplier of the hash of digits.
DIGITS = 1_000_003
#: Flags of a word: starts with a capital; no small letter; all digits; after the end of a sentence or at
#: the start of the text; one space before it; more than one character.
CAPITAL, CAPITALS, NUMBER, OPENS, SPACED, LONG = 1, 2, 4, 8, 16, 32


class Tokens(NamedTuple):
    """The words of a batch of texts; those of text ``t`` are rows ``first[t]`` to ``first[t + 1]``.

    Attributes:
        words: 64-bit hashes; shape (tokens,).
        kind: PLAIN, NUMERAL or NAME; shape (tokens,).
        digits: of a numeral, a hash of its digits, else 0; shape (tokens,).
        start: character offsets in the text; shape (tokens,).
        end: exclusive; shape (tokens,).
        first: shape (texts + 1,).
    """

    words: NDArray[np.uint64]
    kind: NDArray[np.uint8]
    digits: NDArray[np.uint64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    first: NDArray[np.int64]


def tokens(texts: pa.Array, backend: Backend = "auto") -> Tokens:
    """Return the words of each text of an Arrow string array; see ``shingle_hashes`` for the arguments."""
    data, offsets = text_buffers(texts)
    if not use_numba(backend, len(data)):
        return _finish(*_plain(decoded(data, offsets)))
    from cleaner.minhash.token_kernel import token_texts

    size = len(data) + len(offsets)  # no text has more words than bytes; what is not written costs no memory
    words, digits = np.empty(size, np.uint64), np.empty(size, np.uint64)
    flags, start, end = np.empty(size, np.uint8), np.empty(size, np.int64), np.empty(size, np.int64)
    first = np.zeros(len(offsets), np.int64)
    needs = np.zeros(len(offsets) - 1, np.bool_)
    total = int(token_texts(data, offsets, tuple(characters()), words, (flags, digits, start, end), first, needs))
    found = (words[:total], flags[:total], digits[:total], start[:total], end[:total], first)
    return _finish(*(_with_hard(data, offsets, needs, found) if needs.any() else found))


Number = TypeVar("Number", np.uint8, np.uint64, np.int64)
Columns = tuple[
    NDArray[np.uint64],
    NDArray[np.uint8],
    NDArray[np.uint64],
    NDArray[np.int64],
    NDArray[np.int64],
    NDArray[np.int64],
]


def _with_hard(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], needs: NDArray[np.bool_], found: Columns
) -> Columns:
    """Put the words of texts that the kernel cannot fold in their places."""
    again = np.flatnonzero(needs)
    other = _plain([decoded(data, offsets[one : one + 2])[0] for one in again.tolist()])
    count = np.diff(found[5])
    count[again] = np.diff(other[5])
    hard = np.repeat(needs, count)
    kept = np.repeat(~needs, np.diff(found[5]))

    def joined(ours: NDArray[Number], theirs: NDArray[Number]) -> NDArray[Number]:
        column = np.empty(len(hard), dtype=ours.dtype)
        column[~hard], column[hard] = ours[kept], theirs
        return column

    words, flags, digits = joined(found[0], other[0]), joined(found[1], other[1]), joined(found[2], other[2])
    first = np.concatenate(([0], np.cumsum(count)))
    return words, flags, digits, joined(found[3], other[3]), joined(found[4], other[4]), first


def _finish(
    words: NDArray[np.uint64],
    flags: NDArray[np.uint8],
    digits: NDArray[np.uint64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    first: NDArray[np.int64],
) -> Tokens:
    """Decide what is a numeral and what a name."""
    numeral = (flags & NUMBER) != 0
    capital = (flags & CAPITAL) != 0
    leads = np.zeros(len(flags), dtype=bool)  # a capital follows after one space
    leads[:-1] = capital[1:] & ((flags[1:] & SPACED) != 0)
    initials = ((flags & CAPITALS) != 0) & ((flags & LONG) != 0)
    name = capital & (((flags & OPENS) == 0) | leads | initials)
    kind = np.where(numeral, np.uint8(NUMERAL), name * np.uint8(NAME))
    np.multiply(digits, numeral, out=digits)
    return Tokens(words, kind, digits, start, end, first)


def _folded_with_origin(text: str) -> tuple[str, list[int], list[int]]:
    """Return the folded text and, of each character in it, the first and last one that it came from."""
    if text.isascii():
        places = list(range(len(text)))
        return text.lower(), places, places
    tables = characters()
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    order = tables.order[codes]
    hard = tables.hard[codes] != 0
    if not hard.any() and not ((order[1:] != 0) & (order[1:] < order[:-1])).any():
        hard, order = np.zeros(len(text), dtype=bool), np.zeros(len(text), dtype=np.uint8)
    joins = hard | (order != 0)
    bounds = [0, *(np.flatnonzero(~joins[1:]) + 1).tolist(), len(text)]
    pieces, first, last = [], [], []
    for start, end in itertools.pairwise(bounds):
        piece = folded(text[start:end])
        pieces.append(piece)
        first += [start] * len(piece)
        last += [end - 1] * len(piece)
    return "".join(pieces), first, last


def _plain(texts: list[str]) -> Columns:
    """Return the columns in Python and NumPy: the definition, for small inputs and hard texts."""
    columns: list[list[int]] = [[], [], [], []]
    words, counts = [np.zeros(0, dtype=np.uint64)], [0]
    for text in texts:
        line, first, last = _folded_with_origin(text)
        codes = np.frombuffer(line.encode("utf-32-le"), dtype=np.uint32)
        solid = np.flatnonzero(characters().kind[codes] != IGNORED)
        codes = codes[solid]
        start, end = word_runs(codes, np.zeros(len(codes), dtype=np.int64))
        words.append(word_hashes(codes, start, end))
        counts.append(len(start))
        starts = [first[place] for place in solid[start].tolist()]
        ends = [last[place] + 1 for place in solid[end - 1].tolist()]
        for column, values in zip(columns, _flags(text, starts, ends), strict=True):
            column += values
    flags, digits, first_, last_ = columns
    return (
        np.concatenate(words),
        np.array(flags, dtype=np.uint8),
        np.array(digits, dtype=np.uint64),
        np.array(first_, dtype=np.int64),
        np.array(last_, dtype=np.int64),
        np.cumsum(counts),
    )


def _flags(text: str, starts: list[int], ends: list[int]) -> tuple[list[int], list[int], list[int], list[int]]:
    """Return flags and digits of each word, and its offsets."""
    tables = characters()
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    marks, ignored = tables.mark[codes].tolist(), (tables.kind[codes] == IGNORED).tolist()
    flags: list[int] = []
    digits: list[int] = []
    before = 0
    for start, end in zip(starts, ends, strict=True):
        inside = [place for place in range(start, end) if not ignored[place]]
        here = {marks[place] for place in inside}
        gap = [marks[place] for place in range(before, start) if not ignored[place]]
        flag = CAPITAL if marks[start] == UPPER else 0
        flag |= 0 if LOWER in here else CAPITALS
        flag |= NUMBER if here == {DIGIT} else 0
        flag |= OPENS if STOP in gap or not flags else 0
        flag |= SPACED if len(gap) == 1 and text[start - 1] == " " and flags else 0
        flag |= LONG if len(inside) > 1 else 0
        value = 0
        for place in inside:
            value = (value * DIGITS + ord(text[place])) & 0xFFFFFFFFFFFFFFFF
        flags.append(flag)
        digits.append(value)
        before = end
    return flags, digits, starts, ends
