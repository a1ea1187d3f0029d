"""Compiled folding: UTF-8 text to its words between zero bytes, in a scratch array of the caller."""

from __future__ import annotations

from typing import Any

import numpy as np

from cleaner.minhash.characters import ALONE as ALONE_
from cleaner.minhash.characters import EXPANDS as EXPANDS_
from cleaner.minhash.characters import GAP as GAP_
from cleaner.minhash.characters import IGNORED as IGNORED_
from cleaner.minhash.characters import NOTHING as NOTHING_
from cleaner.minhash.compiled import inlined, kernel

U8, U32, U64 = np.uint8, np.uint32, np.uint64
EXPANDS, NOTHING = U32(EXPANDS_), U32(NOTHING_)
#: The upper bit of each of eight bytes: zero in all of them means ASCII.
HIGH, EIGHT = U64(0x8080808080808080), U64(8)
GAP, ALONE, IGNORED = U8(GAP_), U8(ALONE_), U8(IGNORED_)


@inlined
def load64(data: Any, at: Any) -> Any:
    """Read eight bytes, little-endian, as LLVM knows to do in one instruction."""
    return (
        U64(data[at])
        | (U64(data[at + U64(1)]) << U64(8))
        | (U64(data[at + U64(2)]) << U64(16))
        | (U64(data[at + U64(3)]) << U64(24))
        | (U64(data[at + U64(4)]) << U64(32))
        | (U64(data[at + U64(5)]) << U64(40))
        | (U64(data[at + U64(6)]) << U64(48))
        | (U64(data[at + U64(7)]) << U64(56))
    )


@kernel
def is_ascii(data: Any, start: Any, length: Any) -> Any:
    """Say whether no byte is above 127, without stopping early (the loop is vectorised)."""
    high = U8(0)
    for at in range(length):
        high |= data[start + U64(at)]
    return high < U8(128)


@kernel
def fold_ascii(data: Any, start: Any, length: Any, folded: Any) -> None:
    """Write each byte of an ASCII text in lower case, or 0 where it is no letter, digit or underscore."""
    for at in range(length):
        byte = data[start + U64(at)]
        lower = U8(byte + U8(32)) if U8(byte - U8(65)) < U8(26) else byte
        word = (U8(lower - U8(97)) < U8(26)) or (U8(byte - U8(48)) < U8(10)) or byte == U8(95)
        folded[at] = lower if word else U8(0)


@inlined
def decode(data: Any, at: Any, end: Any) -> Any:
    """Return the code point at ``at`` and its length in bytes; a byte that is no UTF-8 counts as a gap."""
    lead = U32(data[at])
    code, length = U32(0), U64(1)
    if lead < U32(0x80):
        code = lead
    elif lead >= U32(0xC2) and lead < U32(0xE0) and at + U64(1) < end:
        code = ((lead & U32(31)) << U32(6)) | (U32(data[at + U64(1)]) & U32(63))
        length = U64(2)
    elif lead >= U32(0xE0) and lead < U32(0xF0) and at + U64(2) < end:
        code = (
            ((lead & U32(15)) << U32(12))
            | ((U32(data[at + U64(1)]) & U32(63)) << U32(6))
            | (U32(data[at + U64(2)]) & U32(63))
        )
        length = U64(3)
    elif lead >= U32(0xF0) and lead < U32(0xF5) and at + U64(3) < end:
        code = (
            ((lead & U32(7)) << U32(18))
            | ((U32(data[at + U64(1)]) & U32(63)) << U32(12))
            | ((U32(data[at + U64(2)]) & U32(63)) << U32(6))
            | (U32(data[at + U64(3)]) & U32(63))
        )
        length = U64(4)
        if code >= U32(0x110000):
            code = U32(0)
    return code, length


