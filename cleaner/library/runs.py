"""``clean`` and ``open_result``: a run from Python is that of the command."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from cleaner import session
from cleaner.config import Config
from cleaner.errors import ConfigError, StoppedError
from cleaner.library.inputs import Inputs, plan_of
from cleaner.library.private import PrivateFolder
from cleaner.library.results import Result
from cleaner.library.settings import config_of
from cleaner.progress import shown
from cleaner.readers import Plan


def clean(
    inputs: Inputs,
    *,
    output: str | os.PathLike[str] | None = None,
    config: Config | None = None,
    resume: bool = False,
    progress: bool = False,
    **settings: Any,
) -> Result:
    """Clean a corpus; the results are those of ``cleaner run``, byte for byte.

    Args:
        inputs: names of files as the command takes them (paths, folders, patterns, URLs; one or several), or documents:
            ``Document``s, mappings with fields such as ``text``, ``id``, ``source`` and ``date``, an Arrow table, a
            pandas or Polars frame.
        output: a folder for the results, as of ``cleaner run -o``; give one where the corpus is large. Without one they
            are in a private temporary folder, which goes when the result is closed or no longer in use.
        config: all settings; the defaults if it is left out. Files of settings are read by ``load_config`` only.
        resume: go on from what a run into ``output`` that was stopped has finished.
        progress: show on standard error how far it is, as the command does.
        settings: settings by name, such as ``boilerplate="conservative"``; they come before ``config``.

    Raises:
        InputError: an input that cannot be found, or that can be no document. A single record that cannot be used
            stops nothing: it is among ``Result.rejected``, with the reason.
        OutputError: the folder cannot be written, or holds what no run wrote.
        ConfigError: an unknown setting, or a value that it cannot have.
        LimitError: a source would lose more than ``max_source_loss``; nothing was written.
        StoppedError: memory, disk or worker processes failed; with ``resume`` a run into ``output`` goes on.
    """
    if resume and output is None:
        raise ConfigError("clean(): resume goes on with a run into a folder; name it with output")
    run = run_to(inputs, config_of(config, settings, "clean()"), output, resume, progress)
    return Result(run.folder, run.private, run.planned)


def open_result(folder: str | os.PathLike[str]) -> Result:
    """The result of an earlier run, from its output folder.

    Raises:
        InputError: no run wrote this folder.
    """
    return Result(Path(folder))


class Run(NamedTuple):
    """A finished run: where its files are, the private folder that holds them (if one does), and what was read."""

    folder: Path
    private: PrivateFolder | None
    planned: Plan


def run_to(
    inputs: Inputs,
    config: Config,
    output: str | os.PathLike[str] | None = None,
    resume: bool = False,
    progress: bool = False,
) -> Run:
    """Clean ``inputs`` into the folder ``output``, or into a private one; documents in memory are spooled first."""
    private = PrivateFolder(config.tmp)
    folder = private.path / "output" if output is None else Path(output)
    try:
        spool = private.path / "inputs"
        spool.mkdir()
        planned = plan_of(inputs, config, spool)
        with shown(not progress, planned.bytes, config.stages) as watch:
            for note in planned.notes:
                watch.say(note)
            session.clean_to(config, planned, folder, watch, resume)
        shutil.rmtree(spool)
    except StoppedError as error:
        private.close()
        if output is None or isinstance(error.__cause__, KeyboardInterrupt):
            raise (error.__cause__ or error) from None  # an interrupt is none of our errors to catch
        raise
    except BaseException:
        private.close()
        raise
    if output is None:
        return Run(folder, private, planned)
    private.close()
    return Run(folder, None, planned)


def run_for_check(inputs: Inputs, config: Config) -> Run:
    """The run behind a check: a source's loss is measured there, and stops nothing."""
    return run_to(inputs, replace(config, max_source_loss=1.0))
