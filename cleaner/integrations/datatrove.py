"""A step for datatrove's pipelines: repair the encoding of documents and take out their boilerplate."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from datatrove.pipeline.formatters.base import BaseFormatter

from cleaner.config import Config
from cleaner.library.settings import config_of
from cleaner.library.texts import CleanText, clean_texts

#: Documents that are cleaned at a time: the detectors are faster on many.
DOCUMENTS = 200


class CleanerFormatter(BaseFormatter):  # type: ignore[misc]  # datatrove has no types
    """Cleans the text of each document by itself, as ``cleaner.clean_text`` does.

    The edits go to ``metadata["cleaner_edits"]``, each with ``start``, ``end``, ``removed``, ``replacement``,
    ``stage``, ``rule`` and ``confidence``; fields that were found in the text, such as ``title`` and ``authors``, go to
    the metadata where it has none of that name.

    What needs the whole corpus is not done here, since a step sees one shard only: lines that repeat across a source
    are not learned (but ``templates`` may name files that a run wrote), and near-duplicates are not looked for.
    ``cleaner.clean`` does both, for example on what a writer of datatrove wrote.
    """

    name = "Cleaner"

    def __init__(self, config: Config | None = None, audit: bool = True, **settings: Any) -> None:
        """Settings are those of ``cleaner.clean_text``; without ``audit`` the edits are not kept.

        Raises:
            ConfigError: an unknown setting, or a value that it cannot have.
        """
        super().__init__()
        self.config = config_of(config, settings, "CleanerFormatter()")
        self.audit = audit

    def format(self, text: str) -> str:
        """Return one text clean."""
        return str(clean_texts([text], config=self.config)[0])

    def run(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        """Yield each document with its text clean, in their order."""
        documents = iter(data or ())
        while held := list(islice(documents, DOCUMENTS)):
            with self.track_time("batch"):
                texts = clean_texts([document.text for document in held], config=self.config)
            for document, text in zip(held, texts, strict=True):
                self._change(document, text)
                yield document

    def _change(self, document: Any, text: CleanText) -> None:
        self.stat_update("total")
        if text.edits:
            self.stat_update("changed")
            self.stat_update("edits", value=len(text.edits))
            self.stat_update("characters_removed", value=len(text.original) - len(text))
        document.text = str(text)
        for name, value in text.fields.items():
            document.metadata.setdefault(name, value)
        if self.audit:
            document.metadata["cleaner_edits"] = [_line(edit, text.original) for edit in text.edits]


def _line(edit: Any, original: str) -> dict[str, Any]:
    names = ("start", "end", "replacement", "stage", "rule", "confidence")
    return {"removed": original[edit.start : edit.end], **{name: getattr(edit, name) for name in names}}
