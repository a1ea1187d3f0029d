"""The table of repairs, run line by line to a fixpoint."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from cleaner.documents import Edit, apply, compose
from cleaner.encoding import entities, escapes, forms, invisible, mixups, mojibake
from cleaner.encoding.narrow import narrowed
from cleaner.encoding.options import RepairOptions
from cleaner.encoding.plain import plain

if TYPE_CHECKING:
    import pyarrow as pa


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


#: The signs of repairs that judge the whole line.
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def _one(
    name: str, why: str, function: Callable[[str, RepairOptions], str], signs: str = "", confidence: float = 0.99
) -> Repair:
    return Repair(name, why, function, re.compile(signs) if signs else BEYOND_ASCII, confidence)


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
_HARMLESS = [char for char in map(chr, range(0x20, 0x7F)) if not any(one.signs.match(char) for one in REPAIRS)]
_SIGN = re.compile(f"[^\t\n{re.escape(''.join(_HARMLESS))}]")


def repair(text: str, options: RepairOptions | None = None) -> list[Edit]:
    """Find what is damaged in ``text``: sorted edits that do not overlap; ``apply(edits, text)`` is the repaired text.

    Repairing the repaired text gives no edits.
    """
    if plain(text):
        return []
    return _joined(text, options) or _of_lines(text.split("\n"), _not_plain(text), options)


def _not_plain(text: str) -> dict[int, bool]:
    return {number: False for number, line in enumerate(text.split("\n")) if not plain(line)}


def _joined(text: str, options: RepairOptions | None) -> list[Edit]:
    """The edits of a text whose lines were broken for e-mail, none for others."""
    if "=\n" not in text or (options and "quoted-printable" in options.skip):
        return []
    first = [Edit(start, end, "", "encoding", "quoted-printable", 0.98) for start, end in escapes.soft_breaks(text)]
    if not first:
        return []
    whole = apply(first, text)
    return compose(first, _of_lines(whole.split("\n"), _not_plain(whole), options), text)


def repair_batch(texts: pa.Array, options: RepairOptions | None = None) -> dict[int, list[Edit]]:
    """:func:`repair` for each text of a string array: the edits of those that are damaged, by their index.

    Clean texts of large inputs never become Python strings (:mod:`cleaner.encoding.scan`).
    """
    from cleaner.minhash.shingles import use_numba

    if not use_numba("auto", texts.nbytes):
        found = {number: repair(text or "", options) for number, text in enumerate(texts.to_pylist())}
    else:
        from cleaner.encoding.scan import doubtful, sound

        doubts = doubtful(texts, options or RepairOptions())
        found = {}
        for number, lines in doubts.items():
            text = texts[number].as_py()
            found[number] = _joined(text, options) or _of_lines(
                text.split("\n"), lines, options, lambda line: plain(line) or sound(line)
            )
    return {number: edits for number, edits in found.items() if edits}


def _of_lines(
    lines: list[str], doubts: Mapping[int, bool], options: RepairOptions | None, proved: Callable[[str], bool] = plain
) -> list[Edit]:
    """The edits of a text of these lines, of which all but ``doubts`` are sound; True: if ftfy sees no mojibake.

    ``proved`` says of a line whether it is surely sound.
    """
    options = options or RepairOptions()
    edits: list[Edit] = []
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    for number, only_mojibake in doubts.items():
        ended = lines[number].endswith("\r") and number < len(lines) - 1
        core = lines[number].removesuffix("\r") if ended else lines[number]
        start = starts[number]
        if not only_mojibake or mojibake.suspected(core):
            found = _fixpoint(core, options, proved)
            edits.extend(edit._replace(start=start + edit.start, end=start + edit.end) for edit in found)
        if ended and "line-ends" not in options.skip:
            edits.append(Edit(start + len(core), start + len(core) + 1, "", "encoding", "line-ends", 0.99))
    return edits


def _fixpoint(line: str, options: RepairOptions, proved: Callable[[str], bool]) -> list[Edit]:
    """Give the edits of all repairs of ``line``; where several change the same place, the last one names the edit.

    A line that goes on changing is left as it was, so that a repaired text is never changed again.
    """
    edits: list[Edit] = []
    repaired = line
    settled: dict[str, str] = {}
    repairs = [one for one in REPAIRS if one.name not in options.skip]
    for _ in range(12):
        before = repaired
        signs = _signs(repaired)
        for one in repairs:
            if not one.signs.search(signs) or settled.get(one.name) == repaired:
                continue
            changed = _changed(repaired, one, options)
            if changed == repaired:
                settled[one.name] = repaired
            else:
                edits = compose(edits, list(narrowed(repaired, changed, 0, one.name, one.confidence)), line)
                repaired = changed
                if proved(repaired):
                    return _real(edits, line)
                signs = _signs(repaired)
        if repaired == before:
            return _real(edits, line)
    return []


def _real(edits: list[Edit], line: str) -> list[Edit]:
    """Leave out edits that the next ones took back."""
    return [edit for edit in edits if line[edit.start : edit.end] != edit.replacement]


def _signs(text: str) -> str:
    """The characters of ``text`` that may be a sign of damage, each once, in no order."""
    return "".join(set(_SIGN.findall(text)))


def _changed(text: str, one: Repair, options: RepairOptions) -> str:
    if "\n" in text:
        return "\n".join(one.function(line, options) for line in text.split("\n"))
    return one.function(text, options)
