"""Where the CPU time of a run goes, call by call of the engine: ``python stages.py INPUT FOLDER``.

Other texts are cleaned in the same process before, so that imports and the loading of kernels and models are not
counted (not the same texts: what is remembered of them would help). Prints JSON: a list of name, CPU seconds and
seconds, in the order of the run.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from generate import write_corpus

from cleaner.config import Config
from cleaner.engines import Dataset
from cleaner.engines.local import LocalEngine
from cleaner.pipeline import run
from cleaner.session import plan_inputs

#: Enough text for all kernels to be used.
WARM_MEGABYTES = 4.0
REST = "between the calls: counting, clusters, run.json"


class TimedEngine:
    """An engine that notes the CPU time and the wall time of each call of another one, by the call's name."""

    def __init__(self, engine: LocalEngine) -> None:
        self.engine = engine
        self.spent: dict[str, tuple[float, float]] = {}

    def map(self, name: str, *arguments: Any, **options: Any) -> Dataset:
        """See ``Engine.map``."""
        return self._timed(self.engine.map, name, *arguments, **options)

    def shuffle(self, name: str, *arguments: Any, **options: Any) -> Dataset:
        """See ``Engine.shuffle``."""
        return self._timed(self.engine.shuffle, name, *arguments, **options)

    def keep(self, name: str, *arguments: Any, **options: Any) -> Dataset:
        """See ``Engine.keep``."""
        return self._timed(self.engine.keep, name, *arguments, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    def _timed(self, call: Callable[..., Dataset], name: str, *arguments: Any, **options: Any) -> Dataset:
        start = (time.process_time(), time.perf_counter())
        made = call(name, *arguments, **options)
        self.spent[name] = _since(start, self.spent.get(name, (0.0, 0.0)))
        return made


def _since(start: tuple[float, float], before: tuple[float, float] = (0.0, 0.0)) -> tuple[float, float]:
    return before[0] + time.process_time() - start[0], before[1] + time.perf_counter() - start[1]


def timed_run(source: Path, folder: Path) -> list[tuple[str, float, float]]:
    """Clean ``source`` in this process; name, CPU seconds and seconds of each call of the engine, then of the rest."""
    config = Config(jobs=1)
    (folder / "files").mkdir(parents=True)
    start = (time.process_time(), time.perf_counter())
    with LocalEngine(folder / "data", 1) as local:
        engine = TimedEngine(local)
        run(config, plan_inputs([str(source)], config), engine, folder / "files")
    total = _since(start)
    rows = [(name, *spent) for name, spent in engine.spent.items()]
    return [*rows, (REST, total[0] - sum(row[1] for row in rows), total[1] - sum(row[2] for row in rows))]


def main() -> None:
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True)
    write_corpus(folder / "other.jsonl", min(WARM_MEGABYTES, source.stat().st_size / 1e6), seed=1)
    timed_run(folder / "other.jsonl", folder / "warm")
    print(json.dumps(timed_run(source, folder / "timed")))


if __name__ == "__main__":
    main()
