"""Which texts no repair would change: a proof in front of the repairs, and much cheaper than they are.

A text is plain if it has none of the characters that repairs look for, and if its characters beyond ASCII stand
alone (between ASCII characters) or are common punctuation next to each other. Mojibake and wrong encodings need two
characters beyond ASCII side by side or one of the few that are never alone by right; those go the long way.
The tests check every character of the basic plane and random strings against the repairs themselves.
"""

from __future__ import annotations

import re

# Characters that end no proof wherever they stand: quotation marks, dashes, ellipsis. And letters of Western Europe
# that ftfy and the judge accept when they stand alone between lower-case ASCII letters or at a word's end.
_FREE = "\u2019\u2013\u2014\u2026"
_LOWER = "éèêëáàâäçíïñóôöúü"

_ASCII_TROUBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f&\\=%]|u2019")
_PLAIN_ASCII = bytes([9, 10, *(byte for byte in range(32, 127) if byte not in b"&\\=%u")])
_PLAIN = re.compile(
    rf"(?:[\t\n -~]|(?<=[a-z ])[{_FREE}](?=[a-z \n])|(?<=[a-zA-Z])[{_LOWER}](?=[a-z])"
    rf"|(?<=[ \n])\u201c(?=[A-Za-z])|(?<=[a-z.,!?])\u201d(?=[ \n]))*"
)


def plain(text: str) -> bool:
    """Whether the repairs, with any options, would surely leave ``text`` as it is."""
    if text.isascii():
        return not text.encode().translate(None, _PLAIN_ASCII) or not _ASCII_TROUBLE.search(text)
    return False
