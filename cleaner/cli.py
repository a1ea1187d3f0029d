"""The command ``cleaner``: a skin over the library. Heavy imports happen inside of the commands.

Exit codes: 0 done, nothing over a limit · 1 findings over a limit · 2 could not run · 130 interrupted.
"""

# ruff: noqa: D301 - click reads the character \b, so docstrings must not be raw
from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from cleaner import __version__
from cleaner.config import Config, Origin, key_of, load
from cleaner.errors import CleanerError, LimitError

#: With this variable set an internal error shows its traceback.
DEBUG = "CLEANER_DEBUG"

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100, "auto_envvar_prefix": None}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit; every error becomes one message and an exit code."""
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    try:
        result = cli.main(args=arguments, prog_name="cleaner", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        return _say("interrupted", 130)
    except click.ClickException as error:
        error.show()
        return 2
    except LimitError as error:
        return _say(f"over the limit: {error}", 1)
    except CleanerError as error:
        return _say(f"error: {error}", 2)
    except (BrokenPipeError, SystemExit):  # click exits where the reader of standard output went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _say("interrupted", 130)
    except MemoryError:
        return _say("error: out of memory; try --jobs 1, or split the input", 2)
    except OSError as error:
        return _say(f"error: {error.filename or 'input or output'}: {error.strerror or error}", 2)
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        name = type(error).__name__
        return _say(f"internal error: {name}: {error}; this is a bug, please report it with what {DEBUG}=1 shows", 2)
    return result if isinstance(result, int) else 0


def _say(message: str, code: int) -> int:
    click.echo(f"cleaner: {message}", err=True)
    return code


def settings(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Options for some settings of ``Config``, or for those of a run; only those given arrive, in ``flags``."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for one in reversed(fields(Config)):
            if one.name in names or not (names or one.metadata["check"]):
                command = click.option("--" + key_of(one.name), one.name, **_option(one))(command)
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
        kind = int
    shown = ",".join(default) if isinstance(default, tuple) else default
    if shown not in (None, ""):
        text += f" [default: {shown}]"
    return {
        "type": kind,
        "default": None,
        "help": text,
        "metavar": "NAMES" if isinstance(default, tuple) else "NUMBER" if isinstance(default, float) else None,
    }


def resolve(flags: dict[str, Any]) -> tuple[Config, dict[str, Origin]]:
    """The settings in force here, and where each came from."""
    given = {name: value for name, value in flags.items() if value is not None}
    return load(given, os.environ, Path.cwd())


@click.group(context_settings=CONTEXT)
@click.version_option(__version__, prog_name="cleaner", message="%(prog)s %(version)s")
def cli() -> None:
    """Clean a news corpus: repair encoding, strip boilerplate, flag near-duplicate passages.

    Every change is written to an audit that restores the original.

    \b
    Example:
      cleaner run articles/ -o clean/
    """


@cli.command("run")
@click.argument("inputs", nargs=-1, metavar="INPUT...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder for the results, or - for the corpus on standard output.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be done; write nothing.")
@click.option("--diff", is_flag=True, help="Show what would change in each document; write nothing.")
@click.option("--explain-bands", is_flag=True, help="Show how surely the bands find a pair of each similarity; no run.")
@click.option("-q", "--quiet", is_flag=True, help="No summary.")
@settings()
def run_command(
    inputs: tuple[str, ...],
    output: Path | None,
    dry_run: bool,
    diff: bool,
    explain_bands: bool,
    quiet: bool,
    **flags: Any,
) -> None:
    """Clean a corpus. INPUT is a file, a folder, a pattern, or - for standard input.

    \b
    Examples:
      cleaner run articles/ -o clean/
      cleaner run dump.jsonl --text-field body --stages encoding,boilerplate -o clean/
      cleaner run articles/ --diff | less
      zcat dump.jsonl.gz | cleaner run - -o - > clean.jsonl
    """
    config, _ = resolve(flags)
    if explain_bands:
        from cleaner.minhash import bands

        return click.echo(bands.explain_bands(config.bands, config.rows))
    preview = dry_run or diff
    if not inputs:
        raise click.UsageError("name an input: a file, a folder, a pattern, or - for standard input")
    if output is None and not preview:
        raise click.UsageError("name a folder for the results with -o, or look first with --dry-run or --diff")
    if str(output) == "-" and config.format != "jsonl":
        raise click.UsageError("-o - writes the corpus as JSON lines to standard output; leave --format out")
    from cleaner import session

    planned = session.plan_inputs(inputs, config)
    for note in () if quiet else planned.notes:
        click.echo(f"cleaner: {note}", err=True)
    if output is None or preview or str(output) == "-":
        record, done = _show(config, planned, preview, diff)
    else:
        record, done = session.clean_to(config, planned, output), f"written to {output}"
    if not quiet:
        from cleaner.reports import text

        click.echo(text.summary(record, done), err=True)
    return None


def _show(config: Config, planned: Any, preview: bool, diff: bool) -> tuple[dict[str, Any], str]:
    """Clean into a private folder; print the differences, the corpus, or nothing."""
    from cleaner import session
    from cleaner.reports import text

    with session.cleaned(config, planned) as (record, folder):
        for piece in text.differences(folder) if diff else ():
            click.echo(piece, nl=False)
        if not preview:
            session.copy_corpus(folder, sys.stdout.buffer)
    return record, "nothing was written" if preview else "written to standard output"


#: What ``cleaner check`` takes: it writes no corpus, and flags copies whatever a run would do with them.
CHECKED = tuple(one.name for one in fields(Config) if one.name not in {"format", "duplicates"})
OUTPUT_FORMATS = ("text", "jsonl", "github", "gitlab", "sarif", "junit", "markdown")


@cli.command("check")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
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
    type=click.Path(path_type=Path),
    multiple=True,
    help="File for the findings, - for standard output; the first is for the first format, and so on.",
)
@click.option("--baseline", type=click.Path(path_type=Path), help="Pass over the findings that this file lists.")
@click.option("--write-baseline", type=click.Path(path_type=Path), help="List the findings in this file, and pass.")
@click.option("--changed-since", metavar="REVISION", help="Count findings only in files that git says have changed.")
@click.option("--statistics", is_flag=True, help="Show how many findings each rule has instead of the findings.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option("-q", "--quiet", is_flag=True, help="No summary on standard error.")
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
    """Report what is wrong with a corpus; the corpus stays as it is.

    Exits with 1 if anything is found, or, where limits are set, if one is broken; notes count for neither.
    A limit is a percentage, or a whole number of findings.

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
    from cleaner import changed, check, session
    from cleaner.reports import findings, outputs

    config = check.settings(config)
    targets = outputs.pair(formats, files)
    limits, known = check.limits_of(config), check.read_baseline(baseline) if baseline else frozenset()
    only = changed.changed_since(changed_since, Path.cwd()) if changed_since else None
    planned = session.plan_inputs(inputs, config)
    for note in () if quiet else planned.notes:
        click.echo(f"cleaner: {note}", err=True)
    with session.cleaned(config, planned) as (_, folder):
        found = check.checked(folder, planned, limits, known, Path.cwd(), only)
        if write_baseline:
            count = check.write_baseline(write_baseline, found.findings)
            click.echo(f"{count:,} findings listed in {write_baseline}", err=True)
            return 0
        for piece in outputs.write(found, targets, statistics):
            click.echo(piece, nl=False)
        if not quiet:
            click.echo(findings.summary(found), err=True)
        return 1 if found.failed and not exit_zero else 0


