"""Outlines: of which letters the lines of a phrase or of a regular expression are made, as far as that is sure.

An outline may allow more lines than its phrase, never fewer: what cannot be told stands for anything at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from cleaner.boilerplate.letters import DIGITS, letters
from cleaner.boilerplate.phrases import TOKEN, folded

#: A set of more letters than this counts as anything.
_FEW = 8


class Group(NamedTuple):
    """Alternatives, each a sequence of letters (bytes), groups, and None for anything at all."""

    branches: list[list[Node]]
    optional: bool = False


Node = bytes | Group | None

#: The parts of a regular expression (RE2 syntax).
_PART = re.compile(
    r"(?P<flags>\(\?[a-zA-Z-]+\))|(?P<open>\((?:\?(?:P?<\w+>|[a-zA-Z-]*:))?)|(?P<close>\))|(?P<bar>\|)"
    r"|(?P<repeat>(?:[*+?]|\{(?P<low>\d+)(?P<high>,\d*)?\})\??)"
    r"|(?P<set>\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\])"
    r"|(?P<code>\\x(?:\{\w+\}|\w\w)|\\[pP](?:\{\^?\w+\}|\w)|\\[0-9]+|\\\w)|(?P<sign>\\?.)",
    re.DOTALL,
)
#: Codes that stand for no letter: white space and places.
_NO_LETTER = frozenset("\\" + letter for letter in "stnrfvabBAz")
#: What sets may hold here: digits, white space and signs of their own.
_MEMBER = re.compile(r"\\d|0-9|\\s|\\\W|[^\\\[-]|-$", re.DOTALL)
#: Sets and codes without letters of lower case.
_CAPITAL = re.compile(
    r"\[(?:\\p\{(?:Lu|N|Nd|P|S|Z)\}|\\[ds]|0-9|A-Z|\\?[^\w\\\[\]-]|[A-Z0-9])*-?\]|\[\^[^\\\]]*\\p\{L\}(?:\\p\{N\}|[^\\\]])*\]"
    r"|\\p\{(?:Lu|N|Nd)\}|\\[dsbAz]"
)


def of_phrase(phrase: str, pieces: Mapping[str, str]) -> Group:
    """Return the outline of a phrase that ``phrases.body_of`` can read."""
    stack: list[Group] = [Group([[]])]
    for found in TOKEN.finditer(folded(phrase)):
        kind, value = found.lastgroup, found.group()
        here = stack[-1].branches
        if kind == "piece":
            piece = pieces[found["piece"]]
            here[-1].append(of_expression(piece[3:]) if piece.startswith("re:") else of_phrase(piece, pieces))
        elif kind == "open":
            stack.append(Group([[]], value == "["))
        elif kind == "close":
            stack[-2].branches[-1].append(stack.pop())
        elif kind == "bar":
            here.append([])
        elif value == "*":
            here[-1].append(None)
        elif kind != "space":
            here[-1].append(letters(value))
    return stack[0]


def of_expression(pattern: str) -> Group:
    """Return the outline of a regular expression."""
    stack: list[Group] = [Group([[]])]
    for found in _PART.finditer(_plain(pattern)):
        kind, value = str(found.lastgroup), found.group()
        here = stack[-1].branches
        if kind == "open":
            stack.append(Group([[]]))
        elif kind == "close" and len(stack) > 1:
            stack[-2].branches[-1].append(stack.pop())
        elif kind == "bar":
            here.append([])
        elif kind == "repeat" and here[-1]:
            here[-1] += _repeated(here[-1].pop(), value, found["low"], found["high"])
        elif kind not in ("flags", "close"):
            here[-1].append(_atom(kind, value))
    return stack[0] if len(stack) == 1 else Group([[None]])


def shouts(pattern: str) -> bool:
    """Say whether no line of a regular expression holds a letter of lower case."""
    for found in _PART.finditer(_plain(pattern)):
        kind, value = found.lastgroup, found.group()
        if kind in ("flags", "open") and "i" in value.partition("-")[0]:
            return False
        if kind in ("set", "code") and not _CAPITAL.fullmatch(value):
            return False
        if kind == "sign" and (value == "." or unicodedata.category(value[-1]) == "Ll"):
            return False
    return True


def _plain(pattern: str) -> str:
    """Write characters that are given by two hexadecimal digits, and quotations, as themselves."""

    def own(found: re.Match[str]) -> str:
        if found["quoted"] is not None:
            return re.escape(found["quoted"])
        return re.escape(chr(int(found["code"], 16))) if found["code"] else found.group()

    return re.sub(r"(?s)\\Q(?P<quoted>.*?)(?:\\E|$)|\\x(?P<code>[0-9a-fA-F]{2})|\\.", own, pattern)


def _atom(kind: str, value: str) -> Node:
    if kind == "set":
        return _set(value[1:-1])
    if kind == "code":
        return DIGITS if value == r"\d" else b"" if value in _NO_LETTER else None
    return None if value == "." else b"" if value in "^$" else letters(value[-1])


def _set(inside: str) -> Node:
    members = _MEMBER.findall(inside)
    if inside[:1] == "^" or "".join(members) != inside:
        return None
    told = {DIGITS if one in (r"\d", "0-9") else b"" if one == r"\s" else letters(one[-1]) for one in members}
    several = sorted(told - {b""})
    if len(several) > _FEW:
        return None
    return Group([[one] for one in several], b"" in told) if several else b""


def _repeated(node: Node, written: str, low: str | None, high: str | None) -> list[Node]:
    """Return what a repeat makes of a node: a row of digits, however long, is one letter."""
    if node is None:
        return [None]
    once = written[0] == "?" or (low == "1" and high is None) or high == ",1"
    more: list[Node] = [] if once or _is_digits(node) else [None]
    if written[0] in "*?" or (low is not None and not low.strip("0")):
        return [Group([[node, *more]], optional=True)]
    return [node, *more]


def _is_digits(node: Node) -> bool:
    if isinstance(node, Group):
        return all(_is_digits(one) for branch in node.branches for one in branch)
    return node in (DIGITS, b"")
