"""Gates: what the letters of every line of a phrase begin with, or hold; a first quick look at a whole batch.

A gate speaks of letters and digits alone, without case, signs and spaces, for these are what a phrase leaves open:
"follow us [on *]" says that the letters of the line are "followus", or begin with "followuson". A phrase that can
begin with any words has letters inside that every one of its lines holds. So no line of a phrase can be missed, and
few others are let through (Cox, "Regular Expression Matching with a Trigram Index", 2012, has the idea).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.phrases import SIGNS, TOKEN, folded
from cleaner.boilerplate.runs import Runs

#: Signs that a phrase leaves open: around it, between its words, and those that are folded.
_OPEN = frozenset(" <>*#+[](){}_|:;.!,/-?'\"~=\\^`").union(SIGNS)
#: So many letters of a beginning, or of a run inside, are looked at.
REACH = 7
#: Shorter runs of letters stand in too many lines to tell anything; two that are not ASCII do.
LEAST = 3
#: A phrase with more beginnings than this is only held to the letters that they share.
_MOST = 400
#: In about which share of lines a run of so many letters stands.
_SHARE = (1.0, 1.0, 0.8, 0.2, 0.03, 0.008, 0.003, 0.001)


class Group(NamedTuple):
    """Alternatives, each a sequence of letters (bytes), groups, and None for anything at all."""

    branches: list[list[bytes | Group | None]]
    optional: bool = False


class Gate(NamedTuple):
    """What the letters of a line must be for a phrase: one of ``whole``, or begin with, or hold one of these.

    All three empty stand for any line.
    """

    whole: frozenset[bytes] = frozenset()
    begins: frozenset[bytes] = frozenset()
    holds: frozenset[bytes] = frozenset()

    @classmethod
    def of(cls, phrase: str, pieces: Mapping[str, str]) -> Gate:
        """Return the gate of a phrase that ``phrases.body_of`` can read."""
        group = _tree(folded(phrase), pieces)
        whole, begins = _beginnings(group)
        if all(whole) and all(begins):
            return cls(frozenset(whole), frozenset(begins))
        return cls(holds=frozenset(_inside(group)))

    def passes(self, line: str) -> bool:
        """Say whether a line is let through: the plain form of ``kernels.look``."""
        text = letters(line)
        return (
            text in self.whole
            or text.startswith(tuple(self.begins))
            or any(run in text for run in self.holds)
            or not any(self)
        )


@cache
def letter_table() -> NDArray[np.uint8]:
    """Return for every code point below 65,536 the byte of its letter or rare sign without case, 0 for all else.

    ASCII stands for itself, all digits for 0; others share the bytes from 128 on.
    """
    signs = list(map(chr, range(65536)))
    told = [sign.isalnum() or (sign.isprintable() and unicodedata.category(sign)[0] != "M") for sign in signs]
    table = np.where(told, 128 | (np.arange(65536) * 40503 >> 6) & 127, 0).astype(np.uint8)
    for at, sign in enumerate(signs):
        plain = sign.casefold()
        if at < 128:
            table[at] = ord(plain)
        elif plain != sign:
            table[at] = 128 | (sum(map(ord, plain)) * 40503 >> 6) & 127 if plain[1:] or plain > "\x7f" else ord(plain)
    table[[at for at in range(65536) if signs[at].isdecimal()]] = ord("0")
    table[[ord(sign) for sign in _OPEN]] = 0
    table[:32] = table[127] = 0
    return table


def letters(text: str) -> bytes:
    """Return the letters of a text, a byte each; characters beyond 65,535 have none."""
    table = _letter_bytes()
    return bytes(filter(None, [table[ord(sign)] for sign in text if sign < "\U00010000"]))


@cache
def _letter_bytes() -> bytes:
    return letter_table().tobytes()


def _tree(phrase: str, pieces: Mapping[str, str]) -> Group:
    stack: list[Group] = [Group([[]])]
    for found in TOKEN.finditer(phrase):
        kind, value = found.lastgroup, found.group()
        here = stack[-1].branches
        if kind == "piece":
            piece = pieces[found["piece"]]
            here[-1] += _expression(piece[3:]) if piece.startswith("re:") else [_tree(folded(piece), pieces)]
        elif kind == "open":
            stack.append(Group([[]], value == "["))
        elif kind == "close":
            stack[-2].branches[-1].append(stack.pop())
        elif kind == "bar":
            here.append([])
        elif value == "*":
            here[-1].append(None)
        elif kind != "space":
            here[-1].append(letters(value))
    return stack[0]


def _expression(pattern: str) -> list[bytes | Group | None]:
    """Return what is known of a regular expression: whether it begins with a digit."""
    return [b"0", None] if re.match(r"\\d(?![?*{])|\\d\{1,", pattern) else [None]


def _beginnings(group: Group) -> tuple[set[bytes], set[bytes]]:
    """Return the letters that a group can be made of, and those that it begins with before anything may follow."""
    whole: set[bytes] = {b""} if group.optional else set()
    begins: set[bytes] = set()
    for branch in group.branches:
        growing = {b""}
        for node in branch:
            if node is None:
                begins |= growing
                growing = set()
            elif growing:
                ends, opens = ({node}, set[bytes]()) if isinstance(node, bytes) else _beginnings(node)
                begins |= {(start + rest)[:REACH] for start in growing for rest in opens}
                growing = {start + rest for start in growing for rest in ends}
                long = {start for start in growing if len(start) > REACH}
                begins |= {start[:REACH] for start in long}
                growing -= long
            if len(growing) > _MOST:
                begins, growing = begins | growing, set()
        whole |= growing
    return whole, begins


def _inside(group: Group) -> set[bytes]:
    """Return runs of letters one of which every text of the group holds; none if it may hold none."""
    found: set[bytes] = set()
    for branch in group.branches:
        best: set[bytes] = set()
        run = b""
        for node in [*branch, None]:
            if isinstance(node, bytes):
                run += node
                continue
            best = min(best, {run[:REACH]}, key=_cost)
            run = b""
            if node is not None and not node.optional:
                best = min(best, _inside(node), key=_cost)
        if not best:
            return set()
        found |= best
    return found


def _cost(runs: Iterable[bytes]) -> float:
    """Return about which share of lines hold one of the runs; runs that are too short, or none, tell nothing."""
    sizes = [len(run) if run.isascii() else min(REACH, len(run) + (run[-1] > 127)) for run in runs]
    return sum(_SHARE[size] for size in sizes) if sizes and min(sizes) >= LEAST else 1e9


class Gates(NamedTuple):
    """The gates of all phrases as tables for the kernel.

    Attributes:
        starts: beginnings as numbers (the letters as base 256) in a hash table, and in the row below what a line
            with them is shown; 256 times that for those that must be all letters of a line. int64, shape (2, slots).
        kinds: for every code point below 65,536 the kind of its letter in ``step``; uint8.
        step: the automaton of runs inside, see ``runs.Runs``.
    """

    starts: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    step: NDArray[np.unsignedinteger]

    @classmethod
    def of(cls, gates: Sequence[tuple[Gate, int]]) -> Gates:
        """Unite gates, each with the bits of what lines that it lets through are shown."""
        starts: dict[int, int] = {}
        inside: dict[bytes, int] = {}
        for gate, bits in gates:
            for texts, shown in ((gate.whole, bits << 8), (gate.begins, bits)):
                for text in texts:
                    number = int.from_bytes(text, "big")
                    starts[number] = starts.get(number, 0) | shown
            for text in gate.holds:
                inside[text] = inside.get(text, 0) | bits
        runs = Runs.of(inside)
        return cls(_hashed(starts), runs.kinds[letter_table()], runs.step)


def slot_of(number: int, mask: int) -> int:
    """Return where to look for a number first in a hash table of ``mask`` + 1 slots."""
    return (((number ^ (number >> 23) ^ (number >> 41)) * 0x9E3779B1) & 0xFFFFFFFF) >> 8 & mask


def _hashed(values: Mapping[int, int]) -> NDArray[np.int64]:
    size = 1 << max(4, (4 * len(values)).bit_length())
    table = np.zeros((2, size), dtype=np.int64)
    for number, value in values.items():
        at = slot_of(number, size - 1)
        while table[0, at]:
            at = (at + 1) & (size - 1)
        table[:, at] = number, value
    return table