@cli.command("report")
@click.argument("output", type=click.Path(path_type=Path), metavar="OUT")
@click.option(
    "-o", "--to", "target", type=click.Path(path_type=Path), help="The page to write. [default: OUT/report.html]"
)
def report_command(output: Path, target: Path | None) -> None:
    """Write a page about a run: what went and why, and copies side by side.

    It is one file, needs no network, and shows a choice from the corpus; keep it where the corpus may be seen.

    \b
    Example:
      cleaner report clean/ -o report.html
    """
    from cleaner.reports import html

    click.echo(f"written to {html.write_report(output, target)}", err=True)


@cli.command("why")
@click.argument("identity", metavar="ID")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("output"),
    show_default=True,
    help="Folder that a run wrote.",
)
def why_command(identity: str, output: Path) -> None:
    """Show every edit and match of one document, with its context.

    \b
    Example:
      cleaner why 2024/story.txt -o clean/
    """
    from cleaner.corpus import Corpus
    from cleaner.reports import why

    for piece in why.explain(Corpus(output), identity):
        click.echo(piece)


@cli.command("restore")
@click.argument("output", type=click.Path(path_type=Path), metavar="OUT")
@click.option("-o", "--to", "folder", type=click.Path(path_type=Path), required=True, help="Folder for the originals.")
def restore_command(output: Path, folder: Path) -> None:
    """Write the original texts back, from the corpus and the audit in OUT.

    Each document becomes a file named by its id; a text file comes back byte for byte, a page as its extracted text.

    \b
    Example:
      cleaner restore clean/ -o originals/
    """
    from cleaner import audit
    from cleaner.corpus import Corpus
    from cleaner.errors import OutputError

    corpus = Corpus(output)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder}: holds files already; choose an empty or a new folder with -o")
    documents = ((record["id"], record["text"]) for record in corpus.all_documents())
    count = audit.restore(documents, corpus.lines("audit"), folder)
    click.echo(f"restored {count} documents to {folder}", err=True)


