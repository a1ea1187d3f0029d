"""Imported by the process that workers are forked from, before all else.

A run that is killed while it starts a worker leaves one that waits for its first words, and reads their end. The
collector has nothing to find while modules are imported, and looks at what they made again and again.
"""

from __future__ import annotations

import gc
import pickle
import sys
from types import TracebackType

from cleaner.alone import settle


def quiet(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Show an exception, but not that whoever wanted a worker is gone: nobody reads that."""
    if not issubclass(kind, (EOFError, ConnectionError, pickle.UnpicklingError)):
        sys.__excepthook__(kind, error, trace)


sys.excepthook = quiet
settle()
gc.disable()
