"""Which field of a record is the text, the date, the id: as told, else by well-known names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cleaner.readers.options import ReaderOptions

#: Well-known names of fields, in lower case; the first that a record has is taken.
NAMES: dict[str, tuple[str, ...]] = {
    "text": (
        "text", "content", "body", "article", "maintext", "main_text", "article_text", "full_text",
        "fulltext", "articlebody", "article_body", "content_text", "raw_content", "plain_text", "story",
        "document",
    ),
    "html": ("html", "raw_html", "html_content", "content_html", "body_html", "article_html"),
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

#: The options that name a field, by column.
TOLD = {
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


def layout(keys: tuple[str, ...], options: ReaderOptions) -> Layout:
    """Decide which of a record's fields gives which column: as told, else by well-known names."""
    folded: dict[str, str] = {}
    for key in keys:
        folded.setdefault(key.lower(), key)
    told = {column: getattr(options, option) for column, option in TOLD.items()}
    free = {name: key for name, key in folded.items() if key not in told.values()}
    found: dict[str, str | None] = {}
    for column, names in NAMES.items():
        guess = next((free[name] for name in names if name in free), None)
        found[column] = guess if told.get(column) is None else next((k for k in keys if k == told[column]), None)
    if options.html_field and not options.text_field:
        found["text"] = None
    elif options.text_field and not options.html_field:
        found["html"] = None
    used = set(found.values())
    rest = tuple(key for key in keys if key not in used)
    return Layout(**found, rest=rest)


def notes_on(keys: Sequence[str], options: ReaderOptions) -> list[str]:
    """What a person should know of the fields of a first record: those that were guessed, and those it lacks."""
    told = {column: getattr(options, option) for column, option in TOLD.items()}
    lacking = [
        f"{name!r} ({TOLD[column].replace('_', '-')})" for column, name in told.items() if name and name not in keys
    ]
    guessed = guesses(keys, options)
    notes = [f"guessed by the names of fields: {guessed}"] if guessed else []
    return notes + ([f"the first record has no field {', '.join(lacking)}"] if lacking else [])


def guesses(keys: Sequence[str], options: ReaderOptions) -> str:
    """Say which fields were guessed, for people: ``text from 'body', id from 'uid'``; empty for none."""
    found = layout(tuple(keys), options)._asdict()
    return ", ".join(
        f"{column} from {found[column]!r}"
        for column in NAMES
        if found[column] not in {None, column} and getattr(options, TOLD.get(column, ""), None) is None
    )
