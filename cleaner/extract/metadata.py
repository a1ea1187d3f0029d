"""What a page says of its article: JSON-LD first, then meta tags, then its markup and what htmldate finds."""

from __future__ import annotations

import html
import json
import logging
import re
import warnings
from collections.abc import Iterator
from copy import copy
from datetime import datetime
from typing import Any, NamedTuple

from lxml.html import HtmlElement  # type: ignore[import-untyped]

from cleaner.extract.bylines import byline
from cleaner.extract.cues import WORD

LOGGER = logging.getLogger(__name__)
_ARTICLE = re.compile(r"Article|BlogPosting|Report\b|LiveBlog", re.ASCII)
_SPACE = re.compile(r"\s+")
_NOT_A_NAME = re.compile(r"https?:|www\.|@|^\W*$|[<>{}]")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?\s?(?:Z|[+-]\d\d:?\d\d)?)?")
_LANGUAGE = re.compile(r"^([a-z]{2,3})(?:[-_]|$)", re.IGNORECASE)
_SEPARATORS = " -–—|•·»:_/"
_CONTROL = re.compile(r"[\x00-\x1f]")

_TITLES = ("og:title", "twitter:title", "dc.title", "headline")
_AUTHORS = ("author", "article:author", "parsely-author", "dc.creator", "byl", "sailthru.author")
_PUBLISHED = (
    "article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.created", "pubdate",
    "publishdate", "publish-date", "parsely-pub-date", "sailthru.date", "og:published_time", "article.published",
)  # fmt: skip
_UPDATED = ("article:modified_time", "datemodified", "og:updated_time", "lastmod", "last-modified", "dcterms.modified")
_SITES = ("og:site_name", "application-name", "publisher", "dc.publisher")


class Metadata(NamedTuple):
    """Fields of an article; None where the page does not tell."""

    title: str | None
    authors: tuple[str, ...]
    published: str | None
    updated: str | None
    sitename: str | None
    language: str | None
    url: str | None
    body: str | None


def metadata(tree: HtmlElement, url: str | None) -> Metadata:
    """Return the metadata of a page; ``body`` is the article text of its JSON-LD."""
    article = next(_articles(tree), {})
    meta = _meta(tree)
    publisher = next(iter(_names(article.get("publisher"))), None)
    sitename = _first(meta, _SITES[:1]) or publisher or _first(meta, _SITES)
    return Metadata(
        title=_title(tree, _text(article.get("headline")) or _first(meta, _TITLES), sitename),
        authors=_names(article.get("author")) or _meta_authors(meta) or byline(tree),
        published=_date(article.get("datePublished")) or _meta_date(meta, _PUBLISHED) or _found_date(tree, url),
        updated=_date(article.get("dateModified")) or _meta_date(meta, _UPDATED),
        sitename=sitename,
        language=_language(tree, article, meta),
        url=_address(tree, meta) or url,
        body=_text(article.get("articleBody"), lines=True),
    )


