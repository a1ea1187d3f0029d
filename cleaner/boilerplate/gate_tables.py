"""The gates of all rules as tables, for the kernel that asks them of a whole batch (see ``passing``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.gates import Gate
from cleaner.boilerplate.letters import letter_table
from cleaner.boilerplate.passing import (
    ALWAYS,
    BEGIN,
    END,
    MORE,
    REACH,
    SHOUTED,
    STOP,
    five,
    number_of,
    slot,
    three,
    two,
)
from cleaner.boilerplate.runs import Runs


class Gates(NamedTuple):
    """The gates of some expressions as tables for the kernel; a set of expressions is a row of bits.

    Attributes:
        told: sets of expressions, for short and for long lines; uint64, shape (sets, 2, words).
        table: numbers of letters (see ``passing.number_of``) in a hash table, and in the row below which of ``told``
            they stand for; int64, shape (2, slots).
        edges: for short and for long lines, and for what begins and what ends a line, by the first (or last) two, three
            and five letters (see ``passing.two`` and so on): bits for how many letters that has, and for how many if
            the line has no more; uint32, shape (2, 2, 131072).
        kinds: for every code point below 65,536 the kind of its letter in ``step``; uint8.
        step: the automaton of runs inside (see ``runs.Runs``); held: for the first place of each of its states which
            of ``told`` the runs that end there stand for; int64, shape (rows of ``step``,).
    """

    told: NDArray[np.uint64]
    table: NDArray[np.int64]
    edges: NDArray[np.uint32]
    kinds: NDArray[np.uint8]
    step: NDArray[np.integer]
    held: NDArray[np.int64]

    @classmethod
    def of(cls, gates: Sequence[Gate], long: Sequence[bool]) -> Gates:
        """Unite gates; ``long`` says of each whether it is there for long lines, too."""
        numbers: dict[int, int] = {}
        sets = [0, 0]  # of ALWAYS and SHOUTED
        holding: dict[bytes, int] = {}
        for at, gate in enumerate(gates):
            for which in _sets_of(gate, numbers, sets):
                sets[which] |= 1 << at
            for run in gate.holds:
                holding[run] = holding.get(run, 0) | 1 << at
        runs = Runs.of(holding)
        held = np.zeros(len(runs.step), dtype=np.int64)
        held[:: len(runs.step) // len(runs.ends)] = len(sets) + np.arange(len(runs.ends))
        sets += [reduce(or_, (holding[run] for run in some), 0) for some in runs.ends]
        kinds = set(gates), {gate for gate, also in zip(gates, long, strict=True) if also}
        edges = np.stack([_edges(some) for some in kinds])
        of_long = sum(1 << at for at, also in enumerate(long) if also)
        told = _bits([(one, one & of_long) for one in sets], 1 + len(gates) // 64)
        return cls(told, _hashed(numbers), edges, runs.kinds[letter_table()], runs.step, held)


def _bits(sets: Sequence[tuple[int, int]], words: int) -> NDArray[np.uint64]:
    written = b"".join(one.to_bytes(8 * words, "little") for pair in sets for one in pair)
    return np.frombuffer(written, "<u8").reshape(-1, 2, words).astype(np.uint64)


def _sets_of(gate: Gate, numbers: dict[int, int], sets: list[int]) -> Iterator[int]:
    """Yield the places in ``sets`` of the letters of a gate; new ones are added."""
    if gate.shouted or not any(gate):
        yield SHOUTED if gate.shouted else ALWAYS
    for text, kind in (
        *(((*text, STOP), BEGIN) for text in gate.whole),
        *((text, BEGIN) for text in gate.begins),
        *((text[::-1], END) for text in gate.ends),
    ):
        number = number_of(text, kind)
        if number not in numbers:
            numbers[number] = len(sets)
            sets.append(0)
        yield numbers[number]


def _hashed(numbers: Mapping[int, int]) -> NDArray[np.int64]:
    size = 1 << max(4, (4 * len(numbers)).bit_length())
    table = np.zeros((2, size), dtype=np.int64)
    for number, value in numbers.items():
        at = slot(number, size - 1)
        while table[1, at]:
            at = (at + 1) & (size - 1)
        table[:, at] = number, value
    return table


def _edges(gates: Iterable[Gate]) -> NDArray[np.uint32]:
    """Return what ``edges`` of ``Gates`` holds for some gates."""
    edges = np.zeros((2, 1 << 17), dtype=np.uint32)
    for gate in gates:
        for text in gate.whole:
            edges[BEGIN, _edge(text)] |= 1 << (REACH + len(text) - 1)
        for kind, texts in ((BEGIN, gate.begins), (END, {text[::-1] for text in gate.ends})):
            for text in texts:
                places = _edge(text) if len(text) > 1 else _edge(text) + np.arange(256)  # any other may follow
                edges[kind, places] |= 1 << (len(text) - 1)
    return edges


def _edge(text: bytes) -> int:
    return int(five(text) if len(text) >= MORE else three(text) if len(text) > 2 else two(text + bytes(1)))
