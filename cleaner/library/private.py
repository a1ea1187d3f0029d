"""Private folders of results that nobody gave a folder for."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path

from cleaner.errors import OutputError


class PrivateFolder:
    """A temporary folder that goes when it is closed, when nothing refers to it any more, or when Python ends."""

    def __init__(self, folder: str | None = None) -> None:
        """Make one below ``folder``, or where the system has its temporary files.

        Raises:
            OutputError: it cannot be made there.
        """
        try:
            self.path = Path(tempfile.mkdtemp(prefix="cleaner-", dir=folder))
        except OSError as error:
            raise OutputError(
                f"{error.filename}: no temporary folder can be made: {error.strerror}; set tmp"
            ) from error
        self._finalizer = weakref.finalize(self, _remove, self.path, os.getpid())

    @property
    def closed(self) -> bool:
        """Whether it is gone."""
        return not self._finalizer.alive

    def close(self) -> None:
        """Remove it; a second time does nothing."""
        self._finalizer()


def _remove(path: Path, owner: int) -> None:
    if os.getpid() == owner:  # a forked process has the object too, and must not take the folder away
        shutil.rmtree(path, ignore_errors=True)
