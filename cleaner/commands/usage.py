"""Usage errors in one line: what is wrong, where, and what to write instead."""

from __future__ import annotations

import click

from cleaner.config import suggest


class Commands(click.Group):
    """A group that says of a command that it lacks which one may be meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names."""
        name = args[0]
        if name not in self.commands and not name.startswith("-") and not ctx.resilient_parsing:
            meant = suggest(name, tuple(self.commands)) or f"; {_help(ctx)} lists them"
            raise click.UsageError(f"{name}: {ctx.command_path} has no such command{meant}", ctx)
        return super().resolve_command(ctx, args)


def said(error: click.ClickException) -> str:
    """What an error of click's says, in one line."""
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    if isinstance(error, click.NoSuchOption) and ctx:
        options = tuple(name for one in ctx.command.params for name in (*one.opts, *one.secondary_opts))
        meant = suggest(error.option_name, options) or f"; {_help(ctx)} lists them"
        return f"{error.option_name}: {ctx.command_path} has no such option{meant}"
    if isinstance(error, click.MissingParameter) and ctx and error.param:
        name = _name(error.param)
        option = f" {error.param.opts[0]} …" if isinstance(error.param, click.Option) else ""
        return f"{name} is missing{_choices(error.param)}; write {_usage(ctx)}{option}"
    if isinstance(error, click.BadParameter) and error.param:
        return f"{_name(error.param)}: {error.message.removesuffix('.')}"
    if isinstance(error, click.BadOptionUsage):
        return f"{error.message[0].lower()}{error.message[1:].removesuffix('.')}; --help tells what it takes"
    if ctx and error.message.startswith("Got unexpected"):
        return f"{error.message[0].lower()}{error.message[1:]}; write {_usage(ctx)}"
    return error.format_message()


def _help(ctx: click.Context) -> str:
    return f"{ctx.command_path} --help"


def _usage(ctx: click.Context) -> str:
    return " ".join([ctx.command_path, *ctx.command.collect_usage_pieces(ctx)])


def _name(param: click.Parameter) -> str:
    return "/".join(param.opts) if isinstance(param, click.Option) else param.human_readable_name


def _choices(param: click.Parameter) -> str:
    return f" ({', '.join(param.type.choices)})" if isinstance(param.type, click.Choice) else ""
