"""The phrase language of rules: plain words with ``*``, ``[optional]``, ``(one|another)`` and ``{piece}``.

A phrase speaks of a whole line. Case, white space, the kind of quotes and dashes, commas between words, and the
bullets, arrows and colons around a line make no difference.

===============  ==================================================================
``follow us``    these words
``follow us *``  a star that stands alone: any further words, or none
``subscri*``     a star on a word: any ending of that word
``[please]``     may be there or not
``(read|see)``   one of these
``{date}``       a named piece; the pieces are in the ``[pieces]`` tables of rule files
===============  ==================================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_SPACES = "\xa0\u2002\u2003\u2009\u202f\u3000\t"
_NOTHING = "\u200b\u200c\u200d\u2060\ufeff\xad\u200e\u200f"
_BULLETS = "•●▪■▶►▸·→←↓↑▼▾✕×✉☰✅■□◆◇▲△★☆※"
#: Typographic variants and the plain sign that stands for each.
SIGNS: dict[str, str] = (
    dict.fromkeys(_SPACES, " ")
    | dict.fromkeys(_NOTHING, "")
    | dict.fromkeys(_BULLETS, "*")
    | dict.fromkeys("‘’ʼ´`", "'")
    | dict.fromkeys("“”„‟", '"')
    | dict.fromkeys("–—‐‑―−", "-")
    | dict.fromkeys("»›《〉》」』】", ">")
    | dict.fromkeys("«‹〈「『【", "<")
    | {"…": "...", "：": ":", "。": ".", "，": ",", "、": ",", "；": ";", "！": "!", "？": "?", "（": "(", "）": ")"}
)

#: What may stand before and after a phrase without any meaning: bullets, arrows, bars, colons.
_BEFORE, _AFTER = r"[\s<>*#+\[(_|-]*", r"[\s<>*#+\])_|:.!-]*"
#: What divides words: white space and the lighter signs.
_GAP = r"[\s,:;/()\[\]*|-]*"
_EDGE = r"[\s,.;:!?'\"()\[\]{}|/\\<>@#&+=~*_-]"

#: The parts of a phrase.
TOKEN = re.compile(
    r"\{(?P<piece>[a-z-]+)\}|(?P<open>[(\[])|(?P<close>[)\]])|(?P<bar>\|)|(?P<space>\s+)|(?P<word>\w+)|(?P<sign>.)",
    re.DOTALL,
)


#: Longer expressions are refused: pieces in pieces can grow without bounds.
LONGEST = 1_000_000


class PhraseError(ValueError):
    """A phrase that cannot be read."""


def fold(lines: list[str]) -> list[str]:
    """Return the lines with plain signs for typographic ones; the case stays, for the patterns fold it.

    Lines of ASCII alone stay as they are. The others at once, sign by sign: far faster than character by character.
    """
    rows = [row for row, line in enumerate(lines) if not line.isascii()]
    text = "\n".join([lines[row] for row in rows])
    for sign in sorted(SIGNS.keys() & set(text)):
        text = text.replace(sign, SIGNS[sign])
    plain = list(lines)
    for row, line in zip(rows, text.split("\n"), strict=False):
        plain[row] = line
    return plain


def folded(phrase: str) -> str:
    """Return a phrase with plain signs, without white space around it."""
    return fold([phrase])[0].strip()


def body_of(phrase: str, pieces: Mapping[str, str]) -> str:
    """Return the regular expression (RE2 syntax) of a phrase, without what may stand around it.

    Raises:
        PhraseError: brackets that do not match, an unknown piece, or pieces that make it too long.
    """
    return _body(folded(phrase), pieces, ())


def whole_line(body: str) -> str:
    """Return the expression of the folded lines that say a phrase and nothing else."""
    return f"(?is){_BEFORE}(?:{body}){_AFTER}"


def _body(phrase: str, pieces: Mapping[str, str], inside: tuple[str, ...]) -> str:
    """Return the expression of a phrase, or of a piece (``inside`` names the pieces around it)."""
    written: list[str] = []
    closing: list[str] = []
    size = 0
    for found in TOKEN.finditer(phrase):
        kind, value = found.lastgroup, found.group()
        if kind == "piece":
            written.append(_piece(found["piece"], pieces, inside))
        elif kind == "open":
            written.append("(?:")
            closing.append(")" if value == "(" else "]")
        elif kind == "close":
            if not closing or closing.pop() != value:
                raise PhraseError(f"{value!r} closes nothing in {phrase!r}")
            written.append(")?" if value == "]" else ")")
        elif kind == "bar":
            written.append("|")
        elif kind == "space":
            written.append(_GAP)
        elif value == "*":
            written.append(_star(phrase, found.start()))
        else:
            written.append(re.escape(value) if kind == "sign" else value)
        size += len(written[-1])
        if size > LONGEST:
            raise PhraseError(f"it is an expression of more than {LONGEST:,} characters, with its pieces")
    if closing:
        raise PhraseError(f"a {closing[-1]!r} is missing in {phrase!r}")
    return "".join(written)


def _star(phrase: str, at: int) -> str:
    """Return the expression of the star at ``phrase[at]``: words where it stands alone, else a word's ending."""
    before, after = phrase[at - 1 : at] if at else "", phrase[at + 1 : at + 2]
    if before and before not in " ([|":
        return r"[^\s]*"
    if not before or before in "([|":
        return f"(?:.*{_EDGE})?"
    return f"(?:{_EDGE}.*)?" if not after or after in ")]|" else f"(?:{_EDGE}.*{_EDGE})?"


def _piece(name: str, pieces: Mapping[str, str], inside: tuple[str, ...]) -> str:
    if name not in pieces:
        raise PhraseError(f"there is no piece {{{name}}}; there are {', '.join(sorted(pieces))}")
    if name in inside:
        raise PhraseError(f"the piece {{{name}}} holds itself")
    value = pieces[name]
    if value.startswith("re:"):
        return f"(?:{value[3:]})"
    return f"(?:{_body(folded(value), pieces, (*inside, name))})"
