"""HTML entities that were left in plain text."""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5

from cleaner.encoding.options import RepairOptions

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_NUMBERED = re.compile(r"&#(?:1[6-9][0-9]|[2-9][0-9]{2}|[0-9]{4,7});|&#[xX](?:[a-fA-F][0-9a-fA-F]|[0-9a-fA-F]{3,6});")
_MARKUP = re.compile(r"<[A-Za-z/!]")

# Names whose beginning says enough, even if letters follow.
_SURE = (
    r"[A-Za-z](?:acute|grave|circ|uml|tilde|cedil|ring|slash)|szlig|[Aa][Ee]lig|"
    r"[lr][sd]quo|[lr]aquo|[nm]dash|hellip|nbsp|quot"
)
_WITHOUT_SEMICOLON = re.compile(
    rf"&#(?P<decimal>[0-9]{{2,6}})(?![0-9;])"
    rf"|&#[xX](?P<hex>20[0-9a-fA-F]{{2}}|[0-9a-fA-F]{{2,5}}(?![0-9a-fA-F]))(?!;)"
    rf"|&(?P<name>{_SURE}|(?:amp|lt|gt|copy|reg|deg|euro|pound|bull|middot|trade)(?![A-Za-z0-9=]))(?!;)"
)
_ADDRESS = re.compile(r"://|www\.|\?[\w%]+=")


def entities(line: str, options: RepairOptions) -> str:
    """``Caf&eacute; &#8211; &amp;`` → ``Café – &``; in lines with markup only what cannot be a part of it."""
    if "&" not in line:
        return line
    if _MARKUP.search(line):
        return _NUMBERED.sub(_resolved, line)
    return _ENTITY.sub(_resolved, line)


def entities_without_semicolon(line: str, options: RepairOptions) -> str:
    """``don&#8217t`` → ``don’t``, ``Smith &amp Sons`` → ``Smith & Sons``; not in web addresses."""
    if "&" not in line or _MARKUP.search(line):
        return line
    return _WITHOUT_SEMICOLON.sub(_completed, line)


def _resolved(match: re.Match[str]) -> str:
    entity = match[0]
    if entity[1] == "#":
        text = unescape(entity)
        return text if _is_text(text) else entity
    known = html5.get(entity[1:])
    if known is None and entity[1:-1].isupper():
        lower = html5.get(entity[1:].lower())
        known = lower.upper() if lower and lower.isalpha() else None
    return known or entity


def _completed(match: re.Match[str]) -> str:
    start = match.string.rfind(" ", max(0, match.start() - 300), match.start()) + 1
    if _ADDRESS.search(match.string, max(start, match.start() - 300), match.start()):
        return match[0]
    name = match["decimal"] or match["name"] or "x" + match["hex"]
    text = unescape(f"&#{name};" if match["name"] is None else f"&{name};")
    return text if _is_text(text) else match[0]


def _is_text(text: str) -> bool:
    """Not a control character (other than tabs and line ends) and nothing that has no meaning."""
    return (
        len(text) == 1 and (text.isprintable() or text in "\t\n\r\xa0\xad\u2028" or text.isspace()) and text != "\ufffd"
    )
