"""How kernels are compiled: which are kept, and two at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import os, pathlib, sys
sys.path.insert(0, sys.argv[1])
from kernels_of_a_test import double, halve
from cleaner.minhash.compiled import in_two, is_kept
print(is_kept(double), is_kept(halve))
in_two(lambda: double(1), lambda: halve(2.0))
print(is_kept(double), is_kept(halve), len(double.signatures), len(halve.signatures))
print(double(1), halve(2.0), sum(halve.stats.cache_hits.values()))
"""
KERNELS = """
from cleaner.minhash.compiled import kernel
@kernel
def double(number):
    return 2 * number
@kernel
def halve(number):
    return number / 2
"""


def test_what_two_processes_compile_is_kept_for_both(tmp_path: Path) -> None:
    (tmp_path / "kernels_of_a_test.py").write_text(KERNELS)
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        capture_output=True, text=True, check=True, env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "kept")},
    ).stdout  # fmt: skip
    assert said.splitlines() == ["False False", "True True 1 0", "2 1.0 1"]
