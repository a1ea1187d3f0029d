"""Text of a corpus made fit to be shown: on one line, not too long, with what cannot be seen made visible."""

from __future__ import annotations

import re
import unicodedata

#: Characters of an excerpt, at most.
LONGEST = 80

#: Joiners are part of the spelling of many scripts and of emoji.
_JOINERS = {"\u200c", "\u200d"}
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp", "Zs"}
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_PLAIN = re.compile(r"[ -\"$-~]*")


def visible(text: str) -> str:
    """Control characters, marks of direction, special spaces and the like as ``‹U+202E›``; nothing else changes.

    White space becomes plain spaces, and ``##[``, which starts a command in the log of some CI systems, is parted.
    """
    if _PLAIN.fullmatch(text):
        return text
    text = re.sub(r"[ \t\r\n]+", " ", text).replace("##[", "## [")
    return "".join(map(_visible, text))


def harmless(line: str) -> str:
    """A line with what a terminal would obey or turn around made visible; all else, white space too, as it is."""
    return _OBEYED.sub(lambda found: f"‹U+{ord(found[0]):04X}›", line)


def _visible(character: str) -> str:
    if character == " " or character in _JOINERS or unicodedata.category(character) not in _HIDDEN:
        return character
    return f"‹U+{ord(character):04X}›"


def excerpt(text: str, longest: int = LONGEST) -> str:
    """The start of a text on one line; an ellipsis says that there is more."""
    text = text if text.isspace() else text.strip()
    shown = visible(text[: longest + 1])
    return shown if len(text) <= longest else visible(text[: longest - 1]).rstrip() + "…"
