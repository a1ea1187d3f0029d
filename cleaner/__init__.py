"""news-corpus-cleaner: clean a news corpus, and keep an audit that can undo it.

The library, with the same results as the command ``cleaner``::

    from cleaner import clean

    result = clean("articles/")
    for document in result.documents:
        print(document.title, len(document.text))

``clean`` cleans a corpus, ``check`` says what is wrong with one, ``open_result`` reads the output folder of an earlier
run, ``clean_text`` and ``clean_texts`` clean single texts. Importing this package loads nothing; each name is loaded
when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cleaner.config import Config
    from cleaner.documents import Edit, apply, invert
    from cleaner.errors import CleanerError, ConfigError, InputError, LimitError, OutputError, RecordError, StoppedError
    from cleaner.findings import Located
    from cleaner.library.checks import Check, check
    from cleaner.library.records import (
        Cluster,
        Copy,
        Document,
        DocumentEdit,
        DocumentFinding,
        NearDuplicate,
        Pair,
        Rejected,
        Template,
    )
    from cleaner.library.results import Result
    from cleaner.library.rows import Rows
    from cleaner.library.runs import clean, open_result
    from cleaner.library.settings import load_config
    from cleaner.library.texts import CleanText, clean_text, clean_texts
    from cleaner.limits import Limit, Measure

__version__ = "0.1.0"

#: Where each public name is.
_MODULES = {
    "config": ("Config",),
    "documents": ("Edit", "apply", "invert"),
    "errors": ("CleanerError", "ConfigError", "InputError", "LimitError", "OutputError", "RecordError", "StoppedError"),
    "findings": ("Located",),
    "library.checks": ("Check", "check"),
    "library.records": (
        *("Cluster", "Copy", "Document", "DocumentEdit", "DocumentFinding", "NearDuplicate", "Pair", "Rejected"),
        "Template",
    ),
    "library.results": ("Result",),
    "library.rows": ("Rows",),
    "library.runs": ("clean", "open_result"),
    "library.settings": ("load_config",),
    "library.texts": ("CleanText", "clean_text", "clean_texts"),
    "limits": ("Limit", "Measure"),
}
_PLACES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "Check",
    "CleanText",
    "CleanerError",
    "Cluster",
    "Config",
    "ConfigError",
    "Copy",
    "Document",
    "DocumentEdit",
    "DocumentFinding",
    "Edit",
    "InputError",
    "Limit",
    "LimitError",
    "Located",
    "Measure",
    "NearDuplicate",
    "OutputError",
    "Pair",
    "RecordError",
    "Rejected",
    "Result",
    "Rows",
    "StoppedError",
    "Template",
    "__version__",
    "apply",
    "check",
    "clean",
    "clean_text",
    "clean_texts",
    "invert",
    "load_config",
    "open_result",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'cleaner' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"cleaner.{_PLACES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
