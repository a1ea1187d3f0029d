"""A run from the command line: plan, engine, output folder; everything around ``pipeline.run``."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from cleaner.config import Config
from cleaner.engines import SILENT, Watch
from cleaner.engines.local import LocalEngine
from cleaner.engines.manifest import Manifest
from cleaner.errors import LimitError, LostPartError, NothingKeptError, OutputError
from cleaner.output import data_folder, output_folder, private_folder, publish, record_of, refuse_clashes
from cleaner.pipeline import run
from cleaner.readers import Plan, ReaderOptions, plan
from cleaner.ready import get_ready
from cleaner.replacing import replacing
from cleaner.resources import SMALL_INPUT, resources
from cleaner.resuming import complete, fingerprint, identity, note_begun, refuse_another, stoppable


def plan_inputs(inputs: Sequence[str], config: Config) -> Plan:
    """Find the inputs and cut them into splits."""
    return plan(inputs, reader_options(config))


def reader_options(config: Config) -> ReaderOptions:
    """The settings of reading among those of a run."""
    names = {one.name for one in fields(ReaderOptions)} & {one.name for one in fields(Config)}
    return ReaderOptions(**{name: getattr(config, name) for name in sorted(names)})


def clean_to(config: Config, planned: Plan, out: Path, watch: Watch = SILENT, resume: bool = False) -> dict[str, Any]:
    """Clean ``planned`` into the folder ``out``; its files appear when all of them are complete.

    With ``resume`` go on from what a run that was stopped has finished; a run that is complete is left as it is.

    Raises:
        OutputError: with ``resume``: the run in ``out`` is another; says what differs, and touches nothing.
        StoppedError: it was stopped; what it has finished is kept.
    """
    refuse_inputs(planned, out, config.against)
    facts = identity(config, planned)
    if resume:
        refuse_another(out, facts)
        if (record := complete(out, config, planned)) is not None:
            watch.say(f"{out}: this run is complete; nothing was done")
            return record
    refuse_clashes(out, ["text"] if config.format == "txt" else [])
    with output_folder(out, resume, watch.say) as spool:
        data = data_folder(spool, config.tmp)
        note_begun(spool, facts)
        manifest = Manifest(data, fingerprint(facts), resume)
        if resume:
            finished = f"goes on; {manifest.finished:,} parts are finished"
            watch.say(f"{out}: {finished if manifest.finished else 'nothing is finished there yet; all is made anew'}")
        if config.report:
            from cleaner.reports.html import template, write_report

            template()  # now: workers may be getting ready, and at the end all would wait for it
        with stoppable(lambda: manifest.finished):
            try:
                record = _clean(config, planned, spool, watch, manifest)
            except LostPartError:
                if not manifest.going_on:
                    raise
                watch.say(f"{out}: what the stopped run left is damaged, or another engine made it; all is made anew")
                record = _clean(config, planned, spool, watch, Manifest(data, fingerprint(facts)))
            refuse_losses(record, config.max_source_loss)
            refuse_nothing(record, out)
            if config.report:
                write_report(spool / "files")
            publish(spool / "files", out)
    return record


def refuse_inputs(planned: Plan, out: Path, against: Sequence[str] = ()) -> None:
    """Refuse to replace what is read: an output folder that holds an input, or is an earlier corpus (``against``).

    Raises:
        OutputError: names the input.
    """
    folder = out.resolve()
    inputs = (("the input", part.path) for split in planned.splits for part in split.parts)
    for what, path in chain(inputs, (("the earlier corpus", name) for name in against)):
        if Path(path).resolve().is_relative_to(folder):
            raise OutputError(f"{out}: holds {what} {path}, which a run would replace; choose another folder")


def copy_corpus(folder: Path, stream: BinaryIO) -> None:
    """Write the clean corpus of a finished run to a stream, as JSON lines."""
    for path in sorted(folder.glob("corpus*.jsonl")):
        with path.open("rb") as file:
            shutil.copyfileobj(file, stream)
    stream.flush()


def save_templates(folder: Path, path: Path | None) -> None:
    """Copy the templates of a finished run to ``path``, if it is not None; whole or not at all.

    Raises:
        OutputError: ``path`` cannot be written.
    """
    if path is None:
        return
    try:
        with (folder / "templates.jsonl").open("rb") as learned, replacing(path) as file:
            shutil.copyfileobj(learned, file)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}; name another file") from error


def refuse_losses(record: dict[str, Any], limit: float) -> None:
    """Stop before anything is written if a source would lose more than a share of its characters.

    Raises:
        LimitError: names the source that loses most.
    """
    worst = next(iter(record["sources"]), None)
    if worst and worst["lost"] > limit:
        name = worst["source"] or "(no source)"
        raise LimitError(
            f"source {name} would lose {worst['lost']:.1%} of its characters, more than max-source-loss {limit:.1%}; "
            "nothing was written; look with --diff, or raise the limit"
        )


def refuse_nothing(record: dict[str, Any], out: Path) -> None:
    """Leave an output that has documents alone where a run into its folder keeps none.

    Raises:
        NothingKeptError: says the commonest reason.
    """
    from cleaner.reports.summary import commonest

    earlier: Any = record_of(out)
    if record["counts"]["kept"] == 0 and earlier is not None and earlier.get("counts", {}).get("kept"):
        read = record["counts"]["read"]
        said = f"none of {read:,} records could be used{commonest(record)}" if read else "no record was read"
        raise NothingKeptError(f"{said}; {out} keeps what the run before wrote there; look with --dry-run")


@contextmanager
def cleaned(config: Config, planned: Plan, watch: Watch = SILENT) -> Iterator[tuple[dict[str, Any], Path]]:
    """Clean ``planned`` into a private folder that is gone afterwards: for previews and checks."""
    folder = private_folder("cleaner-", config.tmp)
    try:
        yield _clean(config, planned, folder, watch, Manifest(folder / "data")), folder / "files"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check_files(config: Config) -> None:
    """Read the rule and template files before anything else is done, so that a mistake in them is told at once."""
    if "boilerplate" in config.stages:
        from cleaner.boilerplate.rules import RuleSet
        from cleaner.boilerplate.templates import Templates

        RuleSet.load([Path(name) for name in config.rules])
        for name in config.templates:
            Templates.load(Path(name))


def _clean(config: Config, planned: Plan, spool: Path, watch: Watch, manifest: Manifest) -> dict[str, Any]:
    cleans_with = _engine(config, planned, watch, manifest)  # its workers get ready meanwhile
    _check_files(config)
    files = spool / "files"
    if not manifest.going_on:
        shutil.rmtree(files, ignore_errors=True)
    files.mkdir(exist_ok=True)
    for left in files.glob("*.tmp"):
        left.unlink()
    against = [_index(config, name, spool / f"earlier-{at}") for at, name in enumerate(sorted(set(config.against)))]
    with cleans_with as engine:
        record = run(config, planned, engine, files, against)
    for left in files.glob("*.tmp"):  # of workers that died, and whose work others have done again
        left.unlink()
    return record


def _engine(config: Config, planned: Plan, watch: Watch, manifest: Manifest) -> LocalEngine:
    if config.engine == "spark":
        from cleaner.engines.spark import SparkEngine

        return SparkEngine(manifest.folder, config.master, watch=watch, manifest=manifest)
    taken = resources(config, planned.bytes)
    if taken.jobs > 1 and len(planned.splits) > 1:
        get_ready(large=planned.bytes >= SMALL_INPUT)
    return LocalEngine(manifest.folder, taken.jobs, taken.partition_bytes, watch, manifest)


def _index(config: Config, name: str, spool: Path) -> Path:
    from cleaner.earlier import index_of
    from cleaner.minhash.verify import Thresholds

    shutil.rmtree(spool, ignore_errors=True)  # it is made anew, also where a stopped run had made it
    return index_of(name, spool, Thresholds.of(config.resolved()))
