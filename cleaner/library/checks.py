"""``check``: what is wrong with a corpus, without changing it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from cleaner import checking
from cleaner.config import Config, suggest
from cleaner.errors import CleanerError, ConfigError
from cleaner.findings import Located
from cleaner.library.inputs import Inputs
from cleaner.library.private import PrivateFolder
from cleaner.library.rows import LOCATED, Kind, Line, Rows
from cleaner.library.runs import run_for_check
from cleaner.library.settings import config_of
from cleaner.limits import Measure

FINDINGS = Kind(lambda line: line["located"], lambda line: _flat(line["located"]), LOCATED)


def check(
    inputs: Inputs,
    *,
    baseline: str | os.PathLike[str] | None = None,
    config: Config | None = None,
    **settings: Any,
) -> Check:
    """Say what is wrong with a corpus, as ``cleaner check`` does; nothing of it is changed.

    Args:
        inputs: as those of ``clean``.
        baseline: a file of known findings, which are passed over (see ``Check.write_baseline``).
        config: all settings; the defaults if it is left out.
        settings: settings by name, limits among them: ``max_mojibake=0``, ``max_boilerplate="0.5%"``.

    Raises:
        InputError: an input that cannot be found, or that can be no document.
        ConfigError: an unknown setting, a value that it cannot have, or a file that is no baseline.
    """
    own = config_of(config, settings, "check()")
    resolved = checking.settings(own)
    limits = checking.limits_of(resolved)
    known = checking.read_baseline(Path(baseline)) if baseline is not None else frozenset()
    run = run_for_check(inputs, resolved)
    assert run.private is not None  # noqa: S101 - no folder was named
    found = checking.checked(run.folder, run.planned, limits, known, Path.cwd(), duplicates=own.duplicates)
    return Check(found, run.private)


class Check:
    """What a check found. True in a condition if nothing failed.

    Its findings lie in a private temporary folder, which goes when the check is closed or no longer in use.
    """

    def __init__(self, checked: checking.Checked, private: PrivateFolder) -> None:
        self._checked = checked
        self._private = private

    @property
    def ok(self) -> bool:
        """Whether no limit is broken; where none is set, whether nothing but notes was found."""
        return not self._checked.failed

    def __bool__(self) -> bool:
        return self.ok

    @property
    def findings(self) -> Rows[Located]:
        """The findings that are not in the baseline, with their places."""
        return Rows(self._lines, lambda: sum(self._checked.tally.levels.values()), FINDINGS)

    @property
    def counts(self) -> dict[str, int]:
        """How many findings each rule has, by rule."""
        return dict(sorted(self._checked.tally.rules.items()))

    @property
    def measures(self) -> list[Measure]:
        """What was found of each kind, as a number and as a share, with its limit."""
        return self._checked.measures

    @property
    def exceeded(self) -> list[Measure]:
        """The measures that are over their limit."""
        return [measure for measure in self.measures if measure.over]

    def to_text(self) -> str:
        """A line for each finding, then the verdict."""
        from cleaner.reports import findings

        return self.render("text") + findings.summary(self._open()) + "\n"

    def render(self, format: str) -> str:  # noqa: A002 - the name of the option
        """The findings in one of the formats of ``cleaner check --output-format``, such as ``sarif`` or ``junit``.

        Raises:
            ConfigError: there is no such format.
        """
        from cleaner.commands.check import OUTPUT_FORMATS
        from cleaner.reports.outputs import renderer

        if format not in OUTPUT_FORMATS:
            known = ", ".join(OUTPUT_FORMATS)
            raise ConfigError(f"render(): {format!r} is none of {known}{suggest(format, OUTPUT_FORMATS)}")
        return "".join(renderer(format)(self._open()))

    def write_baseline(self, path: str | os.PathLike[str]) -> int:
        """List all findings in a file, so that a later check with it as ``baseline`` finds only new ones.

        Returns how many there are.

        Raises:
            OutputError: the file cannot be written.
        """
        return checking.write_baseline(Path(path), self._open().findings)

    def close(self) -> None:
        """Remove the private folder."""
        self._private.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        from cleaner.reports import findings

        return f"<Check: {findings.summary(self._checked)}>"

    def _repr_html_(self) -> str:
        from cleaner.library.notebook import check_html

        return check_html(self._checked)

    def _lines(self) -> Iterator[Line]:
        return ({"located": finding} for finding in self._open())

    def _open(self) -> checking.Checked:
        if self._private.closed:
            raise CleanerError("this check was closed, and its findings are gone; render them before")
        return self._checked


def _flat(finding: Located) -> Line:
    """A row of ``LOCATED``."""
    place = finding.place
    return {
        **finding._asdict(),
        "path": place.name,
        "line": place.line or None,
        "column": place.column or None,
        "text_line": place.text_line or None,
        "related": None if finding.related is None else str(finding.related),
    }
