"""Processes without pandas, and processes whose parents end."""

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


CHILD = """
import os, sys, time
from cleaner.alone import ending_with_parent
if os.fork() == 0:
    with ending_with_parent():
        print("waits", flush=True)
        time.sleep(60)
    print("was left")
else:
    sys.stdin.read()
"""


def test_a_process_ends_soon_after_its_parent() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    assert parent.stdout
    assert parent.stdout.readline() == "waits\n"
    said, _ = parent.communicate("")  # the parent ends; standard output is open until the child has ended as well
    assert said == ""
