"""``cleaner run``."""

# ruff: noqa: D301 - click reads the character \b, so docstrings must not be raw
from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from cleaner.commands import actions, options, terminal
from cleaner.commands.options import resolve, settings
from cleaner.config import Config


@click.command("run")
@options.inputs(required=False)
@click.option(
    "-o",
    "--output",
    type=options.PATH_OR_DASH,
    help="Folder for the results, or - for the corpus on standard output.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be done; write nothing.")
@click.option("--diff", is_flag=True, help="Show what would change in each document; write nothing.")
@click.option("--explain-bands", is_flag=True, help="Show how surely near-duplicates become candidates; no run.")
@click.option(
    "--save-templates",
    type=options.NamedPath(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write the templates that were learned to FILE, for --templates of later runs; also with --dry-run.",
)
@click.option("--resume", is_flag=True, help="Go on from what a run that was stopped has finished in OUTPUT.")
@click.option("-q", "--quiet", is_flag=True, help="No progress, no summary.")
@settings()
def run_command(
    inputs: tuple[str, ...],
    output: Path | None,
    dry_run: bool,
    diff: bool,
    explain_bands: bool,
    save_templates: Path | None,
    resume: bool,
    quiet: bool,
    **flags: Any,
) -> int:
    """Clean a corpus. INPUT is a file, a folder, a pattern, a URL, or - for standard input.

    Exits with 1 if no record could be used, also where the input has none.

    \b
    Examples:
      cleaner run articles/ -o clean/
      cleaner run dump.jsonl --text-field body --stages encoding,boilerplate -o clean/
      cleaner run articles/ --diff | less
      zcat dump.jsonl.gz | cleaner run - -o - > clean.jsonl
    """
    config, _ = resolve(flags)
    if explain_bands:
        from cleaner.minhash import bands, keys
        from cleaner.minhash.verify import Thresholds

        chosen = keys.explain_rate(config.shingle_rate, Thresholds.of(config.resolved()))
        click.echo(f"{chosen}\n\n{bands.explain_bands(config.bands, config.rows)}")
        return 0
    preview = dry_run or diff
    if not inputs:
        raise click.UsageError("name an input: a file, a folder, a pattern, or - for standard input")
    if output is None and not preview:
        raise click.UsageError("name a folder for the results with -o, or look first with --dry-run or --diff")
    if str(output) == "-" and config.format != "jsonl":
        raise click.UsageError("-o - writes the corpus as JSON lines to standard output; leave --format out")
    if resume and (preview or str(output) == "-"):
        raise click.UsageError("--resume goes on with a run into a folder; give -o FOLDER, without --dry-run or --diff")
    from cleaner.ready import get_ready_early

    get_ready_early(inputs, config)
    from cleaner import progress, session
    from cleaner.reports.summary import summary

    planned = session.plan_inputs(inputs, config)
    for note in () if quiet else planned.notes:
        terminal.say(note)
    folder = None if preview or str(output) == "-" else output
    if folder is None:
        record, done = _show(config, planned, preview, diff, save_templates, quiet)
    else:
        with progress.shown(quiet, planned.bytes, config.stages) as watch:
            record, done = session.clean_to(config, planned, folder, watch, resume), f"written to {folder}"
        session.save_templates(folder, save_templates)
    if not quiet:
        click.echo(summary(record, done, folder, click.style), err=True)
    return 1 if record["counts"]["read"] == record["counts"]["rejected"] else 0


def _show(
    config: Config, planned: Any, preview: bool, diff: bool, save_templates: Path | None, quiet: bool
) -> tuple[dict[str, Any], str]:
    """Clean into a private folder; print the differences, the corpus, or nothing."""
    from cleaner import progress, session
    from cleaner.reports import text

    with progress.cleaned(config, planned, quiet) as (record, folder):
        with actions.no_commands() if diff else nullcontext():
            for piece in text.differences(folder, click.style) if diff else ():
                terminal.show(piece)
        if not preview:
            session.refuse_losses(record, config.max_source_loss)
            with terminal.output_named():
                session.copy_corpus(folder, sys.stdout.buffer)
        session.save_templates(folder, save_templates)
    nothing = f"nothing was written but {save_templates}" if save_templates else "nothing was written"
    return record, nothing if preview else "written to standard output"
