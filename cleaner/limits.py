"""Limits on what a check may find, and what the findings add up to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cleaner.config import Config, key_of
from cleaner.errors import ConfigError
from cleaner.findings import Located, Totals
from cleaner.reports.excerpts import excerpt

#: Rules whose findings are text in the wrong encoding; other repairs (entities, spaces) are not.
MOJIBAKE = {"encoding/mojibake", "encoding/mojibake-in-part", "encoding/wrong-encoding", "encoding/decode"}

#: Settings that are limits on a kind of finding, and what a percentage is of.
KINDS = {
    "max_boilerplate": "characters",
    "max_near_duplicates": "passages",
    "max_mojibake": "documents",
    "max_repairs": "documents",
    "max_rejected": "records",
}
SOURCE = "max_source_loss"


class Limit(NamedTuple):
    """``share`` (0 to 1) or a plain number of findings."""

    share: float | None
    number: int | None

    def __str__(self) -> str:
        return f"{self.number:,}" if self.share is None else f"{self.share:.4%}".rstrip("0%").rstrip(".") + "%"


class Measure(NamedTuple):
    """What was found of one kind, and its limit; ``where`` names the source that is meant, if one is."""

    setting: str
    findings: int
    amount: int
    total: int
    unit: str
    limit: Limit | None
    where: str = ""

    @property
    def share(self) -> float:
        """The amount as a share of the total, 0 to 1."""
        return self.amount / self.total if self.total else 0.0

    @property
    def over(self) -> bool:
        """Whether it is over its limit."""
        if self.limit is None:
            return False
        return self.findings > (self.limit.number or 0) if self.limit.share is None else self.share > self.limit.share

    def __str__(self) -> str:
        findings = "" if self.setting == SOURCE else f"{self.findings:,} finding{'s' * (self.findings != 1)}, "
        said = f"{findings}{self.amount:,} of {self.total:,} {self.unit} ({self.share:.2%}){self.where}"
        return said + (f"; {key_of(self.setting)} is {self.limit}" if self.limit else "")


def parse(text: str, name: str) -> Limit:
    """A limit from ``0.5%`` or ``20``.

    Raises:
        ConfigError: it is neither.
    """
    found = re.fullmatch(r"\s*(\d{1,12}(?:\.\d{1,9})?)\s*(%?)\s*", text)
    if not found or (found[2] and float(found[1]) > 100) or (not found[2] and "." in found[1]):
        raise ConfigError(
            f"{key_of(name)}: {text!r} is no limit; give a whole number such as 20, or a percentage such as '0.5%'"
        )
    return Limit(float(found[1]) / 100, None) if found[2] else Limit(None, int(found[1]))


def limits_of(config: Config) -> dict[str, Limit]:
    """The limits that are set, by the name of their setting."""
    limits = {name: parse(text, name) for name in KINDS if (text := getattr(config, name)) is not None}
    return limits | ({SOURCE: Limit(config.max_source_loss, None)} if config.max_source_loss < 1 else {})


def kinds_of(finding: Located) -> Iterator[str]:
    """The settings whose kind a finding is of."""
    if finding.level == "note":
        return
    if finding.stage == "encoding":
        yield "max_repairs"
        if finding.rule in MOJIBAKE:
            yield "max_mojibake"
    else:
        yield {
            "boilerplate": "max_boilerplate", "near-duplicates": "max_near_duplicates", "reading": "max_rejected",
        }[finding.stage]  # fmt: skip


class Tally:
    """Adds findings up; a note counts as a note only."""

    def __init__(self, findings: Iterable[Located]) -> None:
        self.rules: Counter[str] = Counter()
        self.levels: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.amounts: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        last: dict[str, str] = {}
        for finding in findings:
            self.rules[finding.rule] += 1
            self.levels[finding.level] += 1
            self.lost[finding.source] += finding.lost
            for kind in kinds_of(finding):
                self.kinds[kind] += 1
                self.amounts[kind] += self._amount(kind, finding, last)

    @staticmethod
    def _amount(kind: str, finding: Located, last: dict[str, str]) -> int:
        if KINDS[kind] == "characters":
            return finding.characters
        if KINDS[kind] != "documents":
            return 1
        new = last.get(kind) != finding.document
        last[kind] = finding.document
        return int(new)

    def measures(self, totals: Totals, limits: dict[str, Limit]) -> list[Measure]:
        """Every kind with its limit, in a fixed order; the source that loses most at the end."""
        sizes = {
            "characters": sum(totals.characters.values()), "passages": totals.passages,
            "documents": totals.documents, "records": totals.records,
        }  # fmt: skip
        made = [
            Measure(name, self.kinds[name], self.amounts[name], sizes[unit], unit, limits.get(name))
            for name, unit in KINDS.items()
        ]
        if totals.characters:
            worst = max(
                sorted(totals.characters), key=lambda source: self.lost[source] / max(1, totals.characters[source])
            )
            where = f" of source {excerpt(worst) or '(none)'}"
            made.append(
                Measure(SOURCE, 0, self.lost[worst], totals.characters[worst], "characters", limits.get(SOURCE), where)
            )
        return made
