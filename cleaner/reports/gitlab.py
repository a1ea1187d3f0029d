"""A Code Quality report of GitLab."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.checking import Checked
from cleaner.findings import Located
from cleaner.reports.jsontext import dumps


def render(checked: Checked) -> Iterator[str]:
    """A JSON array, one finding a line."""
    separator = "["
    for finding in checked:
        yield separator + "\n" + dumps(_issue(finding))
        separator = ","
    yield "[]\n" if separator == "[" else "\n]\n"


def _issue(finding: Located) -> dict[str, object]:
    return {
        "description": finding.message,
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": "minor" if finding.level == "warning" else "info",
        "location": {"path": finding.place.name, "lines": {"begin": finding.place.line or 1}},
    }
