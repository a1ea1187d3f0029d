"""Compiled comparison of two texts' words: whether they are equal, and where and how they differ."""

from __future__ import annotations

from typing import Any

import numpy as np

from cleaner.minhash.compiled import kernel
from cleaner.minhash.evidence import LARGE_WINDOW, PLACE
from cleaner.minhash.shingles import SHINGLE
from cleaner.minhash.tokens import DIGITS, NAME, NUMERAL

#: Windows of more word pairs than this are first cut at shingles that both texts have once.
WINDOW = LARGE_WINDOW
#: Words looked at for anchors in one pair, in all its windows: what is left over shares nothing.
BUDGET = 1 << 26


@kernel
def equal_words(hashes: Any, first: Any, words: Any, left: Any, right: Any, equal: Any) -> None:
    """Write which pairs have the same words in the same order: as many, and the same shingles in order."""
    for pair in range(len(left)):
        x, y = left[pair], right[pair]
        same = words[x] == words[y] and words[x] > 0  # with as many words, shingles are as many too
        at = 0
        while same and at < first[x + 1] - first[x]:
            same = hashes[first[x] + at] == hashes[first[y] + at]
            at += 1
        equal[pair] = same


@kernel
def longest_run(a: Any, b: Any, lengths: Any) -> Any:
    """Return (start in a, start in b, length) of the first of the longest runs of words in both.

    ``lengths`` is scratch of at least ``len(b) + 1`` places.
    """
    best_a, best_b, best = 0, 0, 0
    for j in range(len(b) + 1):
        lengths[j] = 0
    for i in range(len(a)):
        word, before = a[i], 0
        for j in range(len(b)):
            here = lengths[j + 1]
            if b[j] == word:
                lengths[j + 1] = before + 1
                if before + 1 > best:
                    best_a, best_b, best = i - before, j - before, before + 1
            else:
                lengths[j + 1] = 0
            before = here
    return best_a, best_b, best


@kernel
def in_order(values: Any) -> Any:
    """Return the places of ``values`` from the least to the greatest: by merging, which compiles in an instant."""
    size = len(values)
    order, other = np.empty(size, np.int64), np.empty(size, np.int64)
    for at in range(size):
        order[at] = at
    width = 1
    while width < size:
        for start in range(0, size, 2 * width):
            middle, end = min(start + width, size), min(start + 2 * width, size)
            i, j = start, middle
            for at in range(start, end):
                if i < middle and (j == end or values[order[i]] <= values[order[j]]):
                    other[at] = order[i]
                    i += 1
                else:
                    other[at] = order[j]
                    j += 1
        order, other = other, order
        width *= 2
    return order


@kernel
def in_place(values: Any) -> Any:
    """Return the values sorted."""
    order, out = in_order(values), np.empty(len(values), np.uint64)
    for at in range(len(values)):
        out[at] = values[order[at]]
    return out


@kernel
def anchor(a: Any, b: Any) -> Any:
    """Return a run of words around a five-word shingle that each window has once, or length 0.

    Of all such shingles the one nearest to the middle of ``a`` is taken, so that windows shrink fast.
    """
    size = 5
    if len(a) < size or len(b) < size:
        return 0, 0, 0
    x = np.empty(len(a) - size + 1, np.uint64)
    y = np.empty(len(b) - size + 1, np.uint64)
    for texts, out in ((a, x), (b, y)):
        for at in range(len(out)):
            h = np.uint64(0)
            for step in range(size):
                h = h * np.uint64(0x9FB21C651E98DF25) + texts[at + step]
            out[at] = h
    x_order, y_order = in_order(x), in_order(y)
    i, j, middle = 0, 0, len(a) // 2
    best_a, best_b = -1, -1
    while i < len(x) and j < len(y):
        u, v = x[x_order[i]], y[y_order[j]]
        i_end, j_end = i, j
        while u <= v and i_end < len(x) and x[x_order[i_end]] == u:
            i_end += 1
        while v <= u and j_end < len(y) and y[y_order[j_end]] == v:
            j_end += 1
        if u == v and i_end == i + 1 and j_end == j + 1:
            near = abs(x_order[i] - middle)
            if best_a < 0 or near < abs(best_a - middle) or (near == abs(best_a - middle) and x_order[i] < best_a):
                best_a, best_b = x_order[i], y_order[j]
        i, j = i_end, j_end
    if best_a < 0:
        return 0, 0, 0
    start_a, start_b, end_a, end_b = best_a, best_b, best_a, best_b
    while start_a > 0 and start_b > 0 and a[start_a - 1] == b[start_b - 1]:
        start_a, start_b = start_a - 1, start_b - 1
    while end_a < len(a) and end_b < len(b) and a[end_a] == b[end_b]:
        end_a, end_b = end_a + 1, end_b + 1
    return start_a, start_b, end_a - start_a


