"""When the process that workers are forked from is started before all else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cleaner import ready
from cleaner.config import Config


@pytest.mark.parametrize(
    ("name", "size", "settings", "started"),
    [
        ("news.jsonl", 100, {"jobs": 2}, True),
        ("news.jsonl", 99, {"jobs": 2}, False),  # one process is faster
        ("news.jsonl", 100, {"jobs": 1}, False),
        ("news.jsonl", 100, {"jobs": 2, "engine": "spark"}, False),
        ("news.jsonl.gz", 100, {"jobs": 2}, False),  # one worker reads it
    ],
)
def test_only_an_input_that_several_workers_read_starts_it_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, size: int, settings: dict[str, Any], started: bool
) -> None:
    calls: list[bool] = []
    monkeypatch.setattr(ready, "get_ready", lambda large, how: calls.append(large))
    monkeypatch.setattr(ready, "SMALL_INPUT", 100)
    (tmp_path / name).write_bytes(b" " * size)
    ready.get_ready_early(
        [str(tmp_path / "absent"), "https://site.example/news.jsonl", str(tmp_path / name)], Config(**settings)
    )
    assert calls == ([True] if started else [])
