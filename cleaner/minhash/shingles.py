"""The one definition of a shingle, on Arrow string arrays: five words in a row.

A word is a run of letters, digits, marks and underscores of any script, in NFKC and case-folded. In scripts
that are written without spaces (Han, Kana, Thai, Lao, Khmer, Myanmar) each character is a word. A text of
fewer than five words is one shingle of all of them; a text without words has none.

The hash of a shingle is the polynomial of its five word hashes modulo 2^64. MinHash takes its upper
32 bits, exact comparison all 64.
"""

from __future__ import annotations

import itertools
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cleaner.minhash.characters import ALONE, GAP, IGNORED, characters, folded

#: Words in a shingle.
SHINGLE = 5
#: Changes whenever a text may get other shingles, hashes or keys than before: saved indexes carry it.
VERSION = 3

MULTIPLIER_1 = np.uint64(0x9E3779B97F4A7C15)
MULTIPLIER_2 = np.uint64(0xC2B2AE3D27D4EB4F)
POLYNOMIAL = np.uint64(0x9FB21C651E98DF25)

#: From so many bytes on the compiled kernels pay for their start.
LARGE = 4_000_000
#: Bytes that this process has been given so far. Speed hangs on it, results do not.
_seen = [0]

Backend = Literal["auto", "numpy", "numba"]


class Shingles(NamedTuple):
    """The shingle hashes of a batch of texts.

    Attributes:
        hashes: in the order of the text, repeats included; uint32 or uint64; shape (shingles,).
        offsets: those of text ``t`` are ``hashes[offsets[t]:offsets[t + 1]]``; shape (texts + 1,).
        words: the number of words of each text; shape (texts,).

    """

    hashes: NDArray[np.uint32] | NDArray[np.uint64]
    offsets: NDArray[np.int64]
    words: NDArray[np.int64]


def shingle_hashes(texts: pa.Array, backend: Backend = "auto", bits: Literal[32, 64] = 32) -> Shingles:
    """Return the shingles of each text of an Arrow string array (a null counts as an empty text).

    Args:
        texts: string, large_string, string_view or dictionary array, also sliced or chunked.
        backend: ``numpy``, ``numba``, or by size; both give the same bits.
        bits: 64 for exact comparison; 32, the upper half of the same, for MinHash.

    """
    data, offsets = text_buffers(texts)
    if use_numba(backend, len(data)):
        hashes, first, words = _compiled_hashes(data, offsets)
    else:
        hashes, first, words = _numpy_hashes(data, offsets)
    return Shingles(upper(hashes) if bits == 32 else hashes, first, words)


def use_numba(backend: Backend, size: int) -> bool:
    """Say whether to use the compiled kernels: they pay once a process has seen ``LARGE`` bytes.

    Raises:
        ValueError: a backend that does not exist.

    """
    if backend not in ("auto", "numpy", "numba"):
        raise ValueError(f"unknown backend {backend!r}: auto, numpy or numba")
    _seen[0] += size
    return backend == "numba" or (backend == "auto" and _seen[0] >= LARGE)


def upper(hashes: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Return the upper 32 bits, the better mixed ones."""
    return (hashes >> np.uint64(32)).astype(np.uint32)


def text_buffers(texts: pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the UTF-8 bytes of an Arrow string array, without a copy and read-only, and where its texts start."""
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    if not (pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type)):
        texts = texts.cast(pa.large_string())
    if texts.null_count:
        texts = pc.fill_null(texts, "")
    _, places, content = texts.buffers()
    if not len(texts) or places is None:
        return np.frombuffer(b"", dtype=np.uint8), np.zeros(len(texts) + 1, dtype=np.int64)
    width = np.int32 if pa.types.is_string(texts.type) else np.int64
    offsets = np.frombuffer(places, dtype=width)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    data = np.frombuffer(content if content is not None else b"", dtype=np.uint8)
    data.setflags(write=False)  # some buffers of Arrow could be written to: kernels would be compiled for both kinds
    return data[offsets[0] : offsets[-1]], offsets - offsets[0]


def normalised(data: NDArray[np.uint8], offsets: NDArray[np.int64], which: NDArray[np.int64]) -> pa.Array:
    """Return the texts ``which`` folded as a whole: those that cannot be folded by character."""
    texts = (data[offsets[one] : offsets[one + 1]].tobytes().decode("utf-8", "replace") for one in which.tolist())
    return pa.array([folded(text) for text in texts], type=pa.large_string())


