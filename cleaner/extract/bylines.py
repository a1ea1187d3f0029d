"""Who wrote an article by the markup of its page, where neither JSON-LD nor meta tags say it."""

from __future__ import annotations

import re

from lxml.html import HtmlElement  # type: ignore[import-untyped]

from cleaner.header_lines import LABEL, header

#: A byline is so long at most, in characters, and names so many people; more are the authors of a list of articles.
LONGEST, MOST_PEOPLE = 160, 5
#: A name has so many words at most.
MOST_WORDS = 5

_MARKED = (
    "//*[@rel='author' or @itemprop='author' or contains(@class, 'yline') or contains(@class, 'YLINE')"
    " or contains(@class, 'uthor')]"
)
_CLASS = re.compile(r"(?:^|[\s_-])(?:byline|authors?)(?:[_-]*(?:names?|link))?(?:$|\s)", re.IGNORECASE)
#: Around the names of others: those of readers' comments and of other stories, and the foot of a page.
_OTHERS = re.compile(r"comment|related|recommend|sidebar|footer|teaser|promo|popular|trending|\bcard", re.IGNORECASE)
_OTHERS_TAGS = frozenset({"aside", "footer", "nav", "figure", "blockquote"})
#: What leads from one name to the next.
_AND = r"[,&]|\b(?:and|und|et|y|e|en|och|и)\b"
_LEADS_ON, _JOINS = re.compile(rf"(?:^|{_AND})$", re.IGNORECASE), re.compile(_AND, re.IGNORECASE)
_WORKS_AS = (
    "anchor analyst assistant chief columnist commentator contributor coordinator correspondent critic director editor "
    "executive fellow intern journalist manager meteorologist officer photographer president producer professor "
    "reporter researcher strategist writer"
).replace(" ", "|")
#: What someone is, behind a name: ``, Senior Reporter``, ``| Head of News``, ``, Special to the Herald``.
_TITLE = re.compile(
    rf"\s*[,|]\s*(?:(?:(?!{_AND})[\w.'’/-]+\s+){{0,5}}(?:(?:{_WORKS_AS})s?|editor-in-chief|desk|affairs)"
    rf"(?:\s+(?:of|for|at|in)\s[^,|&]*)?|(?:(?!{_AND})[\w-]+\s+){{0,2}}(?:head|special)\s+(?:of|to|for)\s[^,|&]*)"
    rf"(?=\s*$|\s*[,|&]|\s+(?:{_AND}))",
    re.IGNORECASE,
)


def byline(tree: HtmlElement) -> tuple[str, ...]:
    """The people of the first byline that the markup of a page names; none where it has no byline."""
    for element in tree.xpath(_MARKED):
        if _is_byline(element) and not _of_others(element) and (names := _people(element)):
            return names
    return ()


def _is_byline(element: HtmlElement) -> bool:
    return "author" in (element.get("rel"), element.get("itemprop")) or bool(_CLASS.search(element.get("class", "")))


def _of_others(element: HtmlElement) -> bool:
    for one in (element, *element.iterancestors()):
        if one.tag == "body":  # its class says what the page can do
            return False
        if one.tag in _OTHERS_TAGS or _OTHERS.search(f"{one.get('class', '')} {one.get('id', '')}"):
            return True
    return False


def _people(element: HtmlElement) -> tuple[str, ...]:
    """The names with which the text of an element begins; behind them its other parts say who these people are."""
    said = ""
    names: tuple[str, ...] = ()
    for part in (" ".join(one.split()) for one in element.xpath(".//text()")):
        if len(said) > LONGEST or (
            part and not (_LEADS_ON.search(said) or _JOINS.match(part) or LABEL.fullmatch(said))
        ):
            break
        said = f"{said} {part}".strip()
        names = _names(said) or names
    return names


def _names(text: str) -> tuple[str, ...]:
    text = _TITLE.sub("", text if LABEL.match(text) else f"By {text}")
    mark = header(0, text)
    names = tuple(dict.fromkeys(mark.fields.get("authors", ()))) if mark and mark.fields else ()
    return names if len(names) <= MOST_PEOPLE and all(map(_is_name, names)) else ()


def _is_name(text: str) -> bool:
    """Say whether words with capitals stand together, or one of a script that has none."""
    words = text.split()
    capital = all(word[0].isupper() or len(word) <= 3 for word in words)
    return (1 < len(words) <= MOST_WORDS and capital) or text.lower() == text.upper()
