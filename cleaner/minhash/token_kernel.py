"""The compiled kernel of ``tokens.py``."""

from __future__ import annotations

from typing import Any

import numpy as np

from cleaner.minhash.compiled import kernel
from cleaner.minhash.kernels import (
    ALONE,
    EXPANDS,
    GAP,
    NOTHING,
    U8,
    U32,
    U64,
    decode,
    encode,
    longest,
    word_bounds,
    word_hashes,
)


@kernel
def token_texts(
    data: Any,
    offsets: Any,
    tables: Any,
    words: Any,
    flags: Any,
    digits: Any,
    starts: Any,
    ends: Any,
    first: Any,
    needs: Any,
) -> Any:
    """Write hash, flags, digits and character offsets of each word; see ``tokens.py`` for the flags."""
    kind, fold, order, hard, mark, pool = tables
    size = longest(offsets) * U64(2) + U64(64)
    folded = np.zeros(size, np.uint8)
    bounds = np.empty(size, np.uint32)
    total = U64(0)
    one_code = np.zeros(2, np.uint32)
    for text in range(offsets.shape[0] - 1):
        at, end = U64(offsets[text]), U64(offsets[text + 1])
        written, begun = U64(0), total
        character, last, gap = 0, U8(0), U8(9)
        inside, needed, shorter = False, False, False
        while at < end:
            code, length = decode(data, at, end)
            at += length
            if code >= U32(0x80):
                needed |= hard[code] != U8(0) or (order[code] != U8(0) and order[code] < last)
            last = order[code]
            value = fold[code]
            character += 1
            if value == NOTHING:
                continue
            pieces, where = 1, U64(0)
            if value > NOTHING:
                where = U64(value - EXPANDS) + U64(1)
                pieces = int(pool[where - U64(1)])
            else:
                one_code[0] = value
            for piece in range(pieces):
                part = pool[where + U64(piece)] if value > NOTHING else one_code[0]
                sort = kind[part] if part != U32(0) else GAP
                if sort != U8(1) and inside:
                    inside, gap = False, U8(0)
                    folded[written] = U8(0)
                    written += U64(1)
                if sort == GAP:
                    stop = U8(8) if mark[code] == U8(8) else U8(0)
                    gap = U8(16) if gap == U8(0) and code == U32(32) else U8(1) | (gap & U8(8)) | stop
                    continue
                if not inside:
                    starts[total] = character - 1
                    flags[total] = U8(6) | (gap & U8(24)) | (U8(1) if mark[code] == U8(2) else U8(0))
                    digits[total] = U64(0)
                    shorter = False
                    total += U64(1)
                else:
                    shorter = True
                inside = True
                this = total - U64(1)
                ends[this] = character
                if mark[code] != U8(1):
                    flags[this] &= U8(0xFB)
                digits[this] = digits[this] * U64(1000003) + U64(code)
                if mark[code] == U8(4):
                    flags[this] &= U8(0xFD)
                if shorter:
                    flags[this] |= U8(32)
                written = encode(part, folded, written)
                if sort == ALONE:
                    inside, gap = False, U8(0)
                    folded[written] = U8(0)
                    written += U64(1)
        for place in range(U64(9)):
            folded[written + U64(place)] = U8(0)
        count = word_bounds(folded, written, bounds)
        word_hashes(folded, bounds, count, words[begun:])
        needs[text] = needed
        first[text + 1] = total
    return total
