"""``cleaner config``, ``cleaner init`` and ``cleaner completion``: what sets the others up."""

# ruff: noqa: D301 - click reads the character \b, so docstrings must not be raw
from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from cleaner.commands import options
from cleaner.commands.options import resolve, settings
from cleaner.config import Config, key_of

#: The variable through which shells ask click for completions.
COMPLETE = "_CLEANER_COMPLETE"


@click.command("config")
@click.option("--schema", is_flag=True, help="Print a JSON schema of cleaner.toml instead, for editors.")
@settings(*(one.name for one in fields(Config)))
def config_command(schema: bool, **flags: Any) -> None:
    """Show the settings in force and where each came from.

    \b
    Examples:
      cleaner config --boilerplate conservative
      cleaner config --schema > cleaner.schema.json
    """
    if schema:
        import orjson

        from cleaner.reports import settings as described

        click.echo(orjson.dumps(described.schema(), option=orjson.OPT_INDENT_2))
        return
    from cleaner.reports.settings import plain

    _, origins = resolve(flags)
    for name, origin in origins.items():
        click.echo(f"{key_of(name):20} {plain(origin.value):50} {origin.where}")


@click.command("init")
@click.argument("folder", type=options.NamedPath(path_type=Path, file_okay=False), default=Path())
def init_command(folder: Path) -> None:
    """Write a cleaner.toml with every setting, commented out.

    It says what each is for, and its default. A file that is there already stays.

    \b
    Example:
      cleaner init
    """
    from cleaner.errors import OutputError
    from cleaner.reports import settings as described

    path = folder / "cleaner.toml"
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(described.toml())
    except FileExistsError:
        raise OutputError(f"{path}: is there already; edit it, or move it away first") from None
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}; name another folder") from error
    click.echo(f"written to {path}; all of it is commented out, so it changes nothing yet", err=True)


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print a script that completes commands in a shell.

    Options and their values are completed too.

    \b
    Examples:
      eval "$(cleaner completion bash)"                                  # in ~/.bashrc
      eval "$(cleaner completion zsh)"                                   # in ~/.zshrc
      cleaner completion fish > ~/.config/fish/completions/cleaner.fish
    """
    from click.shell_completion import ShellComplete, get_completion_class

    made = get_completion_class(shell)
    assert made is not None, shell  # noqa: S101 - click brings these three
    complete = made(click.get_current_context().find_root().command, {}, "cleaner", COMPLETE)
    click.echo(ShellComplete.source(complete))  # bash's own first asks the bash that is here for its version
