"""Worker processes without the program's own main module, which they have no use for."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

_LOCK = threading.Lock()


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
