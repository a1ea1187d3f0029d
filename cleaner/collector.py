"""Python's collector of reference cycles, paused while a batch is worked on."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Pause the collector: a batch makes many small objects and no cycles, and each collection visits all of them.

    Also a decorator. Objects without cycles are freed as always.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
