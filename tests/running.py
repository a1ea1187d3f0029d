"""Ways to run the cleaner that tests share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from cleaner import audit
from cleaner.config import Config
from cleaner.corpus import Corpus
from cleaner.session import clean_to, plan_inputs


def clean(inputs: Path | str | Iterable[Path | str], out: Path, **settings: Any) -> dict[str, Any]:
    """Clean in this process, with one worker if nothing else is said; returns what run.json holds."""
    names = [str(inputs)] if isinstance(inputs, (Path, str)) else [str(one) for one in inputs]
    config = Config(**{"jobs": 1, **settings})
    return clean_to(config, plan_inputs(names, config), out)


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of all files below a folder, by relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def records(path: Path) -> list[dict[str, Any]]:
    """The records of a file of JSON lines."""
    return [orjson.loads(line) for line in path.read_bytes().split(b"\n") if line]


def restored(out: Path, folder: Path) -> dict[str, bytes]:
    """What restoring an output folder writes, by relative path."""
    audit.restore(Corpus(out).with_audit(), folder)
    return contents(folder)


def command(*arguments: str | Path, cwd: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run ``cleaner`` in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLEANER_")}
    environment |= {"PYTHONUTF8": "1", "COLUMNS": "100", **options.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-m", "cleaner", *map(str, arguments)],
        cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120, **options,
    )  # fmt: skip
