"""The kernel of the gates: which lines they let through, plain and compiled alike (see ``kernels.run``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

#: So many letters of a beginning or an end are looked at.
REACH = 16
#: Texts of so many letters are told by as many.
MORE = 5
#: What letters begin a line, and what they end.
BEGIN, END = 0, 1
#: What follows the last letter where a line must have no more.
STOP = 256
#: The sets of expressions that any line is shown to, and that lines without lower case are.
ALWAYS, SHOUTED = 0, 1


def number_of(letters: Iterable[int], kind: int) -> int:
    """Return the number of some letters of a kind."""
    number = kind + 1
    for letter in letters:
        number = roll(number, letter)
    return number


def roll(number: Any, letter: Any) -> Any:
    """Return the number with one letter more."""
    return (number * 0x5851F42D4C957F2D + letter + 1) & 0x3FFFFFFFFFFFFFFF


def slot(number: Any, mask: Any) -> Any:
    """Return where to look for a number first in a hash table of ``mask`` + 1 slots."""
    return (number >> 34) & mask


def two(letters: Any) -> Any:
    """Return the number of the first two letters, above the hashes of five."""
    return 0x10000 | letters[0] << 8 | letters[1]


def three(letters: Any) -> Any:
    """Return a hash of the first three letters; no two threes of a to z share one."""
    return ((letters[0] << 10) ^ (letters[1] << 5) ^ letters[2]) & 0x7FFF


def five(letters: Any) -> Any:
    """Return a hash of the first ``MORE`` letters, above those of three."""
    return 0x8000 | (((three(letters) << 16) ^ (letters[3] << 8) ^ letters[4]) * 0x9E3779B1 >> 17) & 0x7FFF


def passing(
    start: Any,
    end: Any,
    codes: Any,
    short: Any,
    longest: Any,
    letters: Any,
    lower: Any,
    told: Any,
    table: Any,
    edges: Any,
    kinds: Any,
    step: Any,
    held: Any,
    buffer: Any,
    out: Any,
) -> None:
    """Add to ``out`` the expressions whose gates (see ``gate_tables``) let each line through; for longer lines none."""
    for row in range(len(start)):
        low, high = start[row], end[row]
        if high - low > longest:
            continue
        long = 1 if high - low > short else 0
        _add(told, ALWAYS, long, out, row)
        if not _has_lower(codes, low, high, lower):
            _add(told, SHOUTED, long, out, row)
        sizes = _sizes(codes, low, high, 1, letters, buffer, edges, long, BEGIN)
        if sizes:
            count = _letters(codes, low, high, 1, letters, buffer, REACH)
            _look_up(buffer, count, BEGIN, sizes, table, told, long, out, row)
        sizes = _sizes(codes, high - 1, low - 1, -1, letters, buffer, edges, long, END)
        if sizes:
            count = _letters(codes, high - 1, low - 1, -1, letters, buffer, REACH)
            _look_up(buffer, count, END, sizes, table, told, long, out, row)
        state = 0
        for place in range(low, high):
            state = step[(state >> 1) + kinds[min(codes[place], 65535)]]
            if state & 1:
                _add(told, held[state >> 1], long, out, row)


def _has_lower(codes: Any, start: Any, end: Any, lower: Any) -> Any:
    place = start
    while place < end and not lower[min(codes[place], 65535)]:
        place += 1
    return place < end


def _sizes(
    codes: Any, start: Any, end: Any, way: Any, letters: Any, buffer: Any, edges: Any, long: Any, kind: Any
) -> Any:
    """Return for how many letters it is worth to look up what a line begins or ends with, as bits."""
    count = _letters(codes, start, end, way, letters, buffer, MORE - 1)
    sizes = edges[long, kind, two(buffer)] if count else 0
    sizes = sizes | edges[long, kind, three(buffer)] if count > 2 else sizes
    return sizes | edges[long, kind, five(buffer)] if count == MORE else sizes


def _letters(codes: Any, start: Any, end: Any, way: Any, letters: Any, buffer: Any, most: Any) -> Any:
    """Write the letters of a line from one end on; return how many, at most one more than ``most``."""
    count, before = 0, 0
    buffer[0] = buffer[1] = 0
    for place in range(start, end, way):
        letter = letters[min(codes[place], 65535)]
        if letter and (letter != 48 or before != 48):
            buffer[count] = letter
            count += 1
            if count > most:
                return count
        before = letter if letter else before
    return count


def _look_up(
    buffer: Any, count: Any, kind: Any, sizes: Any, table: Any, told: Any, long: Any, out: Any, row: Any
) -> None:
    """Look up what a line begins or ends with, and whether it is made of that."""
    number = kind + 1
    for size in range(min(count, REACH)):
        number = roll(number, buffer[size])
        if sizes >> size & 1:
            _find(table, number, told, long, out, row)
    if count <= REACH and sizes >> (REACH + count - 1) & 1:
        _find(table, roll(number, STOP), told, long, out, row)


def _find(table: Any, number: Any, told: Any, long: Any, out: Any, row: Any) -> None:
    """Add the set of rules that a number stands for, if it does for any."""
    mask = table.shape[1] - 1
    at = slot(number, mask)
    while table[1, at]:
        if table[0, at] == number:
            _add(told, table[1, at], long, out, row)
            return
        at = (at + 1) & mask


def _add(told: Any, which: Any, long: Any, out: Any, row: Any) -> None:
    for word in range(out.shape[1]):
        out[row, word] |= told[which, long, word]


#: What the kernel calls.
HELPERS = (roll, slot, two, three, five, _has_lower, _letters, _sizes, _look_up, _find, _add)
