"""What a run takes of the machine: limits of control groups, and systems that tell less than Linux does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cleaner import resources


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of sixteen cores whose control groups are folders of the test."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)
    monkeypatch.setattr(resources, "GROUPS", (tmp_path, tmp_path))
    return tmp_path


def limited(groups: Path, lines: str, files: dict[str, str]) -> None:
    (groups / "cgroup").write_text(lines)
    for name, content in files.items():
        (groups / name).parent.mkdir(parents=True, exist_ok=True)
        (groups / name).write_text(content)


@pytest.mark.parametrize(
    ("lines", "files", "cores"),
    [
        ("0::/\n", {"cpu.max": "max 100000\n"}, 16),
        ("0::/\n", {"cpu.max": "400000 100000\n"}, 4),
        ("0::/a/b\n", {"cpu.max": "400000 100000\n", "a/b/cpu.max": "max 100000\n"}, 4),
        ("0::/a/b\n", {"a/cpu.max": "150000 100000\n", "a/b/cpu.max": "800000 100000\n"}, 2),
        ("0::/\n", {"cpu.max": "1000 100000\n"}, 1),
        ("0::/\n", {"cpu.max": "nonsense\n"}, 16),
        ("4:cpu,cpuacct:/a\n", {"cpu/a/cpu.cfs_quota_us": "300000\n", "cpu/a/cpu.cfs_period_us": "100000\n"}, 3),
        ("4:cpu,cpuacct:/a\n", {"cpu/a/cpu.cfs_quota_us": "-1\n", "cpu/a/cpu.cfs_period_us": "100000\n"}, 16),
        ("4:memory:/a\n", {"cpu/a/cpu.cfs_quota_us": "300000\n"}, 16),
        ("", {}, 16),
    ],
)
def test_workers_keep_to_the_quota_of_the_control_group(
    groups: Path, lines: str, files: dict[str, str], cores: int
) -> None:
    limited(groups, lines, files)
    assert resources.cores() == cores


def test_memory_keeps_to_the_control_group_of_either_version(groups: Path) -> None:
    limited(groups, "0::/a\n", {"a/memory.max": "300000\n", "memory.max": "max\n"})
    assert resources.available() == 300_000
    limited(groups, "4:memory:/a\n", {"memory/a/memory.limit_in_bytes": "200000\n"})
    assert resources.available() == 200_000


def test_a_system_without_affinity_has_the_cores_of_the_machine(groups: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 12)
    assert resources.cores() == 12
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert resources.cores() == 1
