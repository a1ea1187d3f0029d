"""Comment threads: what readers wrote under an article.

A comment is prose like the article's, and no word of it tells that it is none. What tells are the lines between the
comments (who wrote, when, "Reply"), where several of them follow each other after the article has begun.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from cleaner.boilerplate.marks import Mark
from cleaner.boilerplate.places import Places, ends_sentence
from cleaner.lines import Lines

#: A thread has so many lines between comments at least, and no more lines from one to the next.
AT_LEAST, REACH = 3, 6
#: Under a heading of comments, so many lines above at most, comments of more lines are believed.
ABOVE, FAR = 24, 12
#: So many paragraphs stand before it.
PARAGRAPHS = 2
#: A line with the name of who wrote has so many words at most.
NAME_WORDS = 5

_QUOTES, _DASHES = "\"'“”‘’«»„", "—–-"


def match(between: Iterable[Mark], headings: set[int], lines: Lines, places: Places) -> list[Mark]:
    """Return the marks of all lines of threads.

    Args:
        between: marks of the lines that stand between comments, from rules with the action ``thread``; alone those
            with the action ``note`` make a thread only under a heading.
        headings: the rows of headings of comments.
        lines: the lines of a batch of texts.
        places: ``Places.of(lines)``.
    """
    before = places.number
    firsts = lines.first[lines.document]
    told: dict[int, Mark] = {}
    for mark in between:
        row = mark.row
        if before[row] - before[firsts[row]] >= PARAGRAPHS and not _is_quotation(row, lines):
            told.setdefault(row, mark)
    rows = sorted(told)
    runs = [run for run in _runs(rows, lines, REACH) if any(told[row].action == "remove" for row in run)]
    for run in _runs(rows, lines, FAR):
        if not headings.isdisjoint(places.above(run[0], ABOVE)):
            runs.append(run)
    return [mark for run in runs for mark in _thread(run, told[run[0]], lines)]


def _is_quotation(row: int, lines: Lines) -> bool:
    """Say whether somebody is quoted: a tweet's foot begins with a dash, and what a witness said with a quote."""
    if lines.text[row][0] in _DASHES:
        return True
    last = row + 1 >= int(lines.first[lines.document[row] + 1])
    return not last and lines.text[row + 1][0] in _QUOTES


def _runs(rows: list[int], lines: Lines, reach: int) -> Iterator[list[int]]:
    """Yield the rows of one document that are at most ``reach`` apart, where they are enough for a thread."""
    run = rows[:1]
    for row, following in pairwise(rows):
        if following - row > reach or lines.document[row] != lines.document[following]:
            if len(run) >= AT_LEAST:
                yield run
            run = []
        run.append(following)
    if len(run) >= AT_LEAST:
        yield run


def _thread(run: list[int], first: Mark, lines: Lines) -> Iterator[Mark]:
    """Yield a mark for each line from the first name to the last comment."""
    begin, end = run[0], run[-1] + 1
    above = lines.text[begin - 1]
    alone = first.action == "note" or len(lines.text[begin].split()) == 1
    if alone and len(above.split()) <= NAME_WORDS and not ends_sentence(above):
        begin -= 1
    if end < int(lines.first[lines.document[begin] + 1]) and ends_sentence(lines.text[end]):
        end += 1
    for row in range(begin, end):
        yield first._replace(row=row, detector="threads", action="remove")
