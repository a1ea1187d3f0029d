"""Compiled kernels: UTF-8 text to shingle hashes, signatures and keys. The NumPy forms of the same say it plainly.

All loops are over bytes and arrays that the caller owns; scratch is allocated once a call, by the longest text.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cleaner.minhash.compiled import inlined, kernel
from cleaner.minhash.folding import U8, U32, U64, fold_text, load64, longest
from cleaner.minhash.shingles import MULTIPLIER_1, MULTIPLIER_2, POLYNOMIAL, SHINGLE

M1, M2, P = MULTIPLIER_1, MULTIPLIER_2, POLYNOMIAL
ONE, EIGHT, SHINGLE_ = U64(1), U64(8), U64(SHINGLE)
ALL = U64(0xFFFFFFFFFFFFFFFF)


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

    ``plan`` holds bands, rows, the least number of words of a text with more than one key, the shingles in a key, and
    the bound of the lower half of chosen keys. Returns how many keys there are, and which texts need normalisation.
    """
    bands, rows, short, neighbours, limit = plan
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
        key[total] = whole_key(hashes, shingles, count)
        total += 1
        if long:
            total += choose_keys(hashes, shingles, U64(neighbours), U64(limit), key[total:])
        if long and bands > 0:
            for at in range(shingles):
                mixed[at] = fmix32(hashes[at] >> U64(32))
            minimum(mixed, shingles, a, b, row)
            total = hash_bands(row, bands, rows, key, total)
        text[first:total] = one
    return total, needs


@inlined
def whole_key(hashes: Any, count: Any, words: Any) -> Any:
    """Return the key of all words of a text."""
    whole = U64(0)
    for at in range(count):
        whole += mixed_key(hashes[at] + U64(at + U64(1)) * M1)
    return np.int64(mixed_key(whole + words))


@inlined
def choose_keys(hashes: Any, count: Any, neighbours: Any, limit: Any, key: Any) -> Any:
    """Write the chosen keys of one shingle each, or of two that are neighbours; return how many were chosen."""
    place = 0
    for at in range(count + ONE - neighbours):
        i = U64(at)
        words = hashes[i] if neighbours == ONE else hashes[i] * M2 + hashes[i + ONE]
        chosen = mixed_key(words)
        key[place] = np.int64(chosen)
        place += (chosen & U64(0xFFFFFFFF)) < limit
    return place


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
