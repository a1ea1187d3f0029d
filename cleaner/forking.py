"""The process that workers are forked from, as a fork of this one: what a command has imported is not imported again.

``multiprocessing`` starts a new Python for it, which takes half a second to come as far as the command is.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import util
from typing import Any

#: Where Linux names the open files of a process.
OPEN = "/proc/self/fd"


@contextmanager
def forked_server() -> Iterator[None]:
    """The fork server that is started inside is a fork of this process where that is safe: on Linux, with one thread.

    To be started by a command before it has opened or printed anything.
    """
    module: Any = util
    spawn = module.spawnv_passfds
    if sys.platform == "linux" and os.path.isdir(OPEN) and threading.active_count() == 1:
        module.spawnv_passfds = _fork
    try:
        yield
    finally:
        module.spawnv_passfds = spawn


def _fork(_: object, arguments: Sequence[str], passed: Sequence[int]) -> int:
    """Do what ``python -c`` would with the last argument, in a fork that has no other open files than those passed."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for number in {int(name) for name in os.listdir(OPEN)} - {0, 1, 2, *passed}:
            with suppress(OSError):  # what the folder was read with
                os.close(number)
        exec(arguments[-1], {})  # noqa: S102 - multiprocessing made it: it calls the server's main function
    except SystemExit:
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)
