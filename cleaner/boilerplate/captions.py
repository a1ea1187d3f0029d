"""The same block printed twice in one document: the later goes, the one beside a credit stays."""

from __future__ import annotations

from cleaner.boilerplate.marks import Mark
from cleaner.lines import Lines

#: Shorter lines are refrains, names and labels: other detectors' business.
CHARACTERS = 25
WORDS = 5


def match(lines: Lines) -> list[Mark]:
    """Return a ``remove`` mark for each line that its document has had before."""
    marks = []
    seen: dict[str, int] = {}
    document = -1
    for row, (text, at) in enumerate(zip(lines.text, lines.document.tolist(), strict=True)):
        if at != document:
            document, seen = at, {}
        if len(text) < CHARACTERS:
            continue
        if text in seen:
            if len(text.split()) >= WORDS:
                marks.append(Mark(row, "captions", "same-line-twice", 0.9))
        else:
            seen[text] = row
    return marks
