"""The table of repairs, run line by line to a fixpoint."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from cleaner.documents import Edit, compose
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
        signs: matches one character; the function changes no line that holds none of these.
        confidence: probability that a change by this repair is right.
    """

    name: str
    why: str
    function: Callable[[str, RepairOptions], str]
    signs: re.Pattern[str]
    confidence: float = 0.99


_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def _one(
    name: str, why: str, function: Callable[[str, RepairOptions], str], signs: str = "", confidence: float = 0.99
) -> Repair:
    return Repair(name, why, function, re.compile(signs) if signs else _BEYOND_ASCII, confidence)


#: In the order in which they are tried: what hides other damage comes first, what would destroy the traces of other
#: damage (control characters, soft hyphens, no-break spaces are parts of mojibake) comes last.
REPAIRS: tuple[Repair, ...] = (
    _one("terminal-escapes", "Colour codes of a terminal were left in the text.", escapes.terminal_escapes, "\x1b"),
    _one("html-entities", "HTML entities were not turned into characters.", entities.entities, "&"),
    _one(
        "html-entities-cut",
        "HTML entities without their semicolon were left in the text.",
        entities.entities_without_semicolon,
        "&",
        0.97,
    ),
    _one("json-escapes", "The text is still escaped as in JSON or source code.", escapes.json_escapes, r"[\\u]", 0.98),
    _one("slashed-quotes", "Quotation marks are still escaped by backslashes.", escapes.slashed_quotes, r"\\", 0.97),
    _one("quoted-printable", "The text is still encoded as for e-mail.", escapes.quoted_printable, "=", 0.98),
    _one("percent-escapes", "The text is still encoded as for a web address.", escapes.percent_escapes, "%", 0.98),
    _one("mojibake", "UTF-8 was read as another encoding.", mojibake.mojibake),
    _one(
        "mojibake-in-part",
        "A part of the line is UTF-8 read as another encoding.",
        mojibake.mojibake_in_part,
        confidence=0.95,
    ),
    _one("wrong-encoding", "The text was read in the wrong encoding.", mixups.wrong_encoding, confidence=0.95),
    _one("line-ends", "The line ends are those of several systems.", invisible.line_ends, "[\r\u2028\u2029]"),
    _one(
        "control-characters",
        "Control characters have no meaning in a text.",
        invisible.control_characters,
        invisible.CONTROLS,
    ),
    _one("zero-width", "Invisible characters cut words apart.", invisible.zero_width, invisible.ZERO_WIDTH),
    _one("soft-hyphens", "Soft hyphens were left inside of words.", invisible.soft_hyphens, "\xad"),
    _one(
        "direction-marks",
        "Marks of writing direction stand where all is left to right.",
        invisible.direction_marks,
        invisible.BIDI,
    ),
    _one("spaces", "Special spaces stand where plain ones belong.", invisible.spaces, invisible.ANY_SPACE, 0.9),
    _one("ligatures", "Ligatures of print stand for several letters.", forms.ligatures, "[\ufb00-\ufb06]"),
    _one("full-width", "Full-width letters stand for plain ones.", forms.full_width, "[\uff01-\uff5e]"),
    _one("composed", "Accents are apart from their letters.", forms.composed, forms.ACCENTS),
)
#: Characters that are a sign of no repair.
_HARMLESS = frozenset(
    char for char in map(chr, range(0x20, 0x7F)) if not any(one.signs.match(char) for one in REPAIRS)
) | {"\t", "\n"}


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
        if len(lines) == 1 or not plain(core):
            edits.extend(edit._replace(start=at + edit.start, end=at + edit.end) for edit in _fixpoint(core, options))
        at += len(line) + 1
        if ended:
            edits.append(Edit(at - 2, at - 1, "", "encoding", "line-ends", 0.99))
    return edits


def repair_batch(texts: Sequence[str], options: RepairOptions | None = None) -> list[list[Edit]]:
    """:func:`repair` for each of ``texts``."""
    return [repair(text, options) for text in texts]


def _fixpoint(line: str, options: RepairOptions) -> list[Edit]:
    """Give the edits of all repairs of ``line``; where several change the same place, the last one names the edit.

    A line that goes on changing is left as it was, so that a repaired text is never changed again.
    """
    edits: list[Edit] = []
    repaired = line
    for _ in range(12):
        before = repaired
        signs = _signs(repaired)
        for one in REPAIRS:
            if not one.signs.search(signs):
                continue
            changed = _changed(repaired, one, options)
            if changed != repaired:
                edits = compose(edits, list(narrowed(repaired, changed, 0, one.name, one.confidence)), line)
                repaired = changed
                signs = _signs(repaired)
        if repaired == before:
            return [edit for edit in edits if line[edit.start : edit.end] != edit.replacement]
    return []


def _signs(text: str) -> str:
    """The characters of ``text`` that may be a sign of damage, each once, in no order."""
    return "".join(set(text) - _HARMLESS)


def _changed(text: str, one: Repair, options: RepairOptions) -> str:
    if "\n" in text:
        return "\n".join(one.function(line, options) for line in text.split("\n"))
    return one.function(text, options)
