"""What every node of a Spark cluster must have: the same software, and the same files under the same paths."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Self

from cleaner import __version__
from cleaner.errors import CleanerError
from cleaner.resuming import LIBRARIES


@dataclass(frozen=True, slots=True)
class Home:
    """What every node must have: the spool, by a file in it that only this run has, the run's folder, its software."""

    token: Path
    folder: Path
    software: tuple[tuple[str, str], ...]

    @classmethod
    def here(cls, spool: Path) -> Self:
        """That of this process; marks the folder ``spool``."""
        token = spool.absolute() / f"run-{uuid.uuid4().hex}"
        token.touch()
        return cls(token, Path.cwd(), _software())

    def check(self) -> None:
        """Hold this node against it, once a worker process.

        Raises:
            CleanerError: names the node, and what differs.
        """
        _check(self)

    def check_inputs(self, paths: Iterable[str]) -> None:
        """Look for input files on this node: what is missing here must not count as a bad record.

        Raises:
            CleanerError: names the node and the file.
        """
        for path in paths:
            if not os.path.exists(path):
                raise CleanerError(
                    f"node {socket.gethostname()} does not see the input {path}: "
                    "inputs must be on a file system that all nodes share, under the same path"
                )


def _software() -> tuple[tuple[str, str], ...]:
    return (("cleaner", __version__), *((name, version(name)) for name in LIBRARIES))


@cache
def _check(home: Home) -> None:
    node = socket.gethostname()
    if not home.token.is_file():
        raise CleanerError(
            f"node {node} does not see {home.token.parent}: results must go to a folder that all nodes share, "
            "under the same path"
        )
    try:
        os.chdir(home.folder)  # names of files may be relative to it
    except OSError:
        raise CleanerError(
            f"node {node} does not see {home.folder}, where the run was started; start it in a folder that all share"
        ) from None
    for (name, wanted), (_, found) in zip(home.software, _software(), strict=True):
        if wanted != found:
            raise CleanerError(
                f"node {node} has {name} {found}, and the run has {wanted}; install the same on all nodes"
            )
