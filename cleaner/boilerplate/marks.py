"""What a detector says of a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from cleaner.lines import Lines


class Mark(NamedTuple):
    """One detector's word on one line.

    Attributes:
        row: the line's row in ``Lines``.
        detector: ``rules``, ``fields``, ``templates``, ``captions``, ``threads`` or ``model``.
        rule: the rule's name, as reports and the audit show it.
        confidence: probability that ``action`` is right for this line.
        action: ``remove`` takes the line out, ``keep`` protects it from detectors that are less sure,
            ``note`` changes nothing (the line only gives a field).
        start, end: character offsets in the line (white space around it excluded) that the action is about;
            ``end`` -1 stands for the whole line.
        fields: what the line says of its document, for example ``{"published": "2016-11-28T11:28"}``.
    """

    row: int
    detector: str
    rule: str
    confidence: float
    action: Literal["remove", "keep", "note"] = "remove"
    start: int = 0
    end: int = -1
    fields: Mapping[str, Any] | None = None


def is_whole(mark: Mark, lines: Lines) -> bool:
    """Say whether a mark is about the whole of its line."""
    return mark.start <= 0 and (mark.end < 0 or mark.end >= len(lines.text[mark.row]))
