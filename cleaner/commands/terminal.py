"""The terminal: whether colours are used, and characters that it cannot show."""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import Any

import click

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
