"""Processes of ours alone, which are given nothing of pandas, do without it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType


class _NoPandas(MetaPathFinder):
    """Finds no pandas, so that an import of it fails."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        """Raise for pandas; leave all else to others."""
        if name == "pandas":
            raise ModuleNotFoundError(name, name=name)


def do_without_pandas() -> None:
    """Let pyarrow look for pandas in vain: it imports it for its first array, which takes a quarter of a second."""
    sys.meta_path.insert(0, _NoPandas())
