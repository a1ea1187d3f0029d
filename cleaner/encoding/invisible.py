"""Characters that nobody sees and that cut words apart for a machine."""

from __future__ import annotations

import re

from cleaner.encoding.options import RepairOptions

#: What each repair looks for.
CONTROLS = "[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f\x80-\x9f\ufff9-\ufffc\u206a-\u206f]"
ZERO_WIDTH = "[\u200b-\u200d\u2060-\u2064\ufeff\u180e]"
BIDI = "[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]"
ANY_SPACE = "[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]"

_LINE_ENDS = re.compile("\r\n|\r|\u2028|\u2029")
_CONTROLS = re.compile(CONTROLS)
_ZERO_WIDTH = re.compile(f"{ZERO_WIDTH}+")
_SOFT_HYPHENS = re.compile("\xad+")
_BIDI = re.compile(BIDI)
_ANY_SPACE = re.compile(ANY_SPACE)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")

# Scripts in which zero-width characters shape letters or show where words end, and the emoji that joiners build.
_JOINING = re.compile("[\u0590-\u109f\u1780-\u18af\u1900-\u1aff\ua840-\ua87f\ua980-\uabff\U00010a00-\U00011fff]")
_EMOJI = re.compile("[\u2190-\u2bff\u3030\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f]")

_EXOTIC_SPACES = re.compile("[\u1680\u2000-\u200a\u202f\u205f\u3000]")
_NO_BREAK = re.compile("(?<! )\xa0(?! )")
_BETWEEN_WORDS = re.compile(r"(?<=[^\W\d_]{2})\xa0(?=[^\W\d_]{2})")
_ONE_LETTER_WORDS = set("iouwzksvIOUWZKSVвкосуияВКОСУИЯ")
_UNIT = re.compile(r"[^\W\d_]{1,3}\b|\d|[%‰°€$£]")
#: Characters beside which full-width forms and wide spaces are in place.
EAST_ASIAN = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fff\u3001-\ua4cf\uac00-\ud7ff\uf900-\ufaff\uff61-\uffdc\U00020000-\U0003ffff]"
)


def line_ends(line: str, options: RepairOptions) -> str:
    """Carriage returns and the line and paragraph separators of Unicode become line feeds."""
    return _LINE_ENDS.sub("\n", line)


def control_characters(line: str, options: RepairOptions) -> str:
    """Take control characters out; tabs stay."""
    return _CONTROLS.sub("", line)


def zero_width(line: str, options: RepairOptions) -> str:
    """Take zero-width characters out, but not where a script or an emoji is built with them."""
    return _ZERO_WIDTH.sub(_visible, line)


def soft_hyphens(line: str, options: RepairOptions) -> str:
    """Take the hyphens out that show only at the end of a printed line."""
    return _SOFT_HYPHENS.sub("", line)


def direction_marks(line: str, options: RepairOptions) -> str:
    """Take marks of the writing direction out of lines that have no script written from right to left."""
    return line if _RIGHT_TO_LEFT.search(line) else _BIDI.sub("", line)


def spaces(line: str, options: RepairOptions) -> str:
    """Make plain spaces of exotic ones; see ``RepairOptions.spaces``."""
    if options.spaces == "keep":
        return line
    if options.spaces == "all":
        return _ANY_SPACE.sub(" ", line)
    if len(_BETWEEN_WORDS.findall(line)) > 1:
        line = _NO_BREAK.sub(_plain, line)
    return _EXOTIC_SPACES.sub(_plain, line)


def _visible(match: re.Match[str]) -> str:
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    if match[0] == "\u200d" and _EMOJI.match(before) and _EMOJI.match(after):
        return match[0]
    if _JOINING.match(before) and match[0].strip("\ufeff\u2060"):
        return match[0]
    return ""


def _plain(match: re.Match[str]) -> str:
    """Spaces that typography asks for stay: in numbers and quantities, before French punctuation, after a letter alone.

    So do wide spaces in East Asian lines.
    """
    text, start, end = match.string, match.start(), match.end()
    if match[0] == "\u3000":
        return match[0] if EAST_ASIAN.search(text) else " "
    before, after = text[start - 1 : start], text[end : end + 1]
    if (before.isdigit() and _UNIT.match(text, end)) or before == "«" or (after and after in ";:!?»%‰"):
        return match[0]
    alone = before in _ONE_LETTER_WORDS and not text[max(0, start - 2) : start - 1].isalnum()
    return match[0] if alone and match[0] == "\xa0" else " "
