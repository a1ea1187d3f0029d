"""HTML → the text of its article, and what the page says of it: title, authors, dates, site, language."""

from __future__ import annotations

from typing import NamedTuple

from cleaner.errors import RecordError
from cleaner.extract.charset import declared_charset

__all__ = ["Extracted", "declared_charset", "extract"]

#: Larger pages are rejected unread; news pages are hardly ever over 3 MB.
LARGEST_PAGE = 20_000_000


class Extracted(NamedTuple):
    """The article of a page: ``text`` has one paragraph a line, dates are ISO 8601, None is not known."""

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

    Raises RecordError where the page is too large, is not HTML, or holds no article.
    """
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    if len(html) > LARGEST_PAGE:
        raise RecordError(f"page of {len(html):,} characters is over the limit of {LARGEST_PAGE:,}")
    found = bare_extraction(html, url=url, include_comments=False, with_metadata=True, deduplicate=False)
    if not isinstance(found, Document) or not found.text:
        raise RecordError("no article text found in the page")
    authors = tuple(name.strip() for name in (found.author or "").split(";") if name.strip())
    return Extracted(
        found.text,
        found.title,
        authors,
        found.date,
        None,
        found.sitename,
        found.language,
        found.url or url,
        "trafilatura",
    )
