"""The article by other ways: texts of which each votes for the blocks that it holds."""

from __future__ import annotations

import logging
from collections.abc import Callable
from copy import copy

from lxml import etree  # type: ignore[import-untyped]
from lxml.html import HtmlElement, HTMLParser, document_fromstring  # type: ignore[import-untyped]

from cleaner.extract.blocks import blocks_of

LOGGER = logging.getLogger(__name__)
#: Pages of more tags are judged without votes: time and memory of some ways grow faster than the page.
MOST_VOTED_TAGS = 100_000


def candidates(tree: HtmlElement, tags: int) -> list[str]:
    """Return the article by trafilatura and by readability, one block a line; empty where a way finds none."""
    ways: tuple[Callable[[HtmlElement], str], ...] = (by_trafilatura, by_readability)
    if tags > MOST_VOTED_TAGS:
        return [""] * len(ways)
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    return [_vote(way, copy(tree)) for way in ways]


def _vote(way: Callable[[HtmlElement], str], tree: HtmlElement) -> str:
    try:
        return way(tree)
    except Exception:  # whatever an odd page does to a library: that way has no vote, and the others judge
        LOGGER.debug("no vote from %s", way.__name__, exc_info=True)
        return ""


def by_trafilatura(tree: HtmlElement) -> str:
    """Return the text that trafilatura finds in its precision mode. May change the tree.

    Its comparison pass is left out (``fast``): readability has a vote of its own here. Without
    ``deduplicate`` nothing is remembered from page to page.
    """
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    found = bare_extraction(tree, fast=True, favor_precision=True, include_comments=False, deduplicate=False)
    return found.text or "" if isinstance(found, Document) else ""


def by_readability(tree: HtmlElement) -> str:
    """Return the text of the container that Arc90's readability algorithm prefers. May change the tree."""
    from trafilatura.readability_lxml import Document

    summary = Document(tree, min_text_length=25).summary()
    try:
        body = document_fromstring(summary.encode(), parser=HTMLParser(encoding="utf-8"))
    except etree.ParserError:
        return ""
    return "\n".join(block.text for block in blocks_of(body)[0])
