"""Characters → a tree, within limits."""

from __future__ import annotations

import re

from lxml import etree  # type: ignore[import-untyped]
from lxml.html import HtmlElement, HTMLParser, document_fromstring  # type: ignore[import-untyped]

from cleaner.errors import RecordError

#: Larger pages are rejected unread (characters); news pages are hardly ever over 3 MB.
LARGEST_PAGE = 20_000_000
#: Pages of more tags are rejected unread, for a tree takes a kilobyte a tag; large ones have some 50,000.
MOST_TAGS = 400_000
#: libxml2 reads no deeper than 2048 elements and leaves out the rest without a word, so deeper pages are rejected.
DEEPEST_PAGE = 2_000

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_TAG = re.compile(r"<[a-zA-Z!/?]")


def parse(html: str) -> HtmlElement:
    """Return the tree of a page, without comments and processing instructions.

    Raises RecordError where it is too large, nested too deep, or is not HTML.
    """
    if len(html) > LARGEST_PAGE:
        raise RecordError(f"page of {len(html):,} characters is over the limit of {LARGEST_PAGE:,}")
    if not _TAG.search(html):
        raise RecordError("no HTML tag found: plain text, or not a page" if html.strip() else "empty page")
    tags = html.count("<")
    if tags > MOST_TAGS:
        raise RecordError(f"page of {tags:,} tags is over the limit of {MOST_TAGS:,}")
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, collect_ids=False)
    try:
        tree = document_fromstring(_NOT_XML.sub("", html).encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise RecordError(f"page cannot be read as HTML: {error}") from None
    if depth_of(tree) > DEEPEST_PAGE:
        raise RecordError(f"page is nested over {DEEPEST_PAGE:,} elements deep")
    return tree


def depth_of(tree: HtmlElement) -> int:
    """Return the number of elements on the longest way down."""
    depth = deepest = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest
