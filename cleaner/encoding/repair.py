"""The table of repairs, run line by line to a fixpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from cleaner.documents import Edit
from cleaner.encoding import entities, escapes, forms, invisible, mixups, mojibake
from cleaner.encoding.narrow import narrowed
from cleaner.encoding.options import RepairOptions
from cleaner.encoding.plain import plain


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


#: In the order in which they are tried: what hides other damage comes first, what would destroy the traces of other
#: damage (control characters, soft hyphens, no-break spaces are parts of mojibake) comes last.
REPAIRS: tuple[Repair, ...] = (
    Repair("terminal-escapes", "Colour codes of a terminal were left in the text.", escapes.terminal_escapes),
    Repair("html-entities", "HTML entities were not turned into characters.", entities.entities),
    Repair(
        "html-entities-cut",
        "HTML entities without their semicolon were left in the text.",
        entities.entities_without_semicolon,
        0.97,
    ),
    Repair("json-escapes", "The text is still escaped as in JSON or source code.", escapes.json_escapes, 0.98),
    Repair("slashed-quotes", "Quotation marks are still escaped by backslashes.", escapes.slashed_quotes, 0.97),
    Repair("quoted-printable", "The text is still encoded as for e-mail.", escapes.quoted_printable, 0.98),
    Repair("percent-escapes", "The text is still encoded as for a web address.", escapes.percent_escapes, 0.98),
    Repair("mojibake", "UTF-8 was read as another encoding.", mojibake.mojibake),
    Repair(
        "mojibake-in-part", "A part of the line is UTF-8 read as another encoding.", mojibake.mojibake_in_part, 0.95
    ),
    Repair("wrong-encoding", "The text was read in the wrong encoding.", mixups.wrong_encoding, 0.95),
    Repair("line-ends", "The line ends are those of several systems.", invisible.line_ends),
    Repair("control-characters", "Control characters have no meaning in a text.", invisible.control_characters),
    Repair("zero-width", "Invisible characters cut words apart.", invisible.zero_width),
    Repair("soft-hyphens", "Soft hyphens were left inside of words.", invisible.soft_hyphens),
    Repair(
        "direction-marks", "Marks of writing direction stand where all is left to right.", invisible.direction_marks
    ),
    Repair("spaces", "Special spaces stand where plain ones belong.", invisible.spaces, 0.9),
    Repair("ligatures", "Ligatures of print stand for several letters.", forms.ligatures),
    Repair("full-width", "Full-width letters stand for plain ones.", forms.full_width),
    Repair("composed", "Accents are apart from their letters.", forms.composed),
)


def repair(text: str, options: RepairOptions | None = None) -> list[Edit]:
    """Find what is damaged in ``text``: sorted edits that do not overlap; ``apply(edits, text)`` is the repaired text.

    Repairing the repaired text gives no edits.
    """
    if plain(text):
        return []
    options = options or RepairOptions()
    edits: list[Edit] = []
    at = 0
    lines = text.split("\n")
    for number, line in enumerate(lines):
        ended = line.endswith("\r") and number < len(lines) - 1
        core = line[:-1] if ended else line
        if not plain(core):
            repaired, rules, confidence = _fixpoint(core, options)
            edits.extend(narrowed(core, repaired, at, "+".join(rules), confidence))
        at += len(line) + 1
        if ended:
            edits.append(Edit(at - 2, at - 1, "", "encoding", "line-ends", 0.99))
    return edits


def repair_batch(texts: Sequence[str], options: RepairOptions | None = None) -> list[list[Edit]]:
    """:func:`repair` for each of ``texts``."""
    return [repair(text, options) for text in texts]


def _fixpoint(line: str, options: RepairOptions) -> tuple[str, list[str], float]:
    """Give the repaired line, the names of the repairs and the least of their confidences.

    A line that goes on changing is left as it was, so that a repaired text is never changed again.
    """
    rules: list[str] = []
    confidence = 1.0
    repaired = line
    for _ in range(12):
        before = repaired
        for one in REPAIRS:
            changed = "\n".join(one.function(part, options) for part in repaired.split("\n"))
            if changed != repaired:
                repaired, confidence = changed, min(confidence, one.confidence)
                if one.name not in rules:
                    rules.append(one.name)
        if repaired == before:
            return repaired, rules, confidence
    return line, [], 1.0
