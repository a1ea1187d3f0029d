"""Compiled kernels: UTF-8 text → words → shingle hashes → signatures.

A text is folded into a scratch array in which words stand between zero bytes. All loops are over bytes
and arrays that the caller owns; nothing is allocated per passage but by its length.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cleaner.minhash.compiled import inlined, kernel
from cleaner.minhash.shingles import MULTIPLIER_1, MULTIPLIER_2, POLYNOMIAL, SHINGLE

U8, U32, U64 = np.uint8, np.uint32, np.uint64
M1, M2, P = MULTIPLIER_1, MULTIPLIER_2, POLYNOMIAL
ONE, EIGHT, SHINGLE_ = U64(1), U64(8), U64(SHINGLE)
EXPANDS, NOTHING = U32(0x200000), U32(0x1FFFFF)
GAP, ALONE = U8(0), U8(2)
ALL = U64(0xFFFFFFFFFFFFFFFF)


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


@inlined
def fmix32(value: Any) -> Any:
    """Finish a 32-bit hash as MurmurHash3 does (Austin Appleby, public domain)."""
    h = U32(value)
    h = U32(h ^ (h >> U32(16)))
    h = U32(h * U32(0x85EBCA6B))
    h = U32(h ^ (h >> U32(13)))
    h = U32(h * U32(0xC2B2AE35))
    return U32(h ^ (h >> U32(16)))


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
        if kind[code] != U8(3):
            written = put(code, kind, out, written)
    return written


@kernel
def word_bounds(folded: Any, length: Any, bounds: Any) -> Any:
    """Write where words start and end, in turn; return the number of words. ``folded[length]`` must be 0."""
    count = U64(0)
    before = False
    for at in range(length + U64(1)):
        now = folded[at] != U8(0)
        bounds[count] = U32(at)
        count += U64(now != before)
        before = now
    return count >> ONE


@kernel
def word_hashes(folded: Any, bounds: Any, words: Any, hashes: Any) -> None:
    """Write the 64-bit hash of each word, eight bytes at a time: multiply, then xor a shift."""
    for word in range(words):
        at = U64(bounds[U64(word) + U64(word)])
        left = U64(bounds[U64(word) + U64(word) + ONE]) - at
        h = left * M2
        while left > EIGHT:
            h = (h ^ load64(folded, at)) * M1
            h ^= h >> U64(32)
            at += EIGHT
            left -= EIGHT
        rest = load64(folded, at) & (ALL >> (U64(64) - (left << U64(3))))
        h = (h ^ rest) * M1
        h ^= h >> U64(29)
        hashes[word] = h * M2


@kernel
def shingle(words: Any, count: Any, out: Any) -> Any:
    """Write the 64-bit hash of every five words on end, or of all where they are fewer."""
    if count == U64(0):
        return U64(0)
    if count < SHINGLE_:
        h = U64(0)
        for at in range(count):
            h = h * P + words[at]
        out[0] = h
        return U64(1)
    for at in range(count - SHINGLE_ + ONE):
        i = U64(at)
        h = words[i] * P + words[i + U64(1)]
        h = h * P + words[i + U64(2)]
        h = h * P + words[i + U64(3)]
        out[i] = h * P + words[i + U64(4)]
    return count - SHINGLE_ + ONE


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


@kernel
def hash_texts(data: Any, offsets: Any, tables: Any, normal: Any, out: Any, first: Any, words: Any, needs: Any) -> Any:
    """Write the 64-bit shingle hashes of all texts on end, their offsets and word counts."""
    size = longest(offsets) * U64(2) + U64(64)
    folded = np.zeros(size, np.uint8)
    bounds = np.empty(size, np.uint32)
    hashes = np.empty(size // U64(2) + U64(16), np.uint64)
    total = U64(0)
    first[0] = 0
    for text in range(offsets.shape[0] - 1):
        start = U64(offsets[text])
        written, needs[text] = fold_text(data, start, U64(offsets[text + 1]) - start, tables, normal, folded)
        count = word_bounds(folded, written, bounds)
        word_hashes(folded, bounds, count, hashes)
        total += shingle(hashes, count, out[total:])
        first[text + 1] = total
        words[text] = count
    return total


@kernel
def minimum(hashes: Any, count: Any, a: Any, b: Any, row: Any) -> None:
    """Write the least of a·h + b mod 2^32 over all hashes, for each permutation.

    ``hashes`` are finished by ``fmix32``; it has seven free places after ``count`` for padding.
    """
    padded = (count + U64(7)) & ~U64(7)
    for place in range(count, padded):
        hashes[place] = hashes[0]
    for k in range(a.shape[0]):
        row[k] = U32(0xFFFFFFFF)
    at = U64(0)
    while at < padded:
        h0, h1, h2, h3 = hashes[at], hashes[at + U64(1)], hashes[at + U64(2)], hashes[at + U64(3)]
        h4, h5, h6, h7 = hashes[at + U64(4)], hashes[at + U64(5)], hashes[at + U64(6)], hashes[at + U64(7)]
        for k in range(a.shape[0]):
            x, y = a[k], b[k]
            least = row[k]
            least = min(least, U32(U32(x * h0) + y))
            least = min(least, U32(U32(x * h1) + y))
            least = min(least, U32(U32(x * h2) + y))
            least = min(least, U32(U32(x * h3) + y))
            least = min(least, U32(U32(x * h4) + y))
            least = min(least, U32(U32(x * h5) + y))
            least = min(least, U32(U32(x * h6) + y))
            least = min(least, U32(U32(x * h7) + y))
            row[k] = least
        at += EIGHT


@kernel
def sign_texts(data: Any, offsets: Any, tables: Any, normal: Any, a: Any, b: Any, rows: Any, needs: Any) -> None:
    """Write the signature of every text; one without words keeps the greatest value in all places."""
    size = longest(offsets) * U64(2) + U64(64)
    folded = np.zeros(size, np.uint8)
    bounds = np.empty(size, np.uint32)
    words = np.empty(size // U64(2) + U64(16), np.uint64)
    hashes = np.empty(size // U64(2) + U64(16), np.uint64)
    mixed = np.empty(size // U64(2) + U64(16), np.uint32)
    for text in range(offsets.shape[0] - 1):
        start = U64(offsets[text])
        written, needs[text] = fold_text(data, start, U64(offsets[text + 1]) - start, tables, normal, folded)
        count = word_bounds(folded, written, bounds)
        word_hashes(folded, bounds, count, words)
        count = shingle(words, count, hashes)
        for place in range(count):
            mixed[place] = fmix32(hashes[place] >> U64(32))
        if count == U64(0):
            rows[text] = U32(0xFFFFFFFF)
        else:
            minimum(mixed, count, a, b, rows[text])


@inlined
def mixed_key(value: Any) -> Any:
    """Mix a hash once more, so that a key is not the hash itself."""
    key = U64(value) * M1
    key ^= key >> U64(32)
    return key * M1


@kernel
def key_texts(data: Any, offsets: Any, tables: Any, normal: Any, a: Any, b: Any, plan: Any, key: Any, text: Any) -> Any:
    """Write the keys of all texts in one pass; see ``keys.py``.

    ``plan`` holds bands, rows, the least number of words of a text with more than one key, and the bound of the lower
    half of the keys of chosen shingles. Returns how many keys there are, and which texts need normalisation.
    """
    bands, rows, short, limit = plan
    size = longest(offsets) * U64(2) + U64(64)
    folded = np.zeros(size, np.uint8)
    bounds = np.empty(size, np.uint32)
    words = np.empty(size // U64(2) + U64(16), np.uint64)
    hashes = np.empty(size // U64(2) + U64(16), np.uint64)
    mixed = np.empty(size // U64(2) + U64(16), np.uint32)
    row = np.empty(len(a), np.uint32)
    needs = np.zeros(len(offsets) - 1, np.bool_)
    total = 0
    for one in range(offsets.shape[0] - 1):
        start = U64(offsets[one])
        written, needs[one] = fold_text(data, start, U64(offsets[one + 1]) - start, tables, normal, folded)
        count = word_bounds(folded, written, bounds)
        if count == U64(0) or needs[one]:
            continue
        word_hashes(folded, bounds, count, words)
        shingles = shingle(words, count, hashes)
        long = count >= U64(short)
        first = total
        total += 1 + choose_keys(hashes, shingles, limit if long else 0, key[first:], U64(count))
        if long and bands > 0:
            for at in range(shingles):
                mixed[at] = fmix32(hashes[at] >> U64(32))
            minimum(mixed, shingles, a, b, row)
            total = hash_bands(row, bands, rows, key, total)
        text[first:total] = one
    return total, needs


@kernel
def choose_keys(hashes: Any, count: Any, limit: Any, key: Any, words: Any) -> Any:
    """Write the key of the whole text, then those of its chosen shingles; return how many were chosen."""
    whole, place = U64(0), 1
    for at in range(count):
        whole += mixed_key(hashes[at] + U64(at + U64(1)) * M1)
        chosen = mixed_key(hashes[at])
        key[place] = np.int64(chosen)
        place += (chosen & U64(0xFFFFFFFF)) < U64(limit)
    key[0] = np.int64(mixed_key(whole + words))
    return place - 1


@kernel
def hash_bands(row: Any, bands: Any, rows: Any, key: Any, total: Any) -> Any:
    """Write the keys of the bands of one signature, as ``bands.band_keys`` makes them; return where the next goes."""
    for band in range(bands):
        h = U64(band + 1) * M1
        for at in range(band * rows, (band + 1) * rows):
            h = (h ^ U64(row[at])) * M1
            h ^= h >> U64(29)
        key[total] = np.int64(h)
        total += 1
    return total
