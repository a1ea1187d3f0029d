"""What a command loads: heavy libraries only where they are used, so that the terminal answers at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from cleaner.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    code = end.code
print("\\n" + " ".join(sorted({name.partition(".")[0] for name in sys.modules})))
sys.exit(code)
"""


def loaded(*arguments: str, cwd: Path) -> set[str]:
    """The top-level modules that a command has imported when it ends."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLEANER_")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=cwd, env=environment, capture_output=True, text=True,
        check=True, timeout=120,
    )  # fmt: skip
    return set(done.stdout.rpartition("\n\n")[2].split() or done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("config",), ("--version",)], ids=" ".join)
def test_help_and_settings_load_nothing_heavy(arguments: tuple[str, ...], tmp_path: Path) -> None:
    modules = loaded(*arguments, cwd=tmp_path)
    assert "click" in modules
    heavy = {"scipy", "numba", "trafilatura", "datasketch", "pyarrow", "numpy", "ftfy", "lxml", "duckdb", "orjson"}
    assert modules & heavy == set()


def test_a_small_run_on_plain_text_compiles_nothing_and_extracts_nothing(seeds: Path, tmp_path: Path) -> None:
    modules = loaded("run", str(seeds), "-o", "out", "--quiet", cwd=tmp_path)
    assert "pyarrow" in modules
    assert modules & {"numba", "scipy", "trafilatura", "datasketch", "lxml"} == set()
