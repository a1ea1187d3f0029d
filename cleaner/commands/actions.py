"""Inside GitHub Actions: what is printed of a corpus commands nothing there, and a check adds to the job's summary."""

from __future__ import annotations

import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cleaner.errors import OutputError

if TYPE_CHECKING:
    from cleaner.checking import Checked


@contextmanager
def no_commands() -> Iterator[None]:
    """Text that the block prints stays text: the runner obeys nothing until it reads a word that nobody can guess.

    Elsewhere, and where standard output is a file, nothing is added.
    """
    if os.environ.get("GITHUB_ACTIONS") != "true" or _is_file():
        yield
        return
    token = secrets.token_hex(16)
    click.echo(f"::stop-commands::{token}")
    try:
        yield
    finally:
        click.echo(f"::{token}::")


def _is_file() -> bool:
    return stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)


def add_summary(checked: Checked) -> None:
    """Append the check in Markdown to the summary of the job, if there is one.

    Raises:
        OutputError: it cannot be written.
    """
    from cleaner.reports import markdown

    if name := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            with Path(name).open("a", encoding="utf-8") as file:
                file.writelines(markdown.render(checked))
        except OSError as error:
            raise OutputError(
                f"GITHUB_STEP_SUMMARY: {name}: cannot be written: {error.strerror}; unset it, or name a file"
            ) from error
