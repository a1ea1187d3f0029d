"""The findings of a check as JSON lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cleaner.checking import Checked
from cleaner.places import Place
from cleaner.reports.jsontext import dumps

PLACE = ("line", "column", "end_line", "end_column", "text_line")


def render(checked: Checked) -> Iterator[str]:
    """One object a finding."""
    for finding in checked:
        related = finding.related
        record = {
            "rule": finding.rule,
            "level": finding.level,
            **place(finding.place),
            "document": finding.document,
            "source": finding.source or None,
            "message": finding.message,
            "confidence": round(finding.confidence, 4),
            "characters": finding.characters,
            "fingerprint": finding.fingerprint,
            "related": place(related) if related else None,
        }
        yield dumps(record) + "\n"


def place(where: Place) -> dict[str, Any]:
    """A place as fields; what is not known is null."""
    return {"path": where.name, **{name: getattr(where, name) or None for name in PLACE}}
