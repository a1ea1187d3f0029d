"""Annotations of GitHub Actions: at most ten a step, which is what GitHub shows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from cleaner.checking import Checked
from cleaner.findings import Located
from cleaner.reports.findings import summary

#: Annotations of a step; the last one says how many there are more.
MOST = 10


def render(checked: Checked) -> Iterator[str]:
    """Workflow commands, a line each; whatever the corpus holds, nothing of it can become a command of its own."""
    levels = checked.tally.levels
    count = sum(levels.values())
    room = MOST - 1 if count else MOST
    shown = list(islice((one for one in checked if one.level == "warning"), room))
    shown += islice((one for one in checked if one.level == "note"), room - len(shown))
    yield from map(_annotation, shown)
    if count:
        more = f"{count - len(shown):,} more; " if count > len(shown) else ""
        kind = "error" if checked.failed else "notice"
        yield f"::{kind} title={_property('cleaner check')}::{_data(more + summary(checked))}\n"


def _annotation(finding: Located) -> str:
    place = finding.place
    numbers = {"line": place.line, "endLine": place.end_line}
    if place.column and place.end_line == place.line:  # GitHub takes columns within one line only
        numbers |= {"col": place.column, "endColumn": place.end_column}
    properties = [
        f"file={_property(place.name)}",
        *(f"{name}={number}" for name, number in numbers.items() if number),
        f"title={_property(finding.rule)}",
    ]
    kind = "warning" if finding.level == "warning" else "notice"
    return f"::{kind} {','.join(properties)}::{_data(finding.message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
