"""Options made of the table of settings."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from cleaner.config import FILES, Config, key_of
from cleaner.origins import Origin, load


class NamedPath(click.Path):
    """A path; an empty name, such as that of a shell variable that is not set, is not taken for this folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, or a usage error."""
        if value == "":
            self.fail("the name is empty; name a file or folder, or . for this one", param, ctx)
        if value == "-" and not self.allow_dash:
            self.fail("- is no file or folder here; name one, ./- for one of that name", param, ctx)
        if not self.dir_okay and os.path.isdir(value):
            self.fail(f"{value} is a folder; name a file", param, ctx)
        if not self.file_okay and os.path.isfile(value):
            self.fail(f"{value} is a file; name a folder", param, ctx)
        return super().convert(value, param, ctx)


PATH, PATH_OR_DASH = NamedPath(path_type=Path), NamedPath(path_type=Path, allow_dash=True)


def settings(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Options for some settings of ``Config``, or for those of a run; only those given arrive, in ``flags``."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for one in reversed(fields(Config)):
            if one.name in names or not (names or one.metadata["check"]):
                name = "--" + key_of(one.name)
                switch = f"{name}/--no-{key_of(one.name)}" if isinstance(one.default, bool) else name
                command = click.option(switch, one.name, **_option(one))(command)
        return command

    return decorate


def _option(one: Any) -> dict[str, Any]:
    choices, default = one.metadata["choices"], one.default
    text = one.metadata["help"]
    kind: Any = str
    if isinstance(default, tuple):
        text += f" [{', '.join(choices)}]" if choices else ""
    elif choices:
        kind = click.Choice(choices)
    elif isinstance(default, int):
        kind = type(default)
    shown = ",".join(default) if isinstance(default, tuple) else "" if isinstance(default, bool) else default
    if shown not in (None, ""):
        text += f" [default: {shown}]"
    return {
        "type": kind,
        "default": None,
        "help": text,
        "shell_complete": _completed(one),
        "metavar": "NAMES" if isinstance(default, tuple) else "NUMBER" if isinstance(default, float) else None,
    }


def inputs(*, required: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The argument INPUT..., which shells complete as the name of a file or folder."""
    return click.argument("inputs", nargs=-1, required=required, metavar="INPUT...", shell_complete=_file)


def _file(_: Any, __: Any, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(incomplete, type="file")]


def _completed(one: Any) -> Callable[..., list[CompletionItem]] | None:
    """How a shell completes the value: files, or the next of several names; None leaves it to the type."""
    if one.name in FILES:
        return _file
    if not one.metadata["choices"] or not isinstance(one.default, tuple):
        return None

    def names(_: Any, __: Any, incomplete: str) -> list[CompletionItem]:
        before, comma, word = incomplete.rpartition(",")
        return [CompletionItem(before + comma + name) for name in one.metadata["choices"] if name.startswith(word)]

    return names


def resolve(flags: dict[str, Any]) -> tuple[Config, dict[str, Origin]]:
    """The settings in force here, and where each came from."""
    given = {name: value for name, value in flags.items() if value is not None}
    return load(given, os.environ, Path.cwd())