@inlined
def encode(code: Any, out: Any, at: Any) -> Any:
    """Write one code point as UTF-8; return where the next one goes."""
    if code < U32(0x80):
        out[at] = U8(code)
        return at + U64(1)
    if code < U32(0x800):
        out[at] = U8(U32(0xC0) | (code >> U32(6)))
        out[at + U64(1)] = U8(U32(0x80) | (code & U32(63)))
        return at + U64(2)
    if code < U32(0x10000):
        out[at] = U8(U32(0xE0) | (code >> U32(12)))
        out[at + U64(1)] = U8(U32(0x80) | ((code >> U32(6)) & U32(63)))
        out[at + U64(2)] = U8(U32(0x80) | (code & U32(63)))
        return at + U64(3)
    out[at] = U8(U32(0xF0) | (code >> U32(18)))
    out[at + U64(1)] = U8(U32(0x80) | ((code >> U32(12)) & U32(63)))
    out[at + U64(2)] = U8(U32(0x80) | ((code >> U32(6)) & U32(63)))
    out[at + U64(3)] = U8(U32(0x80) | (code & U32(63)))
    return at + U64(4)


@kernel
def put(code: Any, kind: Any, out: Any, at: Any) -> Any:
    """Write one folded code point, a lone character between zero bytes."""
    if kind[code] == GAP:
        out[at] = U8(0)
        return at + U64(1)
    if kind[code] != ALONE:
        return encode(code, out, at)
    if at > U64(0) and out[at - U64(1)] != U8(0):
        out[at] = U8(0)
        at += U64(1)
    at = encode(code, out, at)
    out[at] = U8(0)
    return at + U64(1)


@kernel
def fold_unicode(
    data: Any, start: Any, length: Any, kind: Any, fold: Any, order: Any, hard: Any, pool: Any, out: Any
) -> Any:
    """Fold UTF-8 text character by character.

    Returns the bytes written, and whether only the normalisation of the whole text is right: a character
    composes with its neighbour, or marks are out of canonical order (Unicode annex 15, quick check).
    """
    at, end, written = U64(start), U64(start) + U64(length), U64(0)
    last = U8(0)
    needs = False
    while at < end:
        if at + EIGHT <= end and load64(data, at) & HIGH == U64(0):
            fold_ascii(data, at, EIGHT, out[written:])
            at += EIGHT
            written += EIGHT
            last = U8(0)
            continue
        code, size = decode(data, at, end)
        at += size
        value = fold[code]
        if code >= U32(0x80):
            this = order[code]
            if hard[code] != U8(0) or (this != U8(0) and this < last):
                needs = True
            last = this
        else:
            last = U8(0)
        if value == U32(0):
            out[written] = U8(0)
            written += U64(1)
        elif value < U32(0x80):
            out[written] = U8(value)
            written += U64(1)
        elif value == NOTHING:
            pass
        elif value < EXPANDS:
            written = put(value, kind, out, written)
        else:
            where = U64(value - EXPANDS)
            for one in range(pool[where]):
                written = put(pool[where + U64(1) + U64(one)], kind, out, written)
    return written, needs


@kernel
def fold_folded(data: Any, start: Any, length: Any, kind: Any, out: Any) -> Any:
    """Like ``fold_unicode``, for a text that is folded already."""
    at, end, written = U64(start), U64(start) + U64(length), U64(0)
    while at < end:
        code, size = decode(data, at, end)
        at += size
        if kind[code] != IGNORED:
            written = put(code, kind, out, written)
    return written


@kernel
def fold_text(data: Any, start: Any, length: Any, tables: Any, normal: Any, folded: Any) -> Any:
    """Fold one text; return the bytes written (zero bytes follow) and whether it needs normalisation."""
    kind, fold, order, hard, _, pool = tables
    needs = False
    if is_ascii(data, start, length):
        fold_ascii(data, start, length, folded)
        written = U64(length)
    elif normal:
        written = fold_folded(data, start, length, kind, folded)
    else:
        written, needs = fold_unicode(data, start, length, kind, fold, order, hard, pool, folded)
    for at in range(U64(9)):
        folded[written + U64(at)] = U8(0)
    return written, needs


@inlined
def longest(offsets: Any) -> Any:
    """Return the length in bytes of the longest text."""
    most = U64(0)
    for text in range(offsets.shape[0] - 1):
        most = max(most, U64(offsets[text + 1] - offsets[text]))
    return most
