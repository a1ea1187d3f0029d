"""For the terminal: the differences that a run makes."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cleaner import audit
from cleaner.corpus import Corpus
from cleaner.reports.excerpts import harmless
from cleaner.reports.findings import plain

#: How the lines of a difference look, by how they begin; headings come first.
COLORS: dict[str, dict[str, Any]] = {
    "---": {"bold": True},
    "+++": {"bold": True},
    "@@": {"fg": "cyan"},
    "-": {"fg": "red"},
    "+": {"fg": "green"},
}


def differences(folder: Path, paint: Callable[..., str] = plain) -> Iterator[str]:
    """A unified diff from the original to the clean text of each document that changes."""
    for document, trail in Corpus(folder).with_audit():
        original = audit.original_text(document["text"], trail)
        for line in _unified(document["id"], original, document["text"]):
            colors = next((colors for start, colors in COLORS.items() if line.startswith(start)), {})
            yield paint(line, **colors) if colors else line


def _unified(identity: str, before: str, after: str) -> Iterator[str]:
    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        f"{identity} (original)",
        f"{identity} (clean)",
        n=1,
    )
    for line in lines:
        shown = harmless(line.removesuffix("\n"))
        yield shown + ("\n" if line.endswith("\n") else "\n\\ No newline at end of file\n")
