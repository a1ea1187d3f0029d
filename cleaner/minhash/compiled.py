"""Compiling of kernels with numba; imported only where a kernel is needed (numba takes .4 s to import)."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit
from numba.core.caching import FunctionCache
from numba.core.runtime.nrt import rtsys

from cleaner.alone import ending_with_parent

Function = TypeVar("Function", bound=Callable[..., Any])


#: What ``_Kept`` does without is numba's own affair: a version that has other insides loads its own way.
_INSIDES = ("_load_overload", "_guard_against_spurious_io_errors")


class _Kept(FunctionCache):
    """Code on disk that is loaded as it is: numba would first load all that compiling takes, and SciPy with it.

    That is a quarter of a second in every process.
    """

    def load_overload(self: Any, sig: Any, target_context: Any) -> Any:
        if not all(hasattr(self, name) for name in _INSIDES):
            own: Any = super()
            return own.load_overload(sig, target_context)
        rtsys.initialize(target_context)  # what kernels that make arrays call
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)


def kernel(function: Function) -> Function:
    """Compile ``function`` on its first call, without the interpreter lock, and keep the code on disk.

    Where no cache folder can be written, the code is compiled anew in each process.
    """
    compiled: Any = njit(nogil=True, error_model="numpy")(function)
    kept: Any = _Kept
    with suppress(RuntimeError):  # numba: no locator available, neither __pycache__ nor the user's cache
        compiled._cache = kept(function)
    return cast(Function, compiled)


def inlined(function: Function) -> Function:
    """Compile ``function`` into every kernel that calls it."""
    compiled = njit(nogil=True, cache=False, error_model="numpy")(function)
    return cast(Function, compiled)


def is_kept(compiled: Any) -> bool:
    """Whether code of a kernel lies on disk, or cannot lie there."""
    folder = compiled.stats.cache_path
    return folder is None or any(Path(folder).glob(f"*.{compiled.__name__}-*.nbi"))


def in_two(first: Callable[[], object], second: Callable[[], object]) -> None:
    """Compile what both functions call, each in a process: afterwards it lies on disk, or is compiled when called.

    For a process with one thread. Both end where their parents do: a run that is interrupted leaves none behind.
    """
    child = os.fork()
    if child == 0:
        try:
            with ending_with_parent():
                second()
        finally:
            os._exit(0)
    with ending_with_parent():
        try:
            first()
        finally:
            os.waitpid(child, 0)
