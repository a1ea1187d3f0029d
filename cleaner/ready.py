"""The process that worker processes are forked from: it imports what all of them need, while this one goes on."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from importlib import import_module
from multiprocessing import forkserver, resource_tracker
from pathlib import Path

from cleaner.alone import without_main
from cleaner.config import Config
from cleaner.forking import forked_server
from cleaner.resources import SMALL_INPUT, resources

#: What a command imports as well as the workers.
SHARED = "cleaner.pipeline", "cleaner.readers"
#: What the passes import: once for all workers, which are forked from a process that has it.
PRELOADED = (
    "cleaner.engines.forked",
    *SHARED,
    *("ftfy", "pyarrow.acero"),
    *("cleaner.engines.local", "cleaner.prepare", "cleaner.learning", "cleaner.cleaning", "cleaner.duplicates"),
    *("cleaner.boilerplate.decide", "cleaner.boilerplate.kernels", "cleaner.encoding.scan_kernel"),
    *("cleaner.minhash.kernels", "cleaner.minhash.token_kernel", "cleaner.minhash.pair_kernels"),
)

#: Files with these endings are read by several workers at a time.
DIVIDED = {".jsonl", ".ndjson", ".parquet"}


def get_ready(large: bool = False, how: AbstractContextManager[None] | None = None) -> None:
    """Start the process that workers are forked from, if it does not run; it imports while this one goes on.

    For a large run it also loads kernels and rules, once for all workers. It is started inside of ``how``.
    An interrupt is not for it: it would say so at length if it came amid its imports.
    """
    forkserver.set_forkserver_preload([*PRELOADED, "cleaner.warm"] if large else list(PRELOADED))
    resource_tracker.ensure_running()  # it lets interrupts through, and the server would start it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with without_main(), how or nullcontext():
            forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def get_ready_early(inputs: Sequence[str], config: Config) -> None:
    """Start it where an input is surely large, before a command plans its run: as a fork of this process."""
    sizes = [0]
    for path in map(Path, inputs):
        with suppress(OSError, ValueError):  # not there, or a URL: that is for others to say
            sizes.append(path.stat().st_size if path.suffix in DIVIDED else 0)
    if config.engine == "local" and max(sizes) >= SMALL_INPUT and resources(config, max(sizes)).jobs > 1:
        for name in SHARED:
            import_module(name)
        get_ready(large=True, how=forked_server())
