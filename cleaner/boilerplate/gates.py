"""Gates: expressions that tell at a glance, over a whole batch of text, which lines a phrase could speak of.

A gate is found in every line of its phrase (folded or not) and in few others: the phrase's beginning, at the start
of a line, or, where a phrase can begin with any words, the rarest words that it always holds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from cleaner.boilerplate.phrases import TOKEN, folded

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


def starts_open(phrase: str) -> bool:
    """Say whether a phrase begins with words that can be any."""
    return phrase.startswith(("*", "{few}", "{name}", "[{few}]"))


def gate_of(phrase: str, pieces: Mapping[str, str]) -> str:
    """Return an expression that is found in every line of the phrase, folded or not: for a first quick look.

    It is the phrase's beginning, at the start of a line, or, where that can be any, its rarest words. Empty where
    a phrase has no such words.
    """
    plain = folded(phrase)
    beginning = "" if starts_open(phrase) else _beginning(plain, pieces)
    if beginning:
        return r"^[^0-9A-Za-z\n]{0,8}" + beginning
    runs = _anchors(plain, pieces)
    return f"(?:{'|'.join(runs)})" if runs else ""


def _beginning(phrase: str, pieces: Mapping[str, str]) -> str:
    """Return the expression of what a phrase says before the first thing that can be any words; "" if nothing."""
    written: list[str] = []
    depth = 0
    for found in TOKEN.finditer(phrase):
        kind, value = found.lastgroup, found.group()
        if depth == 0 and _any_words(phrase[found.start() : _group_end(phrase, found.start())], pieces):
            break
        depth += (kind == "open") - (kind == "close")
        if kind == "piece":
            written.append(f"(?:{_beginning(folded(pieces[found['piece']]), pieces)})")
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
    for found in TOKEN.finditer(phrase, start):
        depth += (found.lastgroup == "open") - (found.lastgroup == "close")
        if depth <= 0:
            return found.end()
    return len(phrase)


def _any_words(part: str, pieces: Mapping[str, str]) -> bool:
    """Say whether a part of a phrase holds a star or a piece that is a regular expression."""
    found = list(TOKEN.finditer(part))
    named = [pieces[one["piece"]] for one in found if one.lastgroup == "piece"]
    return any(one.group() == "*" for one in found) or any(
        value.startswith("re:") or _any_words(folded(value), pieces) for value in named
    )


def _anchors(phrase: str, pieces: Mapping[str, str]) -> tuple[str, ...]:
    """Return the anchors of a phrase that ``_body`` could read: runs of words, as expressions."""
    best: tuple[str, ...] = ()
    run: list[str] = []
    begins = depth = start = 0
    phrase += " *"
    for found in TOKEN.finditer(phrase):
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
            best = _better(best, _anchors(folded(pieces[found["piece"]]), pieces))
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
