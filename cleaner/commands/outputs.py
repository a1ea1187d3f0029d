"""What reads the output of a run: ``report``, ``why``, ``restore``, ``rethreshold``."""

# ruff: noqa: D301 - click reads the character \b, so docstrings must not be raw
from __future__ import annotations

import shutil
from pathlib import Path

import click
from click.core import ParameterSource

from cleaner.commands import actions, options, terminal


@click.command("report")
@click.argument("output", type=options.PATH, metavar="OUT")
@click.option("-o", "--to", "target", type=options.PATH, help="The page to write. [default: OUT/report.html]")
def report_command(output: Path, target: Path | None) -> None:
    """Write the page about a run again.

    A run writes it to OUT/report.html by itself: what went and why, and copies side by side. It is one
    file, needs no network, and shows a choice from the corpus; keep it where that may be seen.

    \b
    Example:
      cleaner report clean/ -o report.html
    """
    from cleaner.corpus import Corpus
    from cleaner.reports import html

    with Corpus(output).blamed():
        click.echo(f"written to {html.write_report(output, target)}", err=True)


@click.command("why")
@click.argument("identity", metavar="ID")
@click.option(
    "-o",
    "--output",
    type=options.PATH,
    default=Path("output"),
    show_default=True,
    help="Folder that a run wrote.",
)
def why_command(identity: str, output: Path) -> None:
    """Show every edit and match of one document.

    Of a record that was rejected, named by its id or place, it shows why.

    \b
    Examples:
      cleaner why 2024/story.txt -o clean/
      cleaner why dump.jsonl:17 -o clean/
    """
    from cleaner.corpus import Corpus
    from cleaner.errors import InputError
    from cleaner.reports import why

    try:
        corpus = Corpus(output)
    except InputError as error:
        if click.get_current_context().get_parameter_source("output") is ParameterSource.DEFAULT:
            raise InputError(f"{error} (no -o was given, so {str(output)!r} was tried)") from error
        raise
    width = shutil.get_terminal_size((100, 24)).columns
    with actions.no_commands(), corpus.blamed():
        for piece in why.explain(corpus, identity, width, click.style, terminal.in_colors()):
            terminal.show(f"{piece}\n")


@click.command("restore")
@click.argument("output", type=options.PATH, metavar="OUT")
@click.option("-o", "--to", "folder", type=options.PATH, required=True, help="Folder for the originals.")
def restore_command(output: Path, folder: Path) -> None:
    """Write the original texts back from a run's output.

    Corpus and audit are read, once they are found to be as the run wrote them. Each document
    becomes a file named by its id; a text file comes back byte for byte, a page as its extracted
    text: its HTML is not kept. Records that the run rejected are not restored.

    \b
    Example:
      cleaner restore clean/ -o originals/
    """
    from cleaner import audit
    from cleaner.corpus import Corpus
    from cleaner.errors import InputError, OutputError
    from cleaner.reports.findings import counted

    corpus = Corpus(output)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        what = "holds files already" if folder.is_dir() else "is a file"
        raise OutputError(f"{folder}: {what}; choose an empty or a new folder with -o")
    try:
        corpus.check_originals()
    except InputError as error:
        raise InputError(f"{error}; nothing was restored") from error
    count = audit.restore(corpus.with_audit(), folder)
    click.echo(f"{counted(count, 'document')} restored to {folder}", err=True)
    if pages := corpus.record["inputs"].get("pages"):
        click.echo(f"{counted(pages, 'page')} restored as extracted text; the HTML itself is not kept", err=True)
    if rejected := corpus.record["counts"]["rejected"]:
        not_read = f"{counted(rejected, 'record')} not restored, as the run could not use"
        click.echo(f"{not_read} {'it' if rejected == 1 else 'them'}: see {output / 'rejected.jsonl'}", err=True)


@click.command("rethreshold")
@click.argument("output", type=options.PATH, metavar="OUT")
@click.option("-o", "--to", "folder", type=options.PATH, required=True, help="Folder for the results.")
@click.option(
    "--jaccard", type=click.FloatRange(0, 1), default=None, help="Jaccard similarity, at least. [default: as in OUT]"
)
@click.option(
    "--containment", type=click.FloatRange(0, 1), default=None, help="Containment, at least. [default: as in OUT]"
)
def rethreshold_command(output: Path, folder: Path, jaccard: float | None, containment: float | None) -> None:
    """Flag fewer near-duplicates, without a new run.

    The thresholds can only be raised: the pairs in OUT are what there is. A pair that reaches either of them
    stays, so raise both to lose pairs that are alike in both ways. Clusters are formed anew, and another copy
    may be the one that is kept.

    \b
    Example:
      cleaner rethreshold clean/ --jaccard 0.7 --containment 0.9 -o strict/
    """
    from cleaner.corpus import Corpus
    from cleaner.reports.summary import summary
    from cleaner.rethreshold import rethreshold

    corpus = Corpus(output)
    config = corpus.record["config"]
    wanted = [
        config[name] if given is None else given for name, given in (("jaccard", jaccard), ("containment", containment))
    ]
    click.echo(summary(rethreshold(corpus, folder, *wanted), f"written to {folder}", folder, click.style), err=True)
