"""Compiled loops over keys, and over the shingles of pairs. The NumPy and Python forms of the same say it plainly."""

from __future__ import annotations

from typing import Any

import numpy as np

from cleaner.minhash.compiled import inlined, kernel
from cleaner.minhash.shingles import MULTIPLIER_2

ONE, SIX, LOW = np.uint64(1), np.uint64(6), np.uint64(63)


@kernel
def mark_keys(keys: Any, shift: Any, seen: Any, again: Any) -> None:
    """Note in two bitmaps which leading bits of a key were seen, and which were seen again."""
    for row in range(len(keys)):
        place = keys[row] >> shift
        word, bit = place >> SIX, ONE << (place & LOW)
        again[word] |= seen[word] & bit
        seen[word] |= bit


@kernel
def marked_rows(keys: Any, shift: Any, again: Any) -> Any:
    """Return the rows whose leading bits were seen again."""
    rows = np.empty(len(keys), np.int64)
    count = np.int64(0)
    for row in range(len(keys)):
        place = keys[row] >> shift
        rows[count] = row
        count += np.int64((again[place >> SIX] >> (place & LOW)) & ONE)
    return rows[:count].copy()


@kernel
def pairs_within(places: Any, start: Any, size: Any, packed: Any) -> None:
    """Write all pairs within each run of passages, the first one in the upper half of each number."""
    count = 0
    for run in range(len(start)):
        for one in range(start[run], start[run] + size[run]):
            first = np.uint64(places[one]) << np.uint64(32)
            for other in range(one + 1, start[run] + size[run]):
                packed[count] = first | np.uint64(places[other])
                count += 1


@inlined
def slot_of(hashes: Any, at: Any, table: Any, stamps: Any, stamp: Any, shift: Any) -> Any:
    """Return where a hash is in the table, or where it goes: the first place of another stamp."""
    place = np.int64((hashes[at] * MULTIPLIER_2) >> shift)
    while stamps[place] == stamp and table[place] != hashes[at]:
        place = (place + 1) & (len(table) - 1)
    return place


@inlined
def table_bits(offsets: Any) -> Any:
    """Return the bits of the size of a table that has room for the shingles of any text, and for as many again."""
    longest, bits = 1, 2
    for text in range(len(offsets) - 1):
        longest = max(longest, offsets[text + 1] - offsets[text])
    while (1 << bits) < 2 * longest:
        bits += 1
    return bits


@kernel
def distinct_shingles(hashes: Any, offsets: Any, kept: Any) -> None:
    """Write which shingles are the first ones of their kind in their text."""
    bits = table_bits(offsets)
    table, stamps = np.zeros(1 << bits, np.uint64), np.zeros(1 << bits, np.int64)
    for text in range(len(offsets) - 1):
        for at in range(offsets[text], offsets[text + 1]):
            place = slot_of(hashes, at, table, stamps, text + 1, np.uint64(64 - bits))
            kept[at] = stamps[place] != text + 1
            table[place], stamps[place] = hashes[at], text + 1


@kernel
def shared_prints(a_prints: Any, a_first: Any, b_prints: Any, b_first: Any, left: Any, right: Any, shared: Any) -> None:
    """Write how many prints of each pair's right text its left text has. Pairs are best in the order of ``left``."""
    stamps = np.full(1 << 16, -1, np.int32)
    held = -1
    for pair in range(len(left)):
        if left[pair] != held:
            held = left[pair]
            for at in range(a_first[held], a_first[held + 1]):
                stamps[a_prints[at]] = held
        count = 0
        for at in range(b_first[right[pair]], b_first[right[pair] + 1]):
            count += stamps[b_prints[at]] == held
        shared[pair] = count


@kernel
def shared_shingles(hashes: Any, offsets: Any, left: Any, right: Any, size: Any, shared: Any) -> None:
    """Write how many distinct shingles each text has, and how many each pair shares.

    Pairs are best in the order of ``left``: the shingles of a left text are put into the table once a run of pairs.
    """
    bits = table_bits(offsets)
    shift = np.uint64(64 - bits)
    table = np.zeros(1 << bits, np.uint64)
    stamps = np.zeros(1 << bits, np.int64)
    found = np.zeros(1 << bits, np.int64)
    stamp = 0
    for text in range(len(offsets) - 1):
        stamp += 1
        for at in range(offsets[text], offsets[text + 1]):
            place = slot_of(hashes, at, table, stamps, stamp, shift)
            size[text] += stamps[place] != stamp
            table[place], stamps[place] = hashes[at], stamp
    held = -1
    for pair in range(len(left)):
        if left[pair] != held:
            held = left[pair]
            stamp += 1
            for at in range(offsets[held], offsets[held + 1]):
                place = slot_of(hashes, at, table, stamps, stamp, shift)
                table[place], stamps[place] = hashes[at], stamp
        for at in range(offsets[right[pair]], offsets[right[pair] + 1]):
            place = slot_of(hashes, at, table, stamps, stamp, shift)
            if stamps[place] == stamp and found[place] != pair + 1:
                found[place] = pair + 1
                shared[pair] += 1
