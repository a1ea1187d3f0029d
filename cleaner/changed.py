"""Which files of a git repository have changed: for checks of what a branch adds to a corpus."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from cleaner.errors import ConfigError


def changed_since(revision: str, folder: Path) -> frozenset[str]:
    """Absolute paths of the files that differ from ``revision`` or are new, in the repository around ``folder``.

    Raises:
        ConfigError: there is no git, no repository, or no such revision.
    """
    root = os.fsdecode(_git(folder, "rev-parse", "--show-toplevel")).rstrip("\n")
    listed = _git(folder, "diff", "--name-only", "--no-renames", "--diff-filter=d", "-z", "--end-of-options", revision)
    new = _git(Path(root), "ls-files", "--others", "--exclude-standard", "-z")
    return frozenset(os.path.join(root, os.fsdecode(name)) for name in (listed + new).split(b"\0") if name)


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        raise ConfigError("--changed-since needs git; install it, or leave the option out") from None
    if done.returncode:
        said = (os.fsdecode(done.stderr).strip().splitlines() or ["git failed"])[0]
        raise ConfigError(f"--changed-since: {said}; name a revision of the repository that you are in")
    return done.stdout
