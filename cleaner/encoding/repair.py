"""The table of repairs, run line by line to a fixpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from cleaner.documents import Edit
from cleaner.encoding.narrow import narrowed
from cleaner.encoding.options import RepairOptions
from cleaner.encoding.steps import mojibake


class Repair(NamedTuple):
    """One kind of damage and how it is undone.

    Attributes:
        name: the rule of its edits.
        why: one sentence for reports: what went wrong with the text.
        function: gives the repaired line for a line (with its line end); the same line if it is not damaged so.
        confidence: probability that a change by this repair is right.
    """

    name: str
    why: str
    function: Callable[[str, RepairOptions], str]
    confidence: float = 0.99


REPAIRS: tuple[Repair, ...] = (Repair("mojibake", "UTF-8 was read as a one-byte encoding.", mojibake, 0.99),)


def repair(text: str, options: RepairOptions | None = None) -> list[Edit]:
    """Find what is damaged in ``text``: sorted edits that do not overlap; ``apply(edits, text)`` is the repaired text.

    Repairing the repaired text gives no edits.
    """
    options = options or RepairOptions()
    edits: list[Edit] = []
    at = 0
    for line in text.split("\n"):
        repaired, rules, confidence = _fixpoint(line, options)
        edits.extend(narrowed(line, repaired, at, "+".join(rules), confidence))
        at += len(line) + 1
    return edits


def repair_batch(texts: Sequence[str], options: RepairOptions | None = None) -> list[list[Edit]]:
    """:func:`repair` for each of ``texts``."""
    return [repair(text, options) for text in texts]


def _fixpoint(line: str, options: RepairOptions) -> tuple[str, list[str], float]:
    rules: list[str] = []
    confidence = 1.0
    for _ in range(12):
        before = line
        for one in REPAIRS:
            changed = one.function(line, options)
            if changed != line:
                line, confidence = changed, min(confidence, one.confidence)
                if one.name not in rules:
                    rules.append(one.name)
        if line == before:
            break
    return line, rules, confidence