def _compiled_hashes(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], normal: bool = False
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    from cleaner.minhash.kernels import hash_texts

    texts = len(offsets) - 1
    out = np.empty(len(data) + texts + 16, dtype=np.uint64)
    first = np.zeros(texts + 1, dtype=np.int64)
    words = np.zeros(texts, dtype=np.int64)
    needs = np.zeros(texts, dtype=np.bool_)
    total = hash_texts(data, offsets, tuple(characters()), normal, out, first, words, needs)
    again = np.flatnonzero(needs)
    hashes = out[: int(total)].copy()
    if not again.size:
        return hashes, first, words
    other, other_first, words[again] = _compiled_hashes(*text_buffers(normalised(data, offsets, again)), True)
    counts = np.diff(first)
    counts[again] = np.diff(other_first)
    new_first = np.concatenate(([0], np.cumsum(counts)))
    joined = np.empty(int(new_first[-1]), dtype=np.uint64)
    plain = np.repeat(~needs, counts)
    joined[plain] = hashes[np.repeat(~needs, np.diff(first))]
    joined[~plain] = other
    return joined, new_first, words


def _numpy_hashes(
    data: NDArray[np.uint8], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    pieces = [folded(text) for text in decoded(data, offsets)]
    codes = np.frombuffer("".join(pieces).encode("utf-32-le"), dtype=np.uint32)
    text = np.repeat(np.arange(len(pieces)), np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces)))
    solid = characters().kind[codes] != IGNORED
    codes, text = codes[solid], text[solid]
    start, end = word_runs(codes, text)
    first = (
        np.searchsorted(text[start], np.arange(len(pieces) + 1)) if len(start) else np.zeros(len(pieces) + 1, np.int64)
    )
    return shingles_of_words(word_hashes(codes, start, end), first)


def decoded(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> list[str]:
    """Return the texts as str; bytes that are no UTF-8 become U+FFFD."""
    raw = data.tobytes()
    return [raw[start:end].decode("utf-8", "replace") for start, end in itertools.pairwise(offsets.tolist())]


def word_runs(codes: NDArray[np.uint32], text: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where words start and end among folded code points, IGNORED ones taken out."""
    kind = characters().kind[codes]
    other = np.ones(len(codes) + 1, dtype=bool)
    other[1:-1] = (kind[1:] != kind[:-1]) | (kind[1:] == ALONE) | (text[1:] != text[:-1])
    edges = np.flatnonzero(other)
    solid = kind[edges[:-1]] != GAP
    return edges[:-1][solid], edges[1:][solid]


def word_hashes(codes: NDArray[np.uint32], start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return the 64-bit hash of each word ``codes[start:end]``, of its UTF-8 bytes."""
    raw = codes.tobytes().decode("utf-32-le").encode("utf-8")
    line = np.frombuffer(raw + bytes(24 - len(raw) % 8), dtype=np.uint8)
    size = 1 + (codes >= 0x80).astype(np.int64) + (codes >= 0x800) + (codes >= 0x10000)
    place = np.concatenate(([0], np.cumsum(size)))
    return _word_hashes(line, place[start], place[end] - place[start])


def _gather(longs: NDArray[np.uint64], at: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Read eight bytes from each place, aligned or not."""
    shift = ((at & 7) << 3).astype(np.uint64)
    low = longs[at >> 3] >> shift
    result: NDArray[np.uint64] = low | ((longs[(at >> 3) + 1] << np.uint64(1)) << (np.uint64(63) - shift))
    return result


def _word_hashes(line: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return the 64-bit hash of each word, eight bytes at a time: multiply, then xor a shift."""
    longs = line.view(np.uint64)
    hashes = lengths.astype(np.uint64) * MULTIPLIER_2
    at, left = starts.copy(), lengths.copy()
    long = np.flatnonzero(left > 8)
    while long.size:
        mixed = (hashes[long] ^ _gather(longs, at[long])) * MULTIPLIER_1
        hashes[long] = mixed ^ (mixed >> np.uint64(32))
        at[long] += 8
        left[long] -= 8
        long = long[left[long] > 8]
    masks = np.array([0] + [(1 << 8 * size) - 1 for size in range(1, 9)], dtype=np.uint64)
    hashes = (hashes ^ (_gather(longs, at) & masks[left])) * MULTIPLIER_1
    result: NDArray[np.uint64] = (hashes ^ (hashes >> np.uint64(29))) * MULTIPLIER_2
    return result


def shingles_of_words(
    words: NDArray[np.uint64], first: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the shingle hashes of texts whose words are ``words[first[t]:first[t + 1]]``."""
    count = np.diff(first)
    shingles = np.where(count >= SHINGLE, count - SHINGLE + 1, np.minimum(count, 1))
    offsets = np.concatenate(([0], np.cumsum(shingles)))
    text = np.repeat(np.arange(len(count)), shingles)
    start = first[:-1][text] + np.arange(offsets[-1]) - offsets[:-1][text]
    length = np.minimum(count[text], SHINGLE)
    hashes = np.zeros(len(start), dtype=np.uint64)
    for place in range(SHINGLE):
        there = length > place
        hashes[there] = hashes[there] * POLYNOMIAL + words[start[there] + place]
    return hashes, offsets, count
