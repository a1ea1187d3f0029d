"""Records with named fields (JSON, CSV, Parquet) to rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache, partial
from typing import Any

from cleaner.errors import RecordError
from cleaner.readers.layout import Layout, layout
from cleaner.readers.metadata import as_json
from cleaner.readers.options import ReaderOptions
from cleaner.readers.rows import Row, rejected

#: Where a record is, and its fields; or why it could not be parsed.
Record = tuple[str, Mapping[str, Any] | RecordError]

_HOST = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:@\s]+|\[[^]/]*\])")


def rows(records: Iterable[Record], options: ReaderOptions, unwrap: bool = True) -> Iterator[Row]:
    """Turn records into rows; one without usable content or with an empty id becomes a rejected row.

    The location of a record is also the id of one that has none. ``unwrap``: an object without content that
    holds one list of objects stands for these.
    """
    layouts = lru_cache(maxsize=1024)(partial(layout, options=options))
    for location, record in records:
        if isinstance(record, RecordError):
            yield rejected(location, str(record))
            continue
        fields = layouts(tuple(record))
        if unwrap and fields.text is None and fields.html is None and (inner := _inner(record, location)):
            yield from rows(inner, options, unwrap=False)
            continue
        identifier = None
        try:
            identifier = _identifier(record, fields.id)
            row = _row(record, fields, identifier or location, location, options)
        except RecordError as problem:
            row = rejected(location, str(problem), identifier)
        yield row


def _inner(record: Mapping[str, Any], location: str) -> list[Record]:
    """Return the records in an object that is none, but holds one list of them, as answers of servers do."""
    lists = [one for one in record.values() if isinstance(one, list) and one and isinstance(one[0], dict)]
    problem = RecordError("it is JSON, but not an object")
    return [
        (f"{location}#{number}", one if isinstance(one, dict) else problem)
        for number, one in enumerate(lists[0] if len(lists) == 1 else (), 1)
    ]


def _row(record: Mapping[str, Any], fields: Layout, identifier: str, location: str, options: ReaderOptions) -> Row:
    kind, text, raw = _content(record, fields, options)
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
        as_json(record, (*fields.rest, *left)),
        location,
    )


def host(url: str | None) -> str | None:
    """Return the host of a URL without ``www.``, or None."""
    found = _HOST.match(url) if url else None
    return found[1].lower().removeprefix("www.") if found else None


def _identifier(record: Mapping[str, Any], name: str | None) -> str | None:
    value = record[name] if name is not None else None
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise RecordError(f"its id (field {name!r}) is {_kind(value)}, not a string or a whole number")
    text = str(value).encode("utf-8", "replace").decode()
    if not text.strip():
        raise RecordError(f"its id (field {name!r}) is empty")
    return text


def _content(
    record: Mapping[str, Any], fields: Layout, options: ReaderOptions
) -> tuple[str, bytes | None, bytes | None]:
    """Return the kind of content, and it as characters in UTF-8, or else as bytes that are to be decoded."""
    kind, name = ("text", fields.text) if fields.text is not None else ("html", fields.html)
    if name is None:
        raise RecordError(_lacking(record, options))
    value = record[name]
    if kind == "text" and fields.html is not None and (value is None or value == ""):
        kind, name, value = "html", fields.html, record[fields.html]
    if not isinstance(value, str | bytes):
        raise RecordError(f"its {kind} (field {name!r}) is {_kind(value)}, not a string")
    limit = options.max_record_bytes
    if len(value) > limit:
        raise RecordError(f"its {kind} has {len(value):,} characters, more than --max-record-bytes {limit:,}")
    if isinstance(value, bytes):
        return kind, None, value
    try:
        return kind, value.encode(), None
    except UnicodeEncodeError:
        return kind, None, undecoded(value)


def _lacking(record: Mapping[str, Any], options: ReaderOptions) -> str:
    told = options.text_field or options.html_field
    names = ", ".join(repr(str(name)[:40]) for name in list(record)[:12]) or "none at all"
    if told:
        return f"it has no field {told!r}; its fields: {names}"
    return f"it has no field known to hold text (name one with --text-field); its fields: {names}"


def undecoded(text: str) -> bytes:
    """Return the bytes behind a string with lone surrogates, which no UTF-8 can hold."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _is_text(value: Any) -> bool:
    """Say whether a value is a string without lone surrogates."""
    if not isinstance(value, str):
        return False
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return False
    return True


def _string(record: Mapping[str, Any], name: str | None, left: list[str]) -> str | None:
    value = record[name] if name is not None else None
    if value is None or value == "":
        return None
    if _is_text(value):
        return str(value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    left.append(str(name))
    return None


def _authors(record: Mapping[str, Any], name: str | None, left: list[str]) -> list[str] | None:
    value = record[name] if name is not None else None
    names = [value] if isinstance(value, str) else value
    if isinstance(names, list) and all(_is_text(one) for one in names):
        return [one for one in names if one] or None
    if value is not None:
        left.append(str(name))
    return None


def _kind(value: Any) -> str:
    names = {type(None): "null", bool: "true or false", dict: "an object", list: "a list"}
    return names.get(type(value), "a number")
