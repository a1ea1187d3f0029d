"""What workers find when they are forked: nothing is loaded for a second time."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
import cleaner.warm
from cleaner.boilerplate import kernels, passing
from cleaner.boilerplate.rules import RuleSet
from cleaner.minhash.shingles import use_numba
loaded = [kernel.signatures for kernel in map(kernels.compiled, (kernels.scan_lines, kernels.topics, passing.passing))]
compiled = kernels.is_large(0), use_numba("auto", 0)
print(*compiled, *map(len, loaded), RuleSet.load()._built is not None, "scipy.linalg" in sys.modules)
"""


def test_kernels_and_rules_are_loaded_and_nothing_that_only_compiling_takes() -> None:
    for _ in range(2):  # the first may compile
        done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=600)
    assert done.stdout.split() == ["True", "True", "1", "1", "1", "True", "False"], done.stderr


OTHER_INSIDES = """
import numpy as np
from cleaner.minhash import compiled
compiled._INSIDES = ("no such method",)
from cleaner.minhash.bands import candidate_pairs
from cleaner.minhash.shingles import LARGE, use_numba
use_numba("auto", LARGE)
print(len(candidate_pairs(np.full(9, -1), np.arange(9), 100).a))
"""


def test_kernels_are_loaded_by_a_numba_of_other_insides_too() -> None:
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", OTHER_INSIDES], capture_output=True, text=True, check=True, timeout=600
        )
        assert done.stdout.split() == ["36"], done.stderr
