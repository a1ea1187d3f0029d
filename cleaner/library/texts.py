"""Single texts: the two passes that look at one document, without what needs a corpus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import orjson

from cleaner import audit, session
from cleaner.cleaning import FIELDS, Clean, Detector
from cleaner.config import Config
from cleaner.documents import Edit
from cleaner.engines import Dataset
from cleaner.errors import InputError
from cleaner.library.inputs import records_to_rows
from cleaner.library.records import Document
from cleaner.library.settings import config_of
from cleaner.prepare import Prepare
from cleaner.readers.rows import batches


class CleanText(str):
    """A clean text: a string that knows what was done.

    Attributes:
        original: the text before any edit, with one kind of line end; of HTML the extracted article.
        edits: what was changed, so that ``cleaner.apply(edits, original)`` is this text.
        fields: what was found in the text: ``title``, ``authors``, ``published``, ``agency`` …
    """

    __slots__ = ("edits", "fields", "original")

    original: str
    edits: tuple[Edit, ...]
    fields: Mapping[str, Any]


def clean_text(text: str, *, config: Config | None = None, html: bool = False, **settings: Any) -> CleanText:
    """Clean one text: repair its encoding, take out boilerplate.

    What needs a corpus is left to ``clean``: lines that repeat across a source, and near-duplicates. Rules and model
    are loaded at the first call; ``clean_texts`` is faster for many.

    Args:
        text: plain text, or with ``html`` a page.
        config: all settings; the defaults if it is left out.
        html: whether ``text`` is HTML, of which the article is to be extracted.
        settings: settings by name, such as ``boilerplate="conservative"``.

    Raises:
        InputError: it is no text that can be used.
        ConfigError: an unknown setting, or a value that it cannot have.
    """
    return clean_texts([text], config=config, html=html, **settings)[0]


def clean_texts(
    texts: Iterable[str | Document], *, config: Config | None = None, html: bool = False, **settings: Any
) -> list[CleanText]:
    """Clean each text by itself, as ``clean_text`` does; a ``Document`` also says its source and language.

    The list holds as many texts as were given, in their order: fit for ``datasets.map(batched=True)``.

    Raises:
        InputError: one that cannot be used; says which. Nothing is returned then.
        ConfigError: an unknown setting, or a value that it cannot have.
    """
    resolved = config_of(config, settings, "clean_texts()") if settings or config else _DEFAULT
    prepare, clean = Prepare.of(resolved), Clean(_detector(resolved), {})
    rows = records_to_rows(_records(texts, html), session.reader_options(resolved))
    return [_clean_text(row) for batch in batches(rows, 0) for row in clean(prepare(batch)).to_pylist()]


_DEFAULT = Config()


def _records(texts: Iterable[str | Document], html: bool) -> Iterator[Any]:
    if isinstance(texts, str):
        raise InputError("clean_texts() takes several texts, such as a list of strings; for one there is clean_text()")
    for number, text in enumerate(texts, 1):
        if isinstance(text, Document) and not html:
            yield text
        elif isinstance(text, str):
            yield {"html": str(text)} if html else Document(text)
        else:
            raise InputError(f"text {number:,} is of type {type(text).__qualname__}, not a string")


@lru_cache(maxsize=16)
def _detector(config: Config) -> Detector | None:
    from cleaner.boilerplate.templates import TEMPLATES

    if "boilerplate" not in config.stages:
        return None
    return Detector(config.boilerplate, config.rules, Dataset(TEMPLATES, ()), config.templates)


def _clean_text(row: dict[str, Any]) -> CleanText:
    if row["reason"] is not None:
        raise InputError(f"{row['location'].replace('documents:', 'text ')}: {row['reason']}")
    text = CleanText(row["text"])
    edits, removed = audit.unpack(row["edits"])
    text.original = audit.undo(edits, removed, row["text"]) if edits else row["text"]
    text.edits = tuple(edits)
    fields = orjson.loads(row["fields"])
    text.fields = {name: fields[name] for name in FIELDS if fields.get(name)}
    return text
