"""The terminal: whether colours are used, and characters that it cannot show."""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from cleaner.errors import OutputError

#: What stands for a character that the encoding of a stream lacks; any other is shown by its number.
LIKENESSES = {
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "…": "...", "–": "-", "—": "-",
    "‹": "<", "›": ">", "·": "-", "•": "*", "│": "|", "\u00a0": " ",
}  # fmt: skip


def settle_streams() -> None:
    """Let standard output and error replace what their encoding lacks (old consoles, ``LANG=C``) instead of failing."""
    codecs.register_error("cleaner", _replaced)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="cleaner")


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(LIKENESSES.get(one, f"<U+{ord(one):04X}>") for one in text), error.end


def say(text: str) -> None:
    """One message on standard error: on one line, whatever the names in it hold, and with nothing hidden."""
    from cleaner.reports.excerpts import visible

    click.echo(f"cleaner: {visible(text)}", err=True)


def show(piece: str | bytes, go_on: bool = False) -> None:
    """Print on standard output; with ``go_on`` its reader may go away, and what is left to be printed goes nowhere.

    Raises:
        BrokenPipeError: its reader went away.
        OutputError: it cannot be written.
    """
    with output_named():
        try:
            click.echo(piece, nl=False)
        except BrokenPipeError:
            if not go_on:
                raise
            leave_output()


@contextmanager
def output_named() -> Iterator[None]:
    """Say of an error of the block, which only prints, that it is one of standard output."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        leave_output()
        raise OutputError(f"standard output cannot be written: {error.strerror or error}") from error


def leave_output() -> None:
    """Let what is still to be printed on standard output go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def add_color(command: click.Command) -> None:
    """Give ``--color`` to a command, or to all commands of a group."""
    if isinstance(command, click.Group):
        for one in command.commands.values():
            add_color(one)
        return
    command.params.append(
        click.Option(
            ["--color"],
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            show_default=True,
            expose_value=False,
            callback=_color,
            help="Colours: auto uses them on a terminal unless NO_COLOR is set.",
        )
    )


def _color(context: click.Context, _: click.Parameter, value: Any) -> None:
    automatic = False if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else None
    context.color = {"always": True, "never": False}.get(value, automatic)


def in_colors() -> bool:
    """Whether standard output takes colours here."""
    color = click.get_current_context().color
    return sys.stdout.isatty() if color is None else color
