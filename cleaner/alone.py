"""Processes of ours alone, without what they have no use for: pandas, the program's own main module."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType

_LOCK = threading.Lock()

#: Seconds between two looks whether the parent is still there.
LOOK = 0.5


class _NoPandas:
    """Finds no pandas, so that an import of it fails."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        """Raise for pandas; leave all else to others."""
        if name == "pandas":
            raise ModuleNotFoundError(name, name=name)


def settle() -> None:
    """What such a process begins with.

    pyarrow would import pandas for its first array, which takes a quarter of a second. The collector would look for
    cycles at each 700 objects, a tenth of a second while modules are imported; there are hardly any.
    """
    sys.meta_path.insert(0, _NoPandas())
    gc.set_threshold(20_000)


@contextmanager
def ending_with_parent() -> Iterator[None]:
    """Inside, this process ends once its parent has: for work of half a minute that nobody may be waiting for any more.

    For the main thread; a process that is forked inside is not watched.
    """
    parent = os.getppid()

    def look(*_: object) -> None:
        if os.getppid() != parent:
            os._exit(1)

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, LOOK, LOOK)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def without_main() -> Iterator[None]:
    """Processes that are started inside do not import the main module.

    Our functions are not in it, and a script that calls ``clean`` outside of ``if __name__ == "__main__"`` would run
    again in every worker.
    """
    with _LOCK:  # of two threads the second would take the first one's empty module for the main module
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main
