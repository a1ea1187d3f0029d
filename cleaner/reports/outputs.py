"""Which format of a check goes where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from itertools import zip_longest
from pathlib import Path

import click

from cleaner.checking import Checked, write_file
from cleaner.reports.findings import painted, render, statistics

#: The module of each format.
MODULES = {"text": "findings"}


def renderer(name: str) -> Callable[[Checked], Iterator[str]]:
    """The render function of a format; its module is loaded only now."""
    render: Callable[[Checked], Iterator[str]] = import_module(f"cleaner.reports.{MODULES.get(name, name)}").render
    return render


def pair(formats: Sequence[str], files: Sequence[Path]) -> list[tuple[str, Path | None]]:
    """Each format with its file, None for standard output.

    Raises:
        click.UsageError: there are more files than formats, or two formats for one place.
    """
    formats = formats or ("text",)
    if len(files) > len(formats):
        raise click.UsageError("more files than formats; give each --output-file an --output-format")
    places = [None if path is None or str(path) == "-" else path for _, path in zip_longest(formats, files)]
    if len(set(places)) < len(places):
        raise click.UsageError("two formats for one place; give each an --output-file, in the same order")
    return list(zip(formats, places, strict=True))


def write(
    checked: Checked, targets: Sequence[tuple[str, Path | None]], counts_only: bool = False
) -> Iterator[str | bytes]:
    """Write the formats that have files; yields what goes to standard output, as bytes (UTF-8) if it is for machines.

    With ``counts_only`` the text format is the number of findings of each rule.
    """
    for name, path in targets:
        if name == "text":
            pieces = iter([statistics(checked)]) if counts_only else render(checked) if path else painted(checked)
        else:
            pieces = renderer(name)(checked)
        if path:
            write_file(path, pieces)
        else:
            yield from pieces if name == "text" else (piece.encode() for piece in pieces)
