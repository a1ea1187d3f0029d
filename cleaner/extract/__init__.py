"""HTML → the text of its article, and what the page says of it: title, authors, dates, site, language."""

from __future__ import annotations

from typing import NamedTuple

from cleaner.errors import RecordError
from cleaner.extract.charset import declared_charset

__all__ = ["Extracted", "declared_charset", "extract"]

#: Pages of more text blocks are rejected; articles with thousands of comments have some 10,000.
MOST_BLOCKS = 50_000
#: A JSON-LD article body is taken where it is this many times longer than what the page shows of it.
FULLER = 2


class Extracted(NamedTuple):
    """The article of a page: ``text`` has one paragraph a line, dates are ISO 8601, None is not known.

    ``method`` says where the text is from: "page" (blocks of the page), "json-ld", or "trafilatura".
    """

    text: str
    title: str | None
    authors: tuple[str, ...]
    published: str | None
    updated: str | None
    sitename: str | None
    language: str | None
    url: str | None
    method: str


def extract(html: str, url: str | None = None) -> Extracted:
    """Return the article that a page holds. The result depends on the page and its address only.

    Raises RecordError where the page is too large, nested too deep, is not HTML, or holds no article.
    """
    from cleaner.extract.blocks import blocks_of
    from cleaner.extract.candidates import candidates
    from cleaner.extract.judge import article_of
    from cleaner.extract.metadata import metadata
    from cleaner.extract.pages import parse

    tree = parse(html)
    facts = metadata(tree, url)
    blocks, containers = blocks_of(tree)
    if len(blocks) > MOST_BLOCKS:
        raise RecordError(f"page of {len(blocks):,} lines is over the limit of {MOST_BLOCKS:,}")
    votes = [*candidates(tree, html.count("<")), facts.body or ""]
    text, method = article_of(blocks, containers, votes, facts.title or ""), "page"
    if not text:
        text, method = votes[0], "trafilatura"
    if facts.body and len(facts.body) > FULLER * len(text):
        text, method = facts.body, "json-ld"
    if not text:
        raise RecordError("no article text found in the page")
    return Extracted(text, *facts[:-1], method)