@kernel
def align(a: Any, b: Any) -> Any:
    """Return what ``evidence.align`` does, as sorted rows.

    Very large windows are cut at an anchor instead of the longest run; one without anchors shares nothing.
    """
    head, tail, least = 0, 0, min(len(a), len(b))
    while head < least and a[head] == b[head]:
        head += 1
    while tail < least - head and a[len(a) - 1 - tail] == b[len(b) - 1 - tail]:
        tail += 1
    runs, windows = np.empty((least + 2, 3), np.int64), np.empty((least + 3, 4), np.int64)
    lengths = np.empty(len(b) + 1, np.int64)
    count = put(runs, 0, 0, 0, head)
    count = put(runs, count, len(a) - tail, len(b) - tail, tail)
    open_windows = push(windows, 0, head, len(a) - tail, head, len(b) - tail)
    budget = BUDGET
    while open_windows and budget > 0:
        open_windows -= 1
        a_start, a_end = windows[open_windows, 0], windows[open_windows, 1]
        b_start, b_end = windows[open_windows, 2], windows[open_windows, 3]
        x, y = a[a_start:a_end], b[b_start:b_end]
        if len(x) * len(y) > WINDOW:
            budget -= len(x) + len(y)
            at_a, at_b, length = anchor(x, y)
        else:
            budget -= len(x) * len(y) // 16
            at_a, at_b, length = longest_run(x, y, lengths)
        if length == 0:
            continue
        at_a, at_b = at_a + a_start, at_b + b_start
        count = put(runs, count, at_a, at_b, length)
        open_windows = push(windows, open_windows, a_start, at_a, b_start, at_b)
        open_windows = push(windows, open_windows, at_a + length, a_end, at_b + length, b_end)
    return sorted_runs(runs, count)


@kernel
def put(runs: Any, count: Any, a: Any, b: Any, length: Any) -> Any:
    """Add a run, if it is one; return how many there are."""
    runs[count, 0], runs[count, 1], runs[count, 2] = a, b, length
    return count + (length > 0)


@kernel
def push(windows: Any, count: Any, a: Any, a_end: Any, b: Any, b_end: Any) -> Any:
    """Add a window to be looked at, if both texts have words in it; return how many there are."""
    windows[count, 0], windows[count, 1], windows[count, 2], windows[count, 3] = a, a_end, b, b_end
    return count + (a < a_end and b < b_end)


@kernel
def sorted_runs(runs: Any, count: Any) -> Any:
    """Return the first ``count`` rows by where they start in the first text."""
    starts, out = np.empty(count, np.uint64), np.empty((count, 3), np.int64)
    for row in range(count):
        starts[row] = np.uint64(runs[row, 0])
    order = in_order(starts)
    for row in range(count):
        for column in range(3):
            out[row, column] = runs[order[row], column]
    return out


@kernel
def missing_name(words: Any, kind: Any, start: Any, end: Any, other: Any) -> Any:
    """Say whether a name among the words of a place is not in the sorted words of the other text."""
    for at in range(start, end):
        if kind[at] == NAME:
            low, high = 0, len(other)
            while low < high:
                middle = (low + high) // 2
                if other[middle] < words[at]:
                    low = middle + 1
                else:
                    high = middle
            if low == len(other) or other[low] != words[at]:
                return True
    return False


@kernel
def has_name(kind: Any, start: Any, end: Any) -> Any:
    """Say whether a name is among the words of a place."""
    names = 0
    for at in range(start, end):
        names += kind[at] == NAME
    return names > 0


@kernel
def joined_digits(kind: Any, digits: Any, length: Any, start: Any, end: Any) -> Any:
    """Return one hash of all digits of a place, however they are grouped, and whether there are any."""
    value, some = np.uint64(0), False
    for at in range(start, end):
        if kind[at] == NUMERAL:
            for _ in range(length[at]):
                value *= np.uint64(DIGITS)
            value += digits[at]
            some = True
    return value, some


@kernel
def form_evidence(words: Any, kind: Any, digits: Any, length: Any, first: Any, left: Any, right: Any, out: Any) -> None:
    """Write what ``verify.form_evidence`` returns, for each pair."""
    for pair in range(len(left)):
        a, a_end = first[left[pair]], first[left[pair] + 1]
        b, b_end = first[right[pair]], first[right[pair] + 1]
        a_words, b_words = words[a:a_end], words[b:b_end]
        a_sorted, b_sorted = words[:0], words[:0]
        runs = align(a_words, b_words)
        common, places, numerals, names = 0, 0, 0, 0
        span = np.zeros(4, np.int64)
        for row in range(len(runs) + 1):
            if row < len(runs):
                a_next, b_next, run = (
                    first[left[pair]] + runs[row, 0],
                    first[right[pair]] + runs[row, 1],
                    runs[row, 2],
                )
            else:
                a_next, b_next, run = a_end, b_end, 0
            if run >= SHINGLE:
                if span[1] == 0:
                    span[0], span[2] = a_next, b_next
                span[1], span[3] = a_next + run, b_next + run
            common += run
            places += a < a_next or b < b_next
            if a < a_next and b < b_next and (a_next - a <= PLACE or b_next - b <= PLACE):
                x, x_any = joined_digits(kind, digits, length, a, a_next)
                y, y_any = joined_digits(kind, digits, length, b, b_next)
                if x_any and y_any and x != y:
                    numerals += 1
                elif has_name(kind, a, a_next) and has_name(kind, b, b_next):
                    if len(a_sorted) == 0:
                        a_sorted, b_sorted = in_place(a_words), in_place(b_words)
                    ours = missing_name(words, kind, a, a_next, b_sorted)
                    names += ours and missing_name(words, kind, b, b_next, a_sorted)
            a, b = a_next + run, b_next + run
        out[pair, 0], out[pair, 1], out[pair, 2], out[pair, 3] = common, places, numerals, names
        for at in range(4):
            out[pair, 4 + at] = span[at]
