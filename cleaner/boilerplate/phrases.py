"""The phrase language of rules: plain words with ``*``, ``[optional]``, ``(one|another)`` and ``{piece}``.

A phrase speaks of a whole line. Case, white space, the kind of quotes and dashes, and the bullets, arrows and
colons around a line make no difference: the automaton folds them, so the line itself is never rewritten.

===============  ==================================================================
``follow us``    these words, in any case, with any white space
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

#: What may stand before and after a phrase without any meaning: bullets, arrows, bars, colons.
_BEFORE = r"[\s\x{a0}•●▪■►▶▸»›>*·|–—+#✉☰←→↓↑✕×\[(\x{200b}\x{feff}-]*"
_AFTER = r"[\s\x{a0}•●▪■►▶▸»›>*·|–—+#←→↓↑▼▾✕×\])\x{200b}:：.。…!-]*"
#: What divides words: white space and the lighter signs.
_GAP = r"[\s\x{a0}\x{2009}\x{200b}\x{3000},:;/|()\[\]•·–—：-]*"
_EDGE = (
    r"[\s\x{a0}\x{2009}\x{200b}\x{3000},.;:!?…'’‘\"“”«»()\[\]{}|/\\<>›‹–—•·@#&+=~*_"
    r"，。：；！？、（）【】《》-]"
)
_FOLDED = {"'": "['’‘ʼ´`]", '"': '["“”„«»]', "-": "[-–—‐‑]", "…": r"(?:…|\.\.\.)"}

_TOKEN = re.compile(
    r"\{(?P<piece>[a-z-]+)\}|(?P<open>[(\[])|(?P<close>[)\]])|(?P<bar>\|)|(?P<space>\s+)|(?P<char>.)",
    re.DOTALL,
)


class PhraseError(ValueError):
    """A phrase that cannot be read."""


def pattern_of(phrase: str, pieces: Mapping[str, str]) -> str:
    """Return the regular expression (RE2 syntax) of the lines that ``phrase`` speaks of.

    Raises:
        PhraseError: brackets that do not match, an unknown piece, or no word at all.
    """
    if not re.search(r"[^\s*()|\[\]]", re.sub(r"\[[^\[\]]*\]", "", phrase)):
        raise PhraseError("there is no word in it")
    return f"(?is){_BEFORE}{_body(phrase.strip(), pieces, ())}{_AFTER}"


def _body(phrase: str, pieces: Mapping[str, str], inside: tuple[str, ...]) -> str:
    """Return the expression of a phrase, or of a piece (``inside`` names the pieces around it)."""
    written: list[str] = []
    closing: list[str] = []
    for found in _TOKEN.finditer(phrase):
        kind, value = found.lastgroup, found.group()
        if kind == "piece":
            written.append(_piece(found["piece"], pieces, inside))
        elif kind == "open":
            written.append("(?:")
            closing.append(")" if value == "(" else "]")
        elif kind == "close":
            if not closing or closing.pop() != value:
                raise PhraseError(f"{value!r} closes nothing")
            written.append(")?" if value == "]" else ")")
        elif kind == "bar":
            written.append("|")
        elif kind == "space":
            written.append(_GAP)
        elif value == "*":
            written.append(_star(phrase, found.start()))
        else:
            written.append(_FOLDED.get(value) or (value if value.isalnum() else re.escape(value)))
    if closing:
        raise PhraseError(f"a {closing[-1]!r} is missing")
    return "".join(written)


def _star(phrase: str, at: int) -> str:
    """Return the expression of the star at ``phrase[at]``: words where it stands alone, else a word's ending."""
    before, after = phrase[at - 1 : at], phrase[at + 1 : at + 2]
    if before and before not in " ([|":
        return r"[^\s\x{a0}]*"
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
    return f"(?:{_body(value, pieces, (*inside, name))})"
