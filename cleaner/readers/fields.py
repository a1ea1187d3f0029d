"""Records with named fields (JSON, CSV, Parquet) to rows: which field is the text, the date, the id."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson

from cleaner.errors import RecordError
from cleaner.readers.options import ReaderOptions
from cleaner.readers.rows import Row, rejected

#: Well-known names of fields, lower case, the first that a record has is taken.
NAMES: dict[str, tuple[str, ...]] = {
    "text": (
        "text", "content", "body", "article", "maintext", "main_text", "article_text", "full_text",
        "fulltext", "articlebody", "article_body", "content_text", "raw_content", "plain_text", "story",
        "document",
    ),
    "html": ("html", "raw_html", "html_content", "content_html", "body_html", "article_html", "page"),
    "id": ("id", "_id", "doc_id", "docid", "document_id", "article_id", "uid", "uuid", "guid"),
    "source": (
        "source", "outlet", "publisher", "publication", "newspaper", "site", "site_name", "sitename",
        "source_domain", "domain", "hostname", "host",
    ),
    "url": ("url", "link", "uri", "web_url", "source_url", "canonical_url", "href"),
    "published": (
        "published", "published_at", "publishedat", "publish_date", "publication_date", "pub_date", "pubdate",
        "date_publish", "date_published", "datepublished", "date", "datetime", "timestamp", "created_at",
    ),
    "updated": ("updated", "updated_at", "modified", "date_modify", "date_modified", "datemodified"),
    "title": ("title", "headline"),
    "authors": ("authors", "author", "byline"),
    "language": ("language", "lang"),
}  # fmt: skip

_OPTIONS = {
    "text": "text_field",
    "html": "html_field",
    "id": "id_field",
    "source": "source_field",
    "url": "url_field",
    "published": "date_field",
    "title": "title_field",
}


class Layout(NamedTuple):
    """For each column the field of the record that gives it, or None; ``rest`` are all other fields."""

    text: str | None
    html: str | None
    id: str | None
    source: str | None
    url: str | None
    published: str | None
    updated: str | None
    title: str | None
    authors: str | None
    language: str | None
    rest: tuple[str, ...]


@lru_cache(maxsize=4096)
def layout(keys: tuple[str, ...], options: ReaderOptions) -> Layout:
    """Decide which of a record's fields gives which column: as told, else by well-known names."""
    folded: dict[str, str] = {}
    for key in keys:
        folded.setdefault(key.lower(), key)
    found: dict[str, str | None] = {}
    for column, names in NAMES.items():
        told = getattr(options, _OPTIONS[column]) if column in _OPTIONS else None
        if told is not None:
            found[column] = told if told in keys else None
        else:
            found[column] = next((folded[name] for name in names if name in folded), None)
    if options.html_field:
        found["text"] = found["text"] if options.text_field else None
    used = set(found.values())
    return Layout(**found, rest=tuple(key for key in keys if key not in used))


def row(record: Mapping[str, Any], location: str, options: ReaderOptions) -> Row:
    """Turn a record into a row; one without usable content or with an empty id becomes a rejected row.

    ``location`` is also the id of a record that has none.
    """
    fields = layout(tuple(record), options)
    identifier = location
    try:
        if fields.id is not None and record[fields.id] is not None:
            identifier = _identifier(record[fields.id], fields.id)
        kind, text, raw = _content(record, fields, options)
    except RecordError as problem:
        return rejected(location, str(problem), identifier if identifier != location else None)
    left: list[str] = []
    url = _string(record, fields.url, left)
    return Row(
        identifier,
        _string(record, fields.source, left) or host(url),
        url,
        _string(record, fields.title, left),
        _authors(record, fields.authors, left),
        _string(record, fields.published, left),
        _string(record, fields.updated, left),
        _string(record, fields.language, left),
        kind,
        text,
        raw,
        options.charset if raw is not None else None,
        _metadata(record, (*fields.rest, *left)),
        location,
        None,
    )


def host(url: str | None) -> str | None:
    """Return the host of a URL without ``www.``, or None."""
    if not url:
        return None
    try:
        name = urlsplit(url).hostname
    except ValueError:
        return None
    return name.removeprefix("www.") or None if name else None


def _identifier(value: Any, name: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise RecordError(f"its id (field {name!r}) is {_kind(value)}, not a string or a number")
    text = str(value)
    if not text.strip():
        raise RecordError(f"its id (field {name!r}) is empty")
    return _clean(text)


def _content(
    record: Mapping[str, Any], fields: Layout, options: ReaderOptions
) -> tuple[str, str | None, bytes | None]:
    for kind, name in (("text", fields.text), ("html", fields.html)):
        if name is None:
            continue
        value = record[name]
        if kind == "text" and not value and isinstance(value, str | None) and fields.html:
            continue
        if isinstance(value, bytes):
            return kind, None, value
        if not isinstance(value, str):
            raise RecordError(f"its {kind} (field {name!r}) is {_kind(value)}, not a string")
        raw = undecoded(value)
        return kind, None if raw is not None else value, raw
    told = options.text_field or options.html_field
    if told:
        raise RecordError(f"it has no field {told!r}; its fields are {_list(record)}")
    raise RecordError(f"it has no field with text but {_list(record)}: name one with --text-field")


def undecoded(text: str) -> bytes | None:
    """Return the bytes behind a string with lone surrogates, which no UTF-8 can hold; else None."""
    if text.isascii():
        return None
    try:
        text.encode()
    except UnicodeEncodeError:
        pass
    else:
        return None
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _string(record: Mapping[str, Any], name: str | None, left: list[str]) -> str | None:
    value = record[name] if name is not None else None
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    left.append(str(name))
    return None


def _authors(record: Mapping[str, Any], name: str | None, left: list[str]) -> list[str] | None:
    value = record[name] if name is not None else None
    if isinstance(value, str):
        return [_clean(value)] if value else None
    if isinstance(value, Sequence) and all(isinstance(one, str) for one in value):
        return [_clean(one) for one in value] or None
    if value is not None:
        left.append(str(name))
    return None


def _metadata(record: Mapping[str, Any], names: Sequence[str]) -> str | None:
    if not names:
        return None
    rest = {name: record[name] for name in names}
    try:
        return orjson.dumps(rest, default=str).decode()
    except TypeError:
        return json.dumps(rest, default=str)


def _clean(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _kind(value: Any) -> str:
    names = {type(None): "null", bool: "true or false", dict: "an object", list: "a list"}
    return names.get(type(value), "a number")


def _list(record: Mapping[str, Any]) -> str:
    names = [repr(str(name)[:40]) for name in list(record)[:12]]
    return ", ".join(names) + (", …" if len(record) > 12 else "") or "none"
