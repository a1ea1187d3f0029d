"""``cleaner rules``."""

# ruff: noqa: D301 - click reads the character \b, so docstrings must not be raw
from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from cleaner.commands import usage
from cleaner.commands.options import resolve, settings


@click.group("rules", cls=usage.Commands)
def rules_group() -> None:
    """The boilerplate rules: list, read and test them."""


@rules_group.command("list")
@settings("rules")
def rules_list(**flags: Any) -> None:
    """List the rules, packaged and your own.

    \b
    Example:
      cleaner rules list
    """
    from cleaner.reports import rules

    click.echo(rules.table(_ruleset(flags)))


def _names(_: Any, __: Any, incomplete: str) -> list[CompletionItem]:
    from cleaner.boilerplate.rules import RuleSet

    return [CompletionItem(rule.name) for rule in RuleSet.load([]).rules if rule.name.startswith(incomplete)]


@rules_group.command("show")
@click.argument("name", shell_complete=_names)
@settings("rules")
def rules_show(name: str, **flags: Any) -> None:
    """Show what a rule says, why, and its examples.

    \b
    Example:
      cleaner rules show follow-us
    """
    from cleaner.reports import rules

    click.echo(rules.show(_ruleset(flags), name))


@rules_group.command("test")
@settings("rules")
def rules_test(**flags: Any) -> int:
    """Run the examples of every rule; exits with 1 if one fails.

    \b
    Example:
      cleaner rules test --rules my-rules.toml
    """
    from cleaner.boilerplate import rule_tests
    from cleaner.reports.findings import counted

    ruleset = _ruleset(flags)
    failures = rule_tests.check(ruleset)
    for failure in failures:
        click.echo(f"{failure.rule}: {failure.message}" + (f": {failure.example}" if failure.example else ""))
    click.echo(f"{counted(len(ruleset.rules), 'rule')}, {counted(len(failures), 'failure')}", err=True)
    return 1 if failures else 0


def _ruleset(flags: dict[str, Any]) -> Any:
    config, _ = resolve(flags)
    from cleaner.boilerplate.rules import RuleSet

    return RuleSet.load([Path(name) for name in config.rules])
