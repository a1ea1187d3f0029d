"""Which texts no repair would change: a proof in front of the repairs, and much cheaper than they are.

A text is plain if it has none of the signs that repairs look for, if its characters beyond ASCII are letters or
punctuation of western prose in their usual places, where the judge finds no fault in them, and if a line has at most
one such letter, or four é. Then ftfy finds nothing bad (its signs of mojibake are control characters, pairs of
characters beyond ASCII that have no place here, or one of œ, Ã, Â) and the cost of a line stays under ``mixups.GAIN``:
0 for the punctuation, .7 for a quotation mark without its partner, 1 for the letter, .3 for an é. The tests check this
against the repairs, for every character of the basic plane and for random strings.
"""

from __future__ import annotations

import re

_LETTERS = "éèêëáàâäåçíïñóôöøúü"
# A character beyond ASCII that is in none of its usual places: after what it stands, and before what.
_PLACES = (
    "[A-Za-zé]’(?=(?:s|t|d|m|ll|re|ve)(?![^ -,.-/:-@\\n…—])|[ \\n.,;:!?)”…—])",
    "[ \\n(“][ODLdl]’(?=[A-Za-z])",
    "[0-9.,!?]’(?=[ \\n.,;:!?)”])",
    " ’(?=[0-9])",
    "[ (\\n‘—–][“](?=[A-Za-z0-9$'‘(.…])",
    "[ (\\n“]‘(?=[A-Za-z0-9“])",
    "[A-Za-z0-9.,!?;:)'’…—–-]”(?=[ \\n.,;:)?!…—–])",
    "[A-Za-z0-9 ,.?!)\"'”\\n][–—](?=[ \\n“‘$aeiouA-Z0-9]|[a-z]{2})",
    "[A-Za-z0-9 .,?!)“”’\\n]…(?=[A-Za-z0-9 .,?!)“”’\\n])",
    "[ (/~\\n][£€](?=[0-9])",
    "[ \\n]•(?= )",
    "[ \\n]©(?= )",
    "[A-Za-z0-9][®™](?=[ \\n.,;:!?)-])",
    "[ 0-9]°(?=[ \\n.,;CF])",
    "[ 0-9][¼½¾](?=[ \\n.,-])",
    f"[A-Za-z][{_LETTERS}](?=[a-z .,;:!?)\"'’\\n-])",
)
_MISPLACED = re.compile("[^\\x00-\\x7f]" + "".join(f"(?<!{place})" for place in _PLACES))
# Two letters of a line that may cost 1 each, or five é, which cost .3 at most.
_OTHERS = _LETTERS.replace("é", "")
_MANY_LETTERS = re.compile(rf"[{_OTHERS}][^\n]*[{_LETTERS}]|é(?:[^\n]*[{_OTHERS}]|(?:[^\né]*é){{4}})")
_LETTER = re.compile(f"[{_LETTERS}]")
_TROUBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\\]|&[#A-Za-z]|%[0-9A-Fa-fu]|=[0-9A-F\n]|u2019")
_HARMLESS = bytes([9, 10, *(byte for byte in range(32, 256) if byte != 127 and byte not in b"&\\%=")])


def plain(text: str) -> bool:
    """Whether the repairs would surely leave ``text`` as it is, with any options."""
    if (text.encode("utf-8", "replace").translate(None, _HARMLESS) or "u2019" in text) and _TROUBLE.search(text):
        return False
    return text.isascii() or _all_fine(f"\n{text}\n")


def _all_fine(text: str) -> bool:
    if _MISPLACED.search(text):
        return False
    if not _LETTER.search(text):
        return True
    return not _MANY_LETTERS.search(text) and all(_balanced(text, match.start()) for match in _LETTER.finditer(text))


def _balanced(text: str, at: int) -> bool:
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    return text.count("“", start, end) == text.count("”", start, end)
