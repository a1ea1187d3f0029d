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

import math
import re
from collections.abc import Mapping, Sequence

_SPACES = "\xa0\u2002\u2003\u2009\u202f\u3000\t"
_NOTHING = "\u200b\u200c\u200d\u2060\ufeff\xad\u200e\u200f"
_BULLETS = "•●▪■▶►▸·→←↓↑▼▾✕×✉☰✅■□◆◇▲△★☆※"
#: Typographic variants and the plain sign that stands for each.
_PLAIN: dict[str, str] = (
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

_ANY_GAP = r"[^0-9A-Za-z\n]{0,6}"
#: Words that say little about a line.
_COMMON = frozenset(
    """
    a an and are at be by can com could did do first for found from get give has have here how if in is it its
    last make may more most must need new no not now of on one or other our out part read report said see show
    sign site so story than that the their them this time to turn up use us using view was we were what when who
    will with without would you your enter follow share link issue provide problem request important available
    original whole page news people video article content got suggest paid personal like right free used data
    terms email contact
    """.split()  # noqa: SIM905
)

_TOKEN = re.compile(
    r"\{(?P<piece>[a-z-]+)\}|(?P<open>[(\[])|(?P<close>[)\]])|(?P<bar>\|)|(?P<space>\s+)|(?P<word>\w+)|(?P<sign>.)",
    re.DOTALL,
)


class PhraseError(ValueError):
    """A phrase that cannot be read."""


def fold(lines: list[str]) -> list[str]:
    """Return the lines with plain signs for typographic ones; the case stays, for the patterns fold it.

    All lines at once, sign by sign: far faster than character by character.
    """
    text = "\n".join(lines)
    if text.isascii():
        return lines
    for sign in sorted(_PLAIN.keys() & set(text)):
        text = text.replace(sign, _PLAIN[sign])
    return text.split("\n")


def _folded(phrase: str) -> str:
    return fold([phrase])[0].strip()


def body_of(phrase: str, pieces: Mapping[str, str]) -> str:
    """Return the regular expression (RE2 syntax) of a phrase, without what may stand around it.

    Raises:
        PhraseError: brackets that do not match or an unknown piece.
    """
    return _body(_folded(phrase), pieces, ())


def whole_line(bodies: Sequence[str]) -> str:
    """Return the expression of the folded lines that say one of some phrases and nothing else."""
    return f"(?is){_BEFORE}(?:{'|'.join(bodies)}){_AFTER}"


def starts_open(phrase: str) -> bool:
    """Say whether a phrase begins with words that can be any."""
    return phrase.startswith(("*", "{few}", "{name}", "[{few}]"))


def gate_of(phrase: str, pieces: Mapping[str, str]) -> str:
    """Return an expression that is found in every line of the phrase, folded or not: for a first quick look.

    It is the phrase's beginning, at the start of a line, or, where that can be any, its rarest words. Empty where
    a phrase has no such words.
    """
    folded = _folded(phrase)
    beginning = "" if starts_open(phrase) else _beginning(folded, pieces)
    if beginning:
        return r"^[^0-9A-Za-z\n]{0,8}" + beginning
    runs = _anchors(folded, pieces)
    return f"(?:{'|'.join(runs)})" if runs else ""


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
    return f"(?:{_body(_folded(value), pieces, (*inside, name))})"


def _beginning(phrase: str, pieces: Mapping[str, str]) -> str:
    """Return the expression of what a phrase says before the first thing that can be any words; "" if nothing."""
    written: list[str] = []
    depth = 0
    for found in _TOKEN.finditer(phrase):
        kind, value = found.lastgroup, found.group()
        if depth == 0 and _any_words(phrase[found.start() : _group_end(phrase, found.start())], pieces):
            break
        depth += (kind == "open") - (kind == "close")
        if kind == "piece":
            written.append(f"(?:{_beginning(_folded(pieces[found['piece']]), pieces)})")
        elif kind == "open":
            written.append("(?:")
        elif kind == "close":
            written.append(")?" if value == "]" else ")")
        else:
            written.append(value if kind in ("word", "bar") or not value.isascii() else _ANY_GAP)
    plain = "".join(written)
    needed = re.sub(r"\(\?:[^()]*\)\?", "", plain).replace(_ANY_GAP, "").replace("(?:", "")
    return plain if re.search(r"[^()|?\s]", needed) else ""


def _group_end(phrase: str, start: int) -> int:
    """Return where the group that opens at ``start`` ends; for anything but a group the end of its token."""
    depth = 0
    for found in _TOKEN.finditer(phrase, start):
        depth += (found.lastgroup == "open") - (found.lastgroup == "close")
        if depth <= 0:
            return found.end()
    return len(phrase)


def _any_words(part: str, pieces: Mapping[str, str]) -> bool:
    """Say whether a part of a phrase holds a star or a piece that is a regular expression."""
    found = list(_TOKEN.finditer(part))
    named = [pieces[one["piece"]] for one in found if one.lastgroup == "piece"]
    return any(one.group() == "*" for one in found) or any(
        value.startswith("re:") or _any_words(_folded(value), pieces) for value in named
    )


def _anchors(phrase: str, pieces: Mapping[str, str]) -> tuple[str, ...]:
    """Return the anchors of a phrase that ``_body`` could read: runs of words, as expressions."""
    best: tuple[str, ...] = ()
    run: list[str] = []
    begins = depth = start = 0
    phrase += " *"
    for found in _TOKEN.finditer(phrase):
        kind, value = found.lastgroup, found.group()
        if depth == 0 and kind == "word":
            begins = begins if run else found.start()
            run.append(value)
        elif depth == 0 and kind != "space" and run:
            first = _edge(run[0]) if phrase[begins - 1 : begins] in ("", " ") else ""
            last = _edge(run[-1]) if phrase[found.start() - 1] == " " else ""
            best = _better(best, (first + _ANY_GAP.join(run) + last,))
            run = []
        if kind == "open":
            start = found.end() if depth == 0 else start
            depth += 1
        elif kind == "close":
            depth -= 1
            if depth == 0 and value == ")":
                best = _better(best, _either(phrase[start : found.start()], pieces))
        elif depth == 0 and kind == "piece" and not pieces[found["piece"]].startswith("re:"):
            best = _better(best, _anchors(_folded(pieces[found["piece"]]), pieces))
    return best


def _edge(word: str) -> str:
    """Return the expression of a word's edge, which RE2 only knows of ASCII letters."""
    return r"\b" if word.isascii() else ""


def _either(phrase: str, pieces: Mapping[str, str]) -> tuple[str, ...]:
    """Return the anchors of every branch of an alternative, or none if a branch has none."""
    branches: list[tuple[str, ...]] = []
    depth, start = 0, 0
    for at, char in enumerate(phrase + "|"):
        depth += (char in "([") - (char in ")]")
        if char == "|" and depth == 0:
            branches.append(_anchors(phrase[start:at], pieces))
            start = at + 1
    return tuple(sorted({word for branch in branches for word in branch})) if all(branches) else ()


def _better(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """Return the anchors that are rarer in text."""
    return min(one, other, key=lambda runs: (sum(map(_share, runs)) if runs else 1e9, runs))


def _share(run: str) -> float:
    """Return about which share of lines hold a run of words."""
    words = run.replace(r"\b", "").split(_ANY_GAP)
    return math.prod(0.3 if len(word) < 3 else 0.1 if word.casefold() in _COMMON else 0.005 for word in words)
