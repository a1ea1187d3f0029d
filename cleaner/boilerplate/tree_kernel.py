"""The compiled way through boosted trees: 64 lines at a time answer all questions of a tree.

An answer is a bit, so that what 64 lines say to one question is one number, and the way of all of them through a tree
takes a few operations on such numbers (Lucchese et al., "QuickScorer", 2015, has the idea of bits for answers). What
several trees ask is asked once. Imports numba: only where it is needed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, register_jitable

from cleaner.boilerplate.trees import BLOCK, DEPTH

_BITS, _BYTE = ir.IntType(64), ir.IntType(8)


def _ask(_: Any, seen: Any, place: Any, threshold: Any) -> Any:
    """Say for the 64 floats from ``seen[place]`` on whether they are above ``threshold``, as bits."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        floats = ir.VectorType(ir.FloatType(), BLOCK)
        start = builder.gep(context.make_array(signature.args[0])(context, builder, arguments[0]).data, [arguments[1]])
        asked = builder.load(builder.bitcast(start, floats.as_pointer()), align=4)
        return builder.bitcast(builder.fcmp_ordered(">", asked, _all(builder, floats, arguments[2])), _BITS)

    return types.uint64(seen, types.intp, types.float32), emit


def _extend(_: Any, bits: Any, leaves: Any) -> Any:
    """Write to ``leaves[i]`` twice what it was, and one more if bit i of ``bits`` is set."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes = ir.VectorType(_BYTE, BLOCK)
        start = context.make_array(signature.args[1])(context, builder, arguments[1]).data
        place = builder.bitcast(start, lanes.as_pointer())
        before = builder.load(place, align=1)
        added = builder.zext(builder.bitcast(arguments[0], ir.VectorType(ir.IntType(1), BLOCK)), lanes)
        builder.store(builder.add(builder.add(before, before), added), place, align=1)
        return context.get_dummy_value()

    return types.none(types.uint64, leaves), emit


def _all(builder: Any, lanes: Any, value: Any) -> Any:
    """Return a vector that holds ``value`` in each lane."""
    one = builder.insert_element(ir.Constant(lanes, ir.Undefined), value, cgutils.int32_t(0))
    return builder.shuffle_vector(one, one, ir.Constant(ir.VectorType(ir.IntType(32), BLOCK), [0] * BLOCK))


_above: Any = intrinsic(_ask)
_spread: Any = intrinsic(_extend)


def score(place: Any, feature: Any, threshold: Any, value: Any, blocks: Any, rows: Any, out: Any) -> None:
    """Write to ``out`` the summed leaf values for some rising rows; see ``trees.Questions`` and ``trees.Trees``."""
    said = np.zeros(len(feature) + 1, np.uint64)
    asked = np.empty(place.shape[1], np.uint64)
    ways = np.empty(DEPTH, np.uint64)
    leaves = np.empty(BLOCK, np.uint8)
    total = np.empty(BLOCK, np.int64)
    flat, width = blocks.ravel(), blocks.shape[1] * BLOCK
    seen = np.empty(width, np.float32)
    every = len(rows) > 0 and rows[len(rows) - 1] == len(rows) - 1
    for first in range(0, len(rows), BLOCK):
        size = min(BLOCK, len(rows) - first)
        if every:
            _answer(feature, threshold, flat, first * blocks.shape[1], said)
        else:
            for at in range(size):
                start = rows[first + at] // BLOCK * width + rows[first + at] % BLOCK
                for one in range(0, width, BLOCK):
                    seen[one + at] = flat[start + one]
            _answer(feature, threshold, seen, 0, said)
        total[:] = 0
        for tree in range(len(place)):
            for node in range(place.shape[1]):
                asked[node] = said[place[tree, node]]
            _lead(asked, ways, leaves)
            for at in range(BLOCK):
                total[at] += value[tree, leaves[at]]
        for at in range(size):  # for a slice numba would compile its messages about shapes: a second and a half
            out[first + at] = total[at]


def _answer(feature: Any, threshold: Any, seen: Any, start: Any, said: Any) -> None:
    for one in range(len(feature)):
        said[one] = _above(seen, np.intp(start + np.intp(feature[one]) * BLOCK), threshold[one])


def _lead(asked: Any, ways: Any, leaves: Any) -> None:
    """Lead all lines through a tree, given what they say to its questions."""
    leaves[:] = 0
    for depth in range(DEPTH):
        width = 1 << depth
        first = width - 1  # the questions of this depth begin there; those left after each answer, too
        for step in range(depth):
            width >>= 1
            for at in range(first, first + width):
                asked[at] = (asked[at] & ~ways[step]) | (asked[at + width] & ways[step])
        ways[depth] = asked[first]
        _spread(ways[depth], leaves)


register_jitable(_answer)
register_jitable(_lead)
