"""Headlines of other stories inside an article, found by their shape and place."""

from __future__ import annotations

from cleaner.boilerplate.places import Places, ends_sentence
from cleaner.lines import Lines

_QUOTES = "\"'“”‘’«»„"


def is_headline(text: str) -> bool:
    """Say whether a line has the shape of a headline: no prose, and not the end of a sentence unless a question."""
    return (
        len(text) <= 160
        and 3 <= len(text.split()) <= 24
        and (text[-1] == "?" or not ends_sentence(text))
        and text[-1] not in ":,;"
    )


def inline_headlines(lines: Lines, places: Places) -> list[int]:
    """Return the rows of long headlines that stand alone between paragraphs of prose."""
    found = []
    prose = places.prose
    for row in range(1, len(lines) - 1):
        if prose[row] or not (prose[row - 1] and prose[row + 1]):
            continue
        text = lines.text[row]
        if len(text.split()) >= 12 and is_headline(text) and text[0] not in _QUOTES:
            found.append(row)
    return found
