"""Processes without pandas."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from cleaner.alone import settle
settle()
import pyarrow
assert pyarrow.array([1, None]).to_pylist() == [1, None]
print("pandas" in sys.modules)
"""


def test_the_first_array_of_pyarrow_loads_no_pandas() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
