"""Compiling of kernels with numba; imported only where a kernel is needed (numba takes .4 s to import)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Compile ``function`` on its first call, without the interpreter lock, and keep the code on disk.

    Where no cache folder can be written, the code is compiled anew in each process.
    """
    try:
        compiled = njit(nogil=True, cache=True, error_model="numpy")(function)
    except RuntimeError:  # numba: no locator available, neither __pycache__ nor the user's cache
        compiled = njit(nogil=True, error_model="numpy")(function)
    return cast(Function, compiled)


def inlined(function: Function) -> Function:
    """Compile ``function`` into every kernel that calls it."""
    compiled = njit(nogil=True, cache=False, error_model="numpy")(function)
    return cast(Function, compiled)