def _articles(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        try:
            data = json.loads(_CONTROL.sub(" ", script.text or ""))
        except (ValueError, RecursionError):
            continue
        for thing in _things(data):
            if _ARTICLE.search(str(thing.get("@type"))):
                yield thing


def _things(data: Any) -> Iterator[dict[str, Any]]:
    stack = [data]
    while stack:
        one = stack.pop()
        if isinstance(one, list):
            stack.extend(reversed(one[:100]))
        elif isinstance(one, dict):
            yield one
            stack.extend(one[name] for name in ("mainEntity", "mainEntityOfPage", "@graph") if name in one)


def _meta(tree: HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in tree.iterfind(".//meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        value = _text(element.get("content"))
        if name and value:
            found.setdefault(name.lower(), []).append(value)
    return found


def _first(meta: dict[str, list[str]], names: tuple[str, ...]) -> str | None:
    return next((meta[name][0] for name in names if name in meta), None)


def _text(value: Any, lines: bool = False) -> str | None:
    """Return a string without markup and doubled white space; None where it is none or empty."""
    if not isinstance(value, str):
        return None
    text = html.unescape(value)
    if "<" in text:
        text = re.sub(r"<(?:/p|br|/div|/h\d)\b[^>]{0,200}>", "\n", text)
        text = re.sub(r"<[a-zA-Z/!][^<>]{0,2000}>", "", text)
    parts = [_SPACE.sub(" ", part).strip() for part in (text.split("\n") if lines else [text])]
    return "\n".join(part for part in parts if part) or None


def _names(value: Any) -> tuple[str, ...]:
    names: list[str] = []
    for one in value if isinstance(value, list) else [value]:
        given = one.get("name") if isinstance(one, dict) else one
        for name in given if isinstance(given, list) else [given]:
            text = _text(name)
            if text and len(text) <= 100 and not _NOT_A_NAME.search(text):
                names.append(re.sub(r"^(?:by|von|par)\s+", "", text, flags=re.IGNORECASE))
    return tuple(dict.fromkeys(names))


def _meta_authors(meta: dict[str, list[str]]) -> tuple[str, ...]:
    for name in _AUTHORS:
        if names := _names(meta.get(name)):
            return names
    return ()


def _date(value: Any) -> str | None:
    """Return an ISO 8601 date or time as it is, in the form ``2024-05-01T09:30:00+02:00``; None where it is none."""
    found = _DATE.search(value) if isinstance(value, str) else None
    if not found:
        return None
    try:
        moment = datetime.fromisoformat(re.sub(r"\.\d+|\s(?=[Z+-])", "", found[0]))
    except ValueError:
        return None
    return moment.isoformat() if len(found[0]) > 10 else moment.date().isoformat()


def _meta_date(meta: dict[str, list[str]], names: tuple[str, ...]) -> str | None:
    return next((date for name in names for value in meta.get(name, ()) if (date := _date(value))), None)


#: Dates up to here are believed; by default it would be today, and a page would change with the day it is read on.
LATEST = "2100-01-01"


def _found_date(tree: HtmlElement, url: str | None) -> str | None:
    from htmldate import find_date

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dateutil warns of time zones that it does not know
        try:
            found: str | None = find_date(
                copy(tree), url=url, extensive_search=False, original_date=True, max_date=LATEST
            )
        except Exception:  # whatever an odd page does to a library: its date stays unknown
            LOGGER.debug("no date found", exc_info=True)
            return None
    return found


def _title(tree: HtmlElement, named: str | None, sitename: str | None) -> str | None:
    """Return the heading that the page's own name for itself confirms, else that name without the site's."""
    name = named or _text(tree.findtext(".//title"))
    headings = [text for element in tree.iter("h1") if (text := _text(element.text_content()))]
    if not name:
        return headings[0] if headings else None
    words = _words(name)
    for heading in headings:
        own = _words(heading)
        if len(own) > 1 and 2 * len(own & words) >= min(len(own | words), 2 * len(own)):
            return heading
    if sitename and name.lower().endswith(sitename.lower()):
        return name[: -len(sitename)].rstrip(_SEPARATORS) or name
    return name


def _words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(text.lower()))


def _language(tree: HtmlElement, article: dict[str, Any], meta: dict[str, list[str]]) -> str | None:
    given = [tree.get("lang"), tree.get("xml:lang"), article.get("inLanguage")]
    given += [_first(meta, (name,)) for name in ("og:locale", "content-language", "language", "dc.language")]
    found = (_LANGUAGE.match(one.strip()) for one in given if isinstance(one, str))
    return next((one[1].lower() for one in found if one), None)


def _address(tree: HtmlElement, meta: dict[str, list[str]]) -> str | None:
    canonical = tree.find(".//link[@rel='canonical']")
    given = [canonical.get("href") if canonical is not None else None, _first(meta, ("og:url",))]
    return next((one.strip() for one in given if one and one.strip().startswith(("http://", "https://"))), None)
