"""The compiled kernels of ``tokens.py``: hash, flags, digits and character offsets of each word.

The gap before a word is kept as flags: OPENS once the end of a sentence or the start of the text was in it, SPACED
while it is one space, 1 if it is anything else.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cleaner.minhash.characters import DIGIT, LOWER, STOP, UPPER
from cleaner.minhash.compiled import inlined, kernel
from cleaner.minhash.folding import (
    ALONE,
    EXPANDS,
    GAP,
    NOTHING,
    U8,
    U32,
    U64,
    decode,
    encode,
    fold_ascii,
    is_ascii,
    longest,
)
from cleaner.minhash.kernels import word_bounds, word_hashes
from cleaner.minhash.tokens import CAPITAL, CAPITALS, DIGITS, LONG, NUMBER, OPENS, SPACED

WORD = U8(1)
D = U64(DIGITS)


@inlined
def widened(gap: Any, code: Any, mark: Any) -> Any:
    """Return the flags of a gap with one more character in it."""
    if gap == U8(0) and code == U32(32):
        return U8(SPACED)
    return U8(1) | (gap & U8(OPENS)) | (U8(OPENS) if mark[code] == U8(STOP) else U8(0))


@kernel
def ascii_tokens(data: Any, start: Any, length: Any, folded: Any, mark: Any, out: Any, total: Any) -> Any:
    """Write flags, digits and offsets of the words of a folded ASCII text; return the number of words so far."""
    flags, digits, starts, ends = out
    gap, flag, value, inside = U8(9), U8(0), U64(0), False
    for at in range(length):
        code = U32(data[start + U64(at)])
        if folded[at] != U8(0):
            sort = mark[code]
            if inside:
                flag |= U8(LONG)
            else:
                starts[total] = at
                flag = U8(CAPITALS | NUMBER) | (gap & U8(OPENS | SPACED))
                flag |= U8(CAPITAL) if sort == U8(UPPER) else U8(0)
                value, inside = U64(0), True
            flag &= U8(255) if sort == U8(DIGIT) else U8(255 - NUMBER)
            flag &= U8(255 - CAPITALS) if sort == U8(LOWER) else U8(255)
            value = value * D + U64(code)
        else:
            if inside:
                flags[total], digits[total], ends[total] = flag, value, at
                total += U64(1)
                inside, gap = False, U8(0)
            gap = widened(gap, code, mark)
    if inside:
        flags[total], digits[total], ends[total] = flag, value, length
        total += U64(1)
    return total


@kernel
def unicode_tokens(data: Any, start: Any, length: Any, folded: Any, tables: Any, out: Any, total: Any) -> Any:
    """Fold a text and write flags, digits and offsets of its words.

    Returns the bytes written to ``folded``, the number of words so far, and whether the text needs normalisation.
    """
    kind, fold, order, hard, mark, pool = tables
    flags, digits, starts, ends = out
    at, end, written = U64(start), U64(start) + U64(length), U64(0)
    character, last, gap = 0, U8(0), U8(9)
    inside, needed = False, False
    flag, value, finish = U8(0), U64(0), 0
    while at < end:
        code, size = decode(data, at, end)
        at += size
        character += 1
        if code >= U32(0x80):
            needed |= hard[code] != U8(0) or (order[code] != U8(0) and order[code] < last)
            last = order[code]
        else:
            last = U8(0)
        this = U32(fold[code])
        if this == NOTHING:
            continue
        where = U64(this - EXPANDS) if this > NOTHING else U64(0)
        for piece in range(pool[where] if this > NOTHING else U32(1)):
            part = pool[where + U64(1) + U64(piece)] if this > NOTHING else this
            sort = kind[part] if part != U32(0) else GAP
            if sort != WORD and inside:
                flags[total], digits[total], ends[total] = flag, value, finish
                total += U64(1)
                folded[written] = U8(0)
                written += U64(1)
                inside, gap = False, U8(0)
            if sort == GAP:
                gap = widened(gap, code, mark)
                continue
            if inside:
                flag |= U8(LONG)
            else:
                starts[total] = character - 1
                flag = U8(CAPITALS | NUMBER) | (gap & U8(OPENS | SPACED))
                flag |= U8(CAPITAL) if mark[code] == U8(UPPER) else U8(0)
                value, inside = U64(0), True
            finish = character
            flag &= U8(255) if mark[code] == U8(DIGIT) else U8(255 - NUMBER)
            flag &= U8(255 - CAPITALS) if mark[code] == U8(LOWER) else U8(255)
            value = value * D + U64(code)
            written = encode(part, folded, written)
            if sort == ALONE:
                flags[total], digits[total], ends[total] = flag, value, finish
                total += U64(1)
                folded[written] = U8(0)
                written += U64(1)
                inside, gap = False, U8(0)
    if inside:
        flags[total], digits[total], ends[total] = flag, value, finish
        total += U64(1)
    return written, total, needed


@kernel
def token_texts(data: Any, offsets: Any, tables: Any, words: Any, out: Any, first: Any, needs: Any) -> Any:
    """Write the columns of the words of all texts on end; return how many words there are."""
    size = longest(offsets) * U64(2) + U64(64)
    folded = np.zeros(size, np.uint8)
    bounds = np.empty(size, np.uint32)
    total = U64(0)
    for text in range(offsets.shape[0] - 1):
        start, begun = U64(offsets[text]), total
        written = U64(offsets[text + 1]) - start
        if is_ascii(data, start, written):
            fold_ascii(data, start, written, folded)
            total = ascii_tokens(data, start, written, folded, tables[4], out, total)
        else:
            written, total, needs[text] = unicode_tokens(data, start, written, folded, tables, out, total)
        for place in range(U64(9)):
            folded[written + U64(place)] = U8(0)
        count = word_bounds(folded, written, bounds)
        word_hashes(folded, bounds, count, words[begun:])
        first[text + 1] = total
    return total
