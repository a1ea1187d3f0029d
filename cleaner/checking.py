"""``cleaner check``: the findings of a run, measured against limits and a baseline; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from cleaner.config import Config
from cleaner.corpus import Corpus
from cleaner.errors import ConfigError, OutputError
from cleaner.findings import Findings, Located, Totals
from cleaner.limits import Limit, Measure, Tally, limits_of
from cleaner.output import MARK
from cleaner.places import Inputs
from cleaner.readers import Plan

__all__ = ["Checked", "checked", "limits_of", "read_baseline", "settings", "write_baseline", "write_file"]


@dataclass(frozen=True)
class Checked:
    """The result of a check; going through it yields the findings that are not in the baseline, in order.

    Attributes:
        limits: those that are set. Without any, every finding but a note fails the check.
        known: fingerprints of the baseline.
        files: absolute paths of the files whose findings count; None: all.
        reasons: why each rule is there, by its name without the stage.
    """

    findings: Findings
    limits: dict[str, Limit]
    known: frozenset[str] = frozenset()
    reasons: dict[str, str] = field(default_factory=dict)
    files: frozenset[str] | None = None
    here: Path = Path()

    def __post_init__(self) -> None:
        object.__setattr__(self, "_tally", Tally(self))

    def __iter__(self) -> Iterator[Located]:
        return (finding for finding in self.findings if finding.fingerprint not in self.known and self._counts(finding))

    def _counts(self, finding: Located) -> bool:
        if self.files is None:
            return True
        path = self.here / finding.place.path
        return any(str(one) in self.files for one in (path, *path.parents))  # a member of an archive is below it

    @property
    def passed_over(self) -> int:
        """How many findings are in the baseline."""
        return sum(finding.fingerprint in self.known for finding in self.findings if self._counts(finding))

    @property
    def totals(self) -> Totals:
        """What was looked at."""
        return self.findings.totals

    @property
    def tally(self) -> Tally:
        """The findings added up."""
        tally: Tally = self._tally  # type: ignore[attr-defined]
        return tally

    @property
    def measures(self) -> list[Measure]:
        """What was found of each kind, with its limit."""
        return self.tally.measures(self.totals, self.limits)

    @property
    def nothing_read(self) -> bool:
        """Whether no record could be used, so that nothing was checked; rejections that a baseline holds are known."""
        return not self.totals.documents and not self.known

    @property
    def failed(self) -> bool:
        """Whether nothing was read, a limit is broken, or, where none is set, anything but notes was found."""
        if self.nothing_read:
            return True
        if self.limits:
            return any(measure.over for measure in self.measures)
        return self.tally.levels["warning"] > 0


def settings(config: Config) -> Config:
    """The settings of the run behind a check: whatever a run would do with copies, a check flags them."""
    return replace(config, format="jsonl", duplicates="flag")


def checked(
    folder: Path,
    planned: Plan,
    limits: dict[str, Limit],
    known: frozenset[str],
    here: Path,
    files: frozenset[str] | None = None,
    duplicates: str = "flag",
) -> Checked:
    """The check of a finished run in ``folder``; paths are shown relative to ``here``, an absolute folder.

    ``duplicates`` is what a run would do with near-duplicates: what it only flags is not lost to a source.
    """
    from cleaner.reports.reasons import reasons

    inputs = Inputs((part for split in planned.splits for part in split.parts), here)
    corpus = Corpus(folder)
    why = reasons(corpus.record["config"]["rules"])
    return Checked(Findings(corpus, inputs, duplicates), limits, known, why, files, here)


def read_baseline(path: Path) -> frozenset[str]:
    """The fingerprints of a baseline.

    Raises:
        ConfigError: there is no baseline in this file.
    """
    try:
        found: Any = orjson.loads(path.read_bytes())
        if found["tool"] != MARK:
            raise LookupError
        return frozenset(found["findings"].keys())
    except OSError as error:
        raise ConfigError(
            f"{path}: the baseline cannot be read: {error.strerror}; make it with --write-baseline"
        ) from error
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError) as error:
        raise ConfigError(f"{path}: is no baseline of cleaner check; make one with --write-baseline") from error


def write_baseline(path: Path, findings: Findings) -> int:
    """Write the fingerprints of all findings, one a line, with rule and document for people; returns how many.

    Raises:
        OutputError: the file cannot be written.
    """
    known = {one.fingerprint: f"{one.rule} {one.document or one.place.name}" for one in findings}
    content = orjson.dumps({"tool": MARK, "findings": known}, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    write_file(path, iter([content.decode() + "\n"]))
    return len(known)


def write_file(path: Path, pieces: Iterator[str]) -> None:
    """Write text to a file; it appears whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            for piece in pieces:
                file.write(piece)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OutputError(f"{path}: cannot be written: {error.strerror}; name another file") from error
