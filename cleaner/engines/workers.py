"""Worker processes: each has a pipe of its own, so that it is known what a worker that dies was doing."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import pickle
import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import pyarrow as pa

from cleaner.alone import without_main
from cleaner.engines import Part
from cleaner.errors import WorkerError
from cleaner.ready import get_ready

#: So often a call is made in all before it is given up, because the workers die of it.
TRIES = 3

#: Freed memory is given back once in so many seconds of work, and when a worker has nothing to do for so many: that
#: takes as long as a small call, and what was given back has to be asked for again.
BUSY, IDLE = 1.0, 0.1
#: When this process last gave memory back.
_given_back = [0.0]

#: What every call of a step does: it is sent to each worker once; the arguments of a call follow.
Step = Callable[..., Part]


@dataclass(slots=True)
class Worker:
    """A process, the parent's end of its pipe, the step that it knows (packed), and the call that it is at."""

    process: BaseProcess
    pipe: Connection
    step: bytes = b""
    call: int | None = None


class Workers:
    """Processes that make calls; one that dies is replaced, and what it was doing is done again.

    ``say`` is told of each that dies.
    """

    def __init__(self, count: int, say: Callable[[str], None]) -> None:
        get_ready()
        self._context = multiprocessing.get_context("forkserver")
        self._say = say
        self._workers = [self._start() for _ in range(count)]

    def results(self, step: Step, calls: Sequence[tuple[Any, ...]], names: Sequence[str]) -> Iterator[tuple[int, Part]]:
        """Yield the number of each call of ``step`` and what it returned, as they arrive; ``names`` say what it is at.

        Raises:
            WorkerError: ``TRIES`` workers died at one call.
            Exception: whatever a call raises.
        """
        packed = pickle.dumps(step)
        waiting = deque(range(len(calls)))
        tries = [0] * len(calls)
        while waiting or any(worker.call is not None for worker in self._workers):
            for worker in self._workers:
                if worker.call is None and waiting:
                    worker.call = waiting.popleft()
                    _give(worker, packed, calls[worker.call])
            for place in self._ready():
                worker = self._workers[place]
                number, answer = worker.call or 0, _answer(worker)
                if isinstance(answer, Exception):
                    raise answer
                if answer is not None:
                    worker.call = None
                    yield number, answer
                    continue
                tries[number] += 1
                self._replace(place, names[number], tries[number])
                waiting.appendleft(number)

    def close(self) -> None:
        """End the processes, whatever they are at."""
        for worker in self._workers:
            worker.process.kill()
            worker.pipe.close()
        for worker in self._workers:
            worker.process.join()

    def _start(self) -> Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs,), daemon=True)
        with without_main():
            process.start()
        theirs.close()
        return Worker(process, ours)

    def _ready(self) -> list[int]:
        busy = {worker.pipe: place for place, worker in enumerate(self._workers) if worker.call is not None}
        return [busy[pipe] for pipe in connection.wait(list(busy)) if isinstance(pipe, Connection)]

    def _replace(self, place: int, name: str, tries: int) -> None:
        worker = self._workers[place]
        worker.process.join()
        code = worker.process.exitcode or 0
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        if tries == TRIES:
            raise WorkerError(
                f"{name}: each of {TRIES} worker processes that were given it died; the last {how}. If the machine ran "
                "out of memory, give --memory less or --jobs 1"
            )
        self._say(f"{name}: the worker process that was given it {how}; another one tries again")
        worker.pipe.close()
        self._workers[place] = self._start()


def _give(worker: Worker, step: bytes, call: tuple[Any, ...]) -> None:
    with suppress(OSError):  # it is dead: that shows when its answer is read
        if worker.step is not step:
            worker.pipe.send_bytes(step)
            worker.step = step
        worker.pipe.send_bytes(pickle.dumps(call))


def _answer(worker: Worker) -> Part | Exception | None:
    """What a call returned or raised; None from a worker that died."""
    try:
        answer = pickle.loads(worker.pipe.recv_bytes())  # noqa: S301 - a process of ours wrote it
    except (EOFError, OSError):
        return None
    if isinstance(answer, (Part, Exception)):
        return answer
    raise TypeError(f"a worker answered {answer!r}")


def _serve(pipe: Connection) -> None:
    """What a worker does until its parent is gone: take a step, or the arguments of a call of the last one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears of it, and ends the workers
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.enable()  # again: see engines.forked
    step: Step | None = None
    with suppress(EOFError, OSError):  # the parent is gone
        while True:
            if step is not None and not pipe.poll(IDLE):
                give_back()
            given = pickle.loads(pipe.recv_bytes())  # noqa: S301 - the parent wrote it
            if not isinstance(given, tuple):
                step = given
            elif step is not None:
                pipe.send_bytes(_made(step, given))


def give_back() -> None:
    """Return freed memory to the system: allocators keep what a call had at its peak, and others may need it now."""
    _given_back[0] = time.monotonic()
    pa.default_memory_pool().release_unused()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):  # of the GNU C library
        trim(0)


def give_back_in_time() -> None:
    """Return freed memory if that was not done of late."""
    if time.monotonic() - _given_back[0] >= BUSY:
        give_back()


def _made(step: Step, call: tuple[Any, ...]) -> bytes:
    try:
        part = step(*call)
        give_back_in_time()
        return pickle.dumps(part)
    except Exception as error:
        return _packed(error)


def _packed(error: Exception) -> bytes:
    """An error with its traceback as a note, to be sent; one that does not survive that still says what it was."""
    trace = "".join(traceback.format_exception(error))
    error.add_note(trace)
    with suppress(Exception):  # classes of others can be made so that packing or unpacking fails in any way
        packed = pickle.dumps(error)
        if type(pickle.loads(packed)) is type(error):  # noqa: S301 - it was packed here
            return packed
    plain = RuntimeError(traceback.format_exception_only(error)[0].strip())
    plain.add_note(trace)
    return pickle.dumps(plain)


def _end_with_parent() -> None:
    """A worker whose parent was killed must not go on writing."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
