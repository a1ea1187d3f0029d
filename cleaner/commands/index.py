"""``cleaner index``."""

# ruff: noqa: D301 - click reads the character \b, so docstrings must not be raw
from __future__ import annotations

from pathlib import Path

import click

from cleaner.commands import options, usage


@click.group("index", cls=usage.Commands)
def index_group() -> None:
    """Saved passages, to compare later corpora with."""


@index_group.command("build")
@click.argument("output", type=options.PATH, metavar="OUT")
@click.option("-o", "--index", type=options.PATH, required=True, help="Folder of the new index.")
def index_build(output: Path, index: Path) -> None:
    """Make an index of the passages of a run's output; flagged ones are left out, their kept copy is in.

    \b
    Example:
      cleaner index build clean/ -o passages.index
    """
    from cleaner.corpus import Corpus
    from cleaner.earlier import add_corpus, settings_for
    from cleaner.minhash.index import Index
    from cleaner.reports.findings import counted

    corpus = Corpus(output)
    made = Index.create(index, settings_for(corpus.record["config"]))
    click.echo(f"{counted(add_corpus(made, corpus), 'passage')} in {index}", err=True)


@index_group.command("add")
@click.argument("output", type=options.PATH, metavar="OUT")
@click.option("-o", "--index", type=options.PATH, required=True, help="Folder of the index.")
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
    from cleaner.reports.findings import counted

    corpus = Corpus(output)
    opened = Index.open(index)
    if opened.has(corpus.record["inputs"]["sha256"]):
        click.echo(f"{output} is in {index} already; nothing was added, and nothing needs to be", err=True)
        return
    click.echo(f"{counted(add_corpus(opened, corpus), 'passage')} added to {index}", err=True)


@index_group.command("info")
@click.argument("index", type=options.PATH)
def index_info(index: Path) -> None:
    """Show how an index was made and how large it is.

    \b
    Example:
      cleaner index info passages.index
    """
    from cleaner.minhash.index import Index

    for name, value in Index.open(index).info().items():
        shown = ", ".join(f"{key} {one}" for key, one in value.items()) if isinstance(value, dict) else value
        click.echo(f"{name:12} {shown}")


@index_group.command("export")
@click.argument("index", type=options.PATH)
@click.option("--to", "kind", type=click.Choice(["datasketch"]), required=True, help="For which library.")
@click.option("-o", "--output", type=options.PATH, required=True, help="Folder for the files.")
def index_export(index: Path, kind: str, output: Path) -> None:
    """Write the signatures of an index for another library, without pickle.

    \b
    Example:
      cleaner index export passages.index --to datasketch -o signatures/
    """
    from cleaner.minhash.index import Index
    from cleaner.minhash.index_export import export

    export(Index.open(index), output)
    click.echo(f"signatures for {kind} in {output}", err=True)
