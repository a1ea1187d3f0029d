"""A summary in Markdown: for the summary of a CI job, or a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from cleaner.checking import Checked
from cleaner.config import key_of
from cleaner.reports.findings import counted

#: So many findings are shown.
SHOWN = 20


def render(checked: Checked) -> Iterator[str]:
    """The verdict, the limits, the rules, and the first findings."""
    levels = checked.tally.levels
    yield f"## cleaner check {'failed' if checked.failed else 'passed'}\n\n"
    found, noted = counted(levels["warning"], "finding"), counted(levels["note"], "note")
    yield f"{found} and {noted} in {counted(checked.totals.records, 'record')}.\n"
    yield from _table(
        ("", "Findings", "Share", "Limit", ""),
        [
            (
                _escaped(key_of(measure.setting).removeprefix("max-") + measure.where),
                f"{measure.findings:,}" if measure.findings else "",
                f"{measure.share:.2%} of the {measure.unit}",
                str(measure.limit or ""),
                "" if measure.limit is None else "over" if measure.over else "under",
            )
            for measure in checked.measures
        ],
    )
    rules = sorted(checked.tally.rules.items(), key=lambda row: (-row[1], row[0]))
    reasons = checked.reasons
    yield from _table(
        ("Rule", "Findings", "Why"),
        [(_escaped(rule), f"{count:,}", _escaped(reasons.get(rule.partition("/")[2], ""))) for rule, count in rules],
    )
    shown = list(islice((one for one in checked if one.level == "warning"), SHOWN))
    yield from _table(
        ("Place", "Rule", "Finding"),
        [tuple(map(_escaped, (str(one.place), one.rule, one.message))) for one in shown],
    )
    if levels["warning"] > len(shown):
        yield f"\n… and {levels['warning'] - len(shown):,} more.\n"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    if rows:
        yield "\n" + "".join(f"| {' | '.join(row)} |\n" for row in (head, ("---",) * len(head), *rows))


def _escaped(text: str) -> str:
    """Text in which no character means anything in Markdown, and no line ends."""
    text = re.sub(r"\s+", " ", text)
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)
