"""How far a run is: a live display on a terminal, else a line every half minute, on standard error."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cleaner.commands.terminal import say
from cleaner.engines import SILENT, Watch

if TYPE_CHECKING:
    from cleaner.config import Config
    from cleaner.readers import Plan

#: Seconds between two lines where there is no terminal.
PAUSE = 30.0


class Step(NamedTuple):
    """What a run does at a time, in words; ``share`` is of the time of a whole run (measured on news text)."""

    words: str
    stage: str
    share: float


_READ, _LEARN, _CLEAN, _COMPARE, _WRITE = (
    "reading and repairing", "learning templates", "finding boilerplate", "comparing passages", "writing",
)  # fmt: skip

#: The passes and barriers of ``pipeline.run`` in their order; ``stage`` is the one that they need.
STEPS = {
    "documents": Step(_READ, "", 0.22),
    "sizes": Step(_LEARN, "", 0.01),
    "ids": Step(_LEARN, "", 0.01),
    "repeated": Step(_LEARN, "", 0.01),
    "articles": Step(_LEARN, "boilerplate", 0.01),
    "copies": Step(_LEARN, "boilerplate", 0.01),
    "sources": Step(_LEARN, "boilerplate", 0.01),
    "lines": Step(_LEARN, "boilerplate", 0.14),
    "learned": Step(_LEARN, "boilerplate", 0.01),
    "cleaned": Step(_CLEAN, "", 0.38),
    "passages": Step(_COMPARE, "near-duplicates", 0.04),
    "keys": Step(_COMPARE, "near-duplicates", 0.04),
    "candidates": Step(_COMPARE, "near-duplicates", 0.01),
    "compared": Step(_COMPARE, "near-duplicates", 0.01),
    "capped": Step(_COMPARE, "near-duplicates", 0.001),
    "pairs": Step(_COMPARE, "near-duplicates", 0.02),
    "standing": Step(_COMPARE, "near-duplicates", 0.01),
    "flags": Step(_COMPARE, "near-duplicates", 0.01),
    "clusters": Step(_COMPARE, "near-duplicates", 0.01),
    "named": Step(_COMPARE, "near-duplicates", 0.01),
    "written": Step(_WRITE, "", 0.04),
}
#: What comes after all steps: clusters, pairs, ``run.json``, the report.
REST = 0.07


class Progress:
    """A watch that knows how far a run of ``stages`` over ``size`` bytes is; safe to read from another thread."""

    def __init__(
        self, size: int, stages: Iterable[str], say: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.size = size
        self.say = say
        self._clock = clock
        self._began = clock()
        self._steps = {name: step for name, step in STEPS.items() if not step.stage or step.stage in stages}
        self._total = REST + sum(step.share for step in self._steps.values())
        self._words = "looking at the inputs"
        self._finished = self._share = self._portion = 0.0
        self._documents = 0

    def begin(self, name: str, parts: int) -> None:
        """A step starts; those that no table names (as the parts of a shuffle) belong to the one before."""
        step = self._steps.get(name)
        self._words = step.words if step else self._words
        self._share = step.share / self._total if step else 0.0
        self._portion = self._share / max(1, parts)

    def done(self, name: str, rows: int, bytes: int) -> None:  # noqa: A002 - the protocol's name
        """One part of it is finished."""
        self._finished += self._portion
        self._documents += rows * (name == "documents")

    def end(self, name: str) -> None:
        """All of its parts are."""

    @property
    def share(self) -> float:
        """How much is done, 0 to 1: an estimate, since steps take their usual shares of the time."""
        return min(1.0, self._finished)

    @property
    def words(self) -> str:
        """What is being done."""
        return self._words

    def facts(self) -> str:
        """Time gone and left, documents, megabytes a second and memory, as far as they are known."""
        gone = self._clock() - self._began
        said = [clock_time(gone)]
        said += [f"{self._documents:,} documents"] if self._documents else []
        said += [f"{self.size * self.share / gone / 1e6:.1f} MB/s"] if self.share and self.size and gone > 1 else []
        said += [f"about {clock_time(gone / self.share - gone)} left"] if self.share > 0.05 and gone > 3 else []
        used = memory()
        said += [f"{used / 1e6:,.0f} MB of memory"] if used else []
        return ", ".join(said)

    def line(self) -> str:
        """All of it on one line."""
        return f"{self.words}, {self.share:.0%}, {self.facts()}"


def clock_time(seconds: float) -> str:
    """``1:05`` or ``2:00:07``."""
    minutes, second = divmod(round(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def memory() -> int:
    """Bytes that this process and those below it hold for themselves; 0 where the system does not say (no /proc)."""
    page = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0
    pages = 0
    waiting = [os.getpid()]
    while waiting:
        process = Path(f"/proc/{waiting.pop()}")
        with suppress(OSError):  # there is no /proc here, or the process has just ended
            _, resident, shared, *_ = map(int, (process / "statm").read_text().split())
            pages += resident - shared
            for thread in (process / "task").iterdir():
                waiting += map(int, (thread / "children").read_text().split())
    return pages * page


@contextmanager
def shown(quiet: bool, size: int, stages: Iterable[str]) -> Iterator[Watch]:
    """Show progress on standard error while the block runs; with ``quiet`` nothing."""
    if quiet:
        yield SILENT
        return
    terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    with (_live if terminal else _lines)(size, stages) as watch:
        yield watch


@contextmanager
def cleaned(config: Config, planned: Plan, quiet: bool) -> Iterator[tuple[dict[str, Any], Path]]:
    """``session.cleaned``, with progress until the block begins."""
    from cleaner import session

    with ExitStack() as stack:
        with shown(quiet, planned.bytes, config.stages) as watch:
            made = stack.enter_context(session.cleaned(config, planned, watch))
        yield made


@contextmanager
def _lines(size: int, stages: Iterable[str]) -> Iterator[Watch]:
    progress = Progress(size, stages, say)
    over = threading.Event()

    def tell() -> None:
        with suppress(OSError):  # whoever read standard error went away
            while not over.wait(PAUSE):
                say(progress.line())

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield progress
    finally:
        over.set()
        thread.join()


@contextmanager
def _live(size: int, stages: Iterable[str]) -> Iterator[Watch]:
    from rich.console import Console
    from rich.live import Live

    context = click.get_current_context(silent=True)
    console = Console(stderr=True, no_color=True if context and context.color is False else None)
    progress = Progress(size, stages, lambda text: console.print(f"cleaner: {text}", markup=False, highlight=False))
    with Live(
        get_renderable=lambda: _picture(progress),
        console=console, transient=True, redirect_stdout=False, redirect_stderr=False,
    ):  # fmt: skip
        yield progress


def _picture(progress: Progress) -> Any:
    """Two lines: what is done with a bar, and the facts."""
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    first = Table.grid(padding=(0, 1), expand=True)
    first.add_column(no_wrap=True, width=22)
    first.add_column(ratio=1)
    first.add_column(justify="right", width=4)
    first.add_row(Text(progress.words), ProgressBar(total=1.0, completed=progress.share), f"{progress.share:.0%}")
    return Group(first, Text(progress.facts(), no_wrap=True, overflow="ellipsis"))
