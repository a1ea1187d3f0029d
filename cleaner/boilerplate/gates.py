"""Gates: what the letters of every line of a phrase begin with, end with, or hold; a first look at a whole batch.

A gate speaks of letters alone (see ``letters``), for these are what a phrase does not leave open: "follow us [on *]"
says that the letters of the line are "followus", or begin with "followuson". No line of a phrase can be missed, and
few others are let through (Cox, "Regular Expression Matching with a Trigram Index", 2012, has the idea).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from cleaner.boilerplate.letters import DIGITS, joined, letters, lower_table
from cleaner.boilerplate.outlines import Group, Node, of_expression, of_phrase, shouts
from cleaner.boilerplate.passing import REACH

#: Runs inside of fewer letters stand in too many lines to tell anything; two that are not ASCII do.
LEAST = 3
#: So many letters of a run are looked at.
_LONGEST = 7
#: More beginnings of one phrase are not followed further.
_MOST = 2000
#: About the share of lines that begin or end with so many letters, that hold a run of so many, that have no letter of
#: lower case, and that are let through where nothing is known.
_EDGE = (1.0, 0.06, 0.012, 0.003, 0.001, 0.0004, 0.0002, 0.0001)
_RUN = (1.0, 1.0, 0.9, 0.5, 0.1, 0.03, 0.01, 0.003)
_CAPITALS, _MUCH, _ALL = 0.2, 0.9, 1.0
#: A line that must have no more letters is so much rarer. A gate for fewer lines than the last needs no better.
_WHOLE, _SURE = 0.1, 0.002
#: Of more beginnings of one phrase fewer letters are looked at.
_FEW = 1000


class Gate(NamedTuple):
    """What the letters of a line must be: one of ``whole``, or begin or end with, or hold one of these.

    ``shouted``: or that it has no letter of lower case. All empty stands for any line.
    """

    whole: frozenset[bytes] = frozenset()
    begins: frozenset[bytes] = frozenset()
    ends: frozenset[bytes] = frozenset()
    holds: frozenset[bytes] = frozenset()
    shouted: bool = False

    @classmethod
    def of(cls, phrase: str, pieces: Mapping[str, str]) -> Gate:
        """Return the gate of a phrase that ``phrases.body_of`` can read."""
        return cls._of(of_phrase(phrase, pieces))

    @classmethod
    def of_pattern(cls, pattern: str) -> Gate:
        """Return the gate of a regular expression."""
        return cls._of(of_expression(pattern), shouts(pattern))

    @classmethod
    def _of(cls, outline: Group, shouted: bool = False) -> Gate:
        begin, (exact, edge) = _tell(outline)
        if begin < _SURE:  # as by far the most
            return cls(exact, edge)
        end, (closed, last) = _tell(_mirrored(outline))
        holds = frozenset(_inside(outline))
        gates = (
            (begin, cls(exact, edge)),
            (end, cls(_reversed(closed), ends=_reversed(last))),
            (_run_cost(holds), cls(holds=holds)),
            (_CAPITALS if shouted else _ALL, cls(shouted=shouted)),
        )
        return min(gates, key=lambda one: one[0])[1]

    def passes(self, line: str) -> bool:
        """Say whether a line is let through: the plain form of ``passing.passing``."""
        text = letters(line)
        return (
            text in self.whole
            or text.startswith(tuple(self.begins))
            or text.endswith(tuple(self.ends))
            or any(run in text for run in self.holds)
            or (self.shouted and not any(ord(sign) < 0x10000 and lower_table()[ord(sign)] for sign in line))
            or not any(self)
        )


def _mirrored(group: Group) -> Group:
    """Return the outline of the same lines read from their end."""
    branches = [
        [node[::-1] if isinstance(node, bytes) else _mirrored(node) if node else None for node in branch[::-1]]
        for branch in group.branches
    ]
    return Group(branches, group.optional)


def _reversed(texts: Iterable[bytes]) -> frozenset[bytes]:
    return frozenset(text[::-1] for text in texts)


def _beginnings(group: Group) -> tuple[set[bytes], set[bytes]]:
    """Return the letters that a group can be made of, and those that it begins with before anything may follow."""
    whole: set[bytes] = {b""} if group.optional else set()
    begins: set[bytes] = set()
    for branch in group.branches:
        growing = {b""}
        for node in branch:
            ends, opens = _starts(node)
            if len(growing) * (len(ends) + len(opens)) > _MOST:
                ends, opens = set(), {b""}
            begins |= {joined(start, rest)[:REACH] for start in growing for rest in opens}
            growing = {joined(start, rest) for start in growing for rest in ends}
            long = {start for start in growing if len(start) > REACH}
            begins |= {start[:REACH] for start in long}
            growing -= long
        whole |= growing
    return whole, begins


def _starts(node: Node) -> tuple[set[bytes], set[bytes]]:
    if node is None:
        return set(), {b""}
    return ({node}, set()) if isinstance(node, bytes) else _beginnings(node)


def _inside(group: Group) -> set[bytes]:
    """Return runs of letters one of which every text of the group holds; none if it may hold none."""
    found: set[bytes] = set()
    for branch in group.branches:
        best: set[bytes] = set()
        run = b""
        for node in [*branch, None]:
            *parts, run = (run + node).split(DIGITS) if isinstance(node, bytes) else (run, b"")
            for part in parts:
                best = min(best, {part[:_LONGEST]}, key=_run_cost)
            if isinstance(node, Group) and not node.optional:
                best = min(best, _inside(node), key=_run_cost)
        if not best:
            return set()
        found |= best
    return found


def _tell(outline: Group) -> tuple[float, tuple[frozenset[bytes], frozenset[bytes]]]:
    """Return the letters that a line can be made of, those it can begin with, and about which share of lines does."""
    whole, begins = _beginnings(outline)
    exact, edge = frozenset(whole), frozenset(begins)
    for reach in (8, 5, 3):
        if len(exact) + len(edge) > _FEW:
            exact = frozenset(text for text in whole if len(text) <= reach)
            edge = frozenset(text[:reach] for text in begins | (whole - exact))
    cost = 2 * _ALL if b"" in exact | edge else _cost(edge, _EDGE) + _WHOLE * _cost(exact, _EDGE)
    return cost, (exact, edge)


def _run_cost(runs: Collection[bytes]) -> float:
    """Return about which share of lines hold one of some runs, more than all if these tell nothing."""
    tell = runs and min(map(_size, runs)) >= LEAST
    return min(_MUCH, _cost(runs, _RUN)) if tell else 2 * _ALL


def _cost(texts: Collection[bytes], shares: Sequence[float]) -> float:
    return sum(shares[min(_size(text), len(shares) - 1)] for text in texts)


def _size(text: bytes) -> int:
    """Return how many letters of ASCII tell as much as the letters of a text."""
    return len(text) + (not text.isascii() and text[-1] > 127)
