"""The compiled way through boosted trees: 64 lines at a time answer all questions of a tree.

An answer is a bit, so that what 64 lines say to one question is one number, and the way of all of them through a tree
takes a few operations on such numbers (Lucchese et al., "QuickScorer", 2015, has the idea of bits for answers). That
is a quarter of the work of leading each line from question to question. Imports numba: only where it is needed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from cleaner.boilerplate.trees import DEPTH

#: So many lines make a block: one bit of a number each.
BLOCK = 64
_BITS, _BYTE = ir.IntType(64), ir.IntType(8)


def _ask(_: Any, flat: Any, place: Any, threshold: Any) -> Any:
    """Say for the 64 floats from ``flat[place]`` on whether they are above ``threshold``, as bits."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        floats = ir.VectorType(ir.FloatType(), BLOCK)
        start = builder.gep(context.make_array(signature.args[0])(context, builder, arguments[0]).data, [arguments[1]])
        asked = builder.load(builder.bitcast(start, floats.as_pointer()), align=4)
        return builder.bitcast(builder.fcmp_ordered(">", asked, _all(builder, floats, arguments[2])), _BITS)

    return types.uint64(flat, types.intp, types.float32), emit


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


def score(feature: Any, threshold: Any, value: Any, columns: Any, out: Any) -> None:
    """Add to ``out`` the leaf values of all trees for each column; see ``trees.Trees``."""
    asked = np.empty(feature.shape[1], np.uint64)
    ways = np.empty(DEPTH, np.uint64)
    leaves = np.empty(BLOCK, np.uint8)
    flat, size = columns.ravel(), len(out)
    for block in range(0, size, BLOCK):
        start = min(block, size - BLOCK)  # the last block begins among the lines of the one before
        for tree in range(len(feature)):
            for node in range(feature.shape[1]):
                asked[node] = _above(flat, np.intp(feature[tree, node]) * size + start, threshold[tree, node])
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
            for at in range(block - start, BLOCK):
                out[start + at] += value[tree, leaves[at]]
