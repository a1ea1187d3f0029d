"""``cleaner check``."""

# ruff: noqa: D301 - click reads the character \b, so docstrings must not be raw
from __future__ import annotations

from contextlib import nullcontext
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from cleaner.commands import actions, options, terminal
from cleaner.commands.options import resolve, settings
from cleaner.config import Config

#: What ``cleaner check`` takes: it writes no corpus, and flags copies whatever a run would do with them.
CHECKED = tuple(one.name for one in fields(Config) if one.name not in {"format", "duplicates", "report"})
OUTPUT_FORMATS = ("text", "jsonl", "github", "gitlab", "sarif", "junit", "markdown")


@click.command("check")
@options.inputs(required=True)
@click.option(
    "--output-format",
    "formats",
    type=click.Choice(OUTPUT_FORMATS),
    multiple=True,
    help="How findings are shown; several may be given. [default: text]",
)
@click.option(
    "--output-file",
    "files",
    type=options.PATH_OR_DASH,
    multiple=True,
    help="File for the findings, - for standard output; the first is for the first format, and so on.",
)
@click.option("--baseline", type=options.PATH, help="Pass over the findings that this file lists.")
@click.option("--write-baseline", type=options.PATH, help="List the findings in this file, and pass.")
@click.option("--changed-since", metavar="REVISION", help="Count findings only in files that git says have changed.")
@click.option("--statistics", is_flag=True, help="Show how many findings each rule has instead of the findings.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option("-q", "--quiet", is_flag=True, help="No progress, no summary.")
@settings(*CHECKED)
def check_command(
    inputs: tuple[str, ...],
    formats: tuple[str, ...],
    files: tuple[Path, ...],
    baseline: Path | None,
    write_baseline: Path | None,
    changed_since: str | None,
    statistics: bool,
    exit_zero: bool,
    quiet: bool,
    **flags: Any,
) -> int:
    """Report what is wrong with a corpus; it stays as it is.

    Exits with 1 if anything is found, or, where limits are set, if one is broken; notes count for neither.
    It also does if no record could be used. A limit is a percentage, or a whole number of findings.

    \b
    Examples:
      cleaner check articles/
      cleaner check articles/ --max-boilerplate 0.5% --max-mojibake 0
      cleaner check articles/ --write-baseline known.json
      cleaner check articles/ --baseline known.json
      cleaner check articles/ --changed-since origin/main
      cleaner check articles/ --output-format sarif --output-file found.sarif --output-format text
    """
    config, _ = resolve(flags)
    from cleaner.ready import get_ready_early

    get_ready_early(inputs, config)
    from cleaner import changed, checking, progress, session
    from cleaner.reports import findings, outputs

    duplicates, config = config.duplicates, checking.settings(config)
    targets = outputs.pair(formats, files)
    limits, known = checking.limits_of(config), checking.read_baseline(baseline) if baseline else frozenset()
    only = changed.changed_since(changed_since, Path.cwd()) if changed_since else None
    planned = session.plan_inputs(inputs, config)
    for note in () if quiet else planned.notes:
        terminal.say(note)
    with progress.cleaned(config, planned, quiet) as (_, folder):
        found = checking.checked(folder, planned, limits, known, Path.cwd(), only, duplicates)
        if write_baseline:
            count = checking.write_baseline(write_baseline, found.findings)
            click.echo(f"{findings.counted(count, 'finding')} listed in {write_baseline}", err=True)
            return 0
        bracketed = actions.no_commands() if ("text", None) in targets else nullcontext()
        with bracketed:
            for piece in outputs.write(found, targets, statistics):
                terminal.show(piece, go_on=True)
        if "markdown" not in formats:
            actions.add_summary(found)
        if not quiet:
            click.echo(findings.summary(found, click.style), err=True)
        return 1 if found.failed and not exit_zero else 0
