"""Imported by the process that workers are forked from, before all else: how they end that were never told their work.

A run that is killed while it starts a worker leaves one that waits for its first words, and reads their end.
"""

from __future__ import annotations

import pickle
import sys
from types import TracebackType


def quiet(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Show an exception, but not that whoever wanted a worker is gone: nobody reads that."""
    if not issubclass(kind, (EOFError, ConnectionError, pickle.UnpicklingError)):
        sys.__excepthook__(kind, error, trace)


sys.excepthook = quiet