@cli.command("rethreshold")
@click.argument("output", type=click.Path(path_type=Path), metavar="OUT")
@click.option("-o", "--to", "folder", type=click.Path(path_type=Path), required=True, help="Folder for the results.")
@click.option("--jaccard", type=float, default=None, help="Jaccard similarity, at least. [default: as in OUT]")
@click.option("--containment", type=float, default=None, help="Containment, at least. [default: as in OUT]")
def rethreshold_command(output: Path, folder: Path, jaccard: float | None, containment: float | None) -> None:
    """Flag fewer near-duplicates, under higher thresholds, from the pairs in OUT; no new run.

    \b
    Example:
      cleaner rethreshold clean/ --jaccard 0.7 --containment 0.9 -o strict/
    """
    from cleaner.corpus import Corpus
    from cleaner.reports import text
    from cleaner.rethreshold import rethreshold

    corpus = Corpus(output)
    config = corpus.record["config"]
    wanted = [
        config[name] if given is None else given for name, given in (("jaccard", jaccard), ("containment", containment))
    ]
    click.echo(text.summary(rethreshold(corpus, folder, *wanted), f"written to {folder}"), err=True)


@cli.group("index")
def index_group() -> None:
    """Saved indexes of passages, to compare later corpora with (run --against)."""


@index_group.command("build")
@click.argument("output", type=click.Path(path_type=Path), metavar="OUT")
@click.option("-o", "--index", type=click.Path(path_type=Path), required=True, help="Folder of the new index.")
def index_build(output: Path, index: Path) -> None:
    """Make an index of the passages of a run's output; flagged ones are left out, their kept copy is in.

    \b
    Example:
      cleaner index build clean/ -o passages.index
    """
    from cleaner.corpus import Corpus
    from cleaner.earlier import add_corpus
    from cleaner.minhash.index import Index

    corpus = Corpus(output)
    click.echo(f"{add_corpus(Index.create(index), corpus):,} passages in {index}", err=True)


@index_group.command("add")
@click.argument("output", type=click.Path(path_type=Path), metavar="OUT")
@click.option("-o", "--index", type=click.Path(path_type=Path), required=True, help="Folder of the index.")
def index_add(output: Path, index: Path) -> None:
    """Add the passages of a run's output to an index.

    \b
    Example:
      cleaner run today/ --against passages.index -o clean-today/
      cleaner index add clean-today/ -o passages.index
    """
    from cleaner.corpus import Corpus
    from cleaner.earlier import add_corpus
    from cleaner.minhash.index import Index

    corpus = Corpus(output)
    click.echo(f"{add_corpus(Index.open(index), corpus):,} passages added to {index}", err=True)


@index_group.command("info")
@click.argument("index", type=click.Path(path_type=Path))
def index_info(index: Path) -> None:
    """Show how an index was made and how large it is.

    \b
    Example:
      cleaner index info passages.index
    """
    from cleaner.minhash.index import Index

    for name, value in Index.open(index).info().items():
        click.echo(f"{name:12} {value}")


@index_group.command("export")
@click.argument("index", type=click.Path(path_type=Path))
@click.option("--to", "kind", type=click.Choice(["datasketch"]), required=True, help="For which library.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Folder for the files.")
def index_export(index: Path, kind: str, output: Path) -> None:
    """Write the signatures of an index for another library, without pickle.

    \b
    Example:
      cleaner index export passages.index --to datasketch -o signatures/
    """
    from cleaner.minhash.index import Index

    Index.open(index).export(output)
    click.echo(f"signatures for {kind} in {output}", err=True)


@cli.group("rules")
def rules_group() -> None:
    """The boilerplate rules: list them, read one, run their examples."""


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


@rules_group.command("show")
@click.argument("name")
@settings("rules")
def rules_show(name: str, **flags: Any) -> None:
    """Show what a rule says, why, and its examples.

    \b
    Example:
      cleaner rules show share-and-follow
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

    ruleset = _ruleset(flags)
    failures = rule_tests.check(ruleset)
    for failure in failures:
        click.echo(str(failure))
    click.echo(f"{len(ruleset.rules)} rules, {len(failures)} failures", err=True)
    return 1 if failures else 0


def _ruleset(flags: dict[str, Any]) -> Any:
    config, _ = resolve(flags)
    from cleaner.boilerplate.rules import RuleSet

    return RuleSet.load([Path(name) for name in config.rules])


@cli.command("config")
@settings(*(one.name for one in fields(Config)))
def config_command(**flags: Any) -> None:
    """Show the settings in force and where each came from.

    \b
    Example:
      cleaner config --boilerplate conservative
    """
    _, origins = resolve(flags)
    for name, origin in origins.items():
        value = ",".join(origin.value) if isinstance(origin.value, tuple) else origin.value
        click.echo(f"{key_of(name):20} {'' if value is None else value!s:50} {origin.where}")
