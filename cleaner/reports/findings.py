"""The findings of a check for the terminal: a line each, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import click

from cleaner.checking import Checked
from cleaner.findings import Located


def render(checked: Checked) -> Iterator[str]:
    """``path:line:column: rule message``, a line each."""
    return map(line, checked)


def painted(checked: Checked) -> Iterator[str]:
    """The same in colours, for a terminal."""
    return (line(finding, click.style) for finding in checked)


def plain(text: str, **_: object) -> str:
    """Text as it is, where ``click.style`` would paint it."""
    return text


def line(finding: Located, paint: Callable[..., str] = plain) -> str:
    """One finding."""
    sure = "" if finding.confidence >= 1 else paint(f" [{finding.confidence:.2f}]", dim=True)
    note = finding.level == "note"
    rule = paint(finding.rule, fg="cyan" if note else "yellow") + " (note)" * note
    return f"{paint(str(finding.place), bold=True)}: {rule} {finding.message}{sure}\n"


def summary(checked: Checked, paint: Callable[..., str] = plain) -> str:
    """The verdict in one line, then each limit that is set."""
    new = "new " if checked.known else ""
    found = counted(checked.tally.levels["warning"], new + "finding")
    noted = counted(checked.tally.levels["note"], new + "note")
    known = f" ({checked.passed_over:,} known)" if checked.known else ""
    read = counted(checked.totals.records, "record")
    unread = "; no record could be used, so nothing was checked" if checked.nothing_read else ""
    verdict = paint("failed", fg="red", bold=True) if checked.failed else paint("passed", fg="green", bold=True)
    lines = [f"{verdict}: {found} and {noted} in {read}{known}{unread}"]
    for measure in checked.measures:
        if measure.limit:
            lines.append(f"  {paint('over ', fg='red') if measure.over else 'under'}  {measure}")
    return "\n".join(lines)


def counted(number: int, name: str) -> str:
    """``1 finding``, ``2 findings``."""
    return f"{number:,} {name}" + "s" * (number != 1)


def statistics(checked: Checked) -> str:
    """How many findings each rule has, most first."""
    rows = sorted(checked.tally.rules.items(), key=lambda row: (-row[1], row[0]))
    width = max((len(f"{count:,}") for _, count in rows), default=1)
    lines = [
        f"{count:>{width},}  {rule:40} {checked.reasons.get(rule.partition('/')[2], '')}".rstrip()
        for rule, count in rows
    ]
    return "".join(one + "\n" for one in lines)
