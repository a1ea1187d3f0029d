"""What the line model sees of a line: its characters, its words, and the lines around it.

The shares, the neighbours and the positions are array arithmetic on the whole numbers of ``scan``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.classes import (
    BRACKET,
    CASELESS,
    COLON,
    COMMA,
    DASH,
    DIGIT,
    LOWER,
    MARKUP,
    QUOTE,
    SEPARATOR,
    SIGN,
    TERMINAL,
    UNSPACED,
    UPPER,
)
from cleaner.boilerplate.kernels import (
    CAPITALISED,
    ENDING,
    FIRST,
    LAST,
    LINKS,
    LONGEST,
    NUMBERS,
    SENTENCES,
    SHOUTED,
    STOPS,
    WORDS,
    run,
    topics,
)
from cleaner.boilerplate.prose import Prose, prose
from cleaner.boilerplate.scan import HEAD, TAIL, Scan
from cleaner.lines import Lines

_BASE = (
    "length", "words", "word_length", "upper", "capitalised", "shouted", "digits", "numbers", "stops", "longest",
    "sentences", "terminal", "comma", "colon", "quote", "dash", "separator", "markup", "bracket", "sign", "links",
    "first", "last", "ending", "unspaced", "gap_before", "gap_after", "score",
)  # fmt: skip
_NEAR = ("length", "score", "prose", "capitalised", "stops", "first", "last", "numbers")
_PLACE = (
    "prose", "index", "from_end", "lines", "share_before", "share_after", "prose_share", "prose_lines",
    "mean_length", "copies", "copy", "topic_words", "topic", "prose_back", "prose_ahead", "prose_before",
    "prose_after", "near_4", "near_10", "run_lines", "run_place", "run_length", "run_score", "score_4",
    "document_score", "opening", "ending_copies", "cue_back", "cue_run", "cue_ahead",
    "sentence_lines", "sentence_length",
)  # fmt: skip
STEPS = (-3, -2, -1, 1, 2, 3)
#: The names of the rows of what ``extract`` returns.
NAMES = (*_BASE, *_PLACE, *(f"{name}{step:+d}" for step in STEPS for name in _NEAR))


def extract(lines: Lines, seen: Scan, score: NDArray[np.int32], told: Prose | None = None) -> NDArray[np.float32]:
    """Return the features, one row a feature (``NAMES``), one column a line: float32, shape (features, lines).

    Args:
        lines: the batch.
        seen: its ``scan``.
        score: the lexical score of each line, shape (lines,).
        told: ``prose(lines, seen)`` if at hand.

    """
    out = np.empty((len(NAMES), len(lines)), dtype=np.float32)
    if not len(lines):
        return out
    _base(out, lines, seen, score)
    _place(out, lines, seen, told or prose(lines, seen))
    at = len(_BASE) + len(_PLACE)
    near = [NAMES.index(name) for name in _NEAR]
    for step in STEPS:
        shift(out, near, lines, step, at)
        at += len(near)
    return out


def shift(table: NDArray[np.float32], rows: list[int], lines: Lines, step: int, at: int) -> None:
    """Write ``rows`` of the line ``step`` further on in the document to rows ``at`` and on; -1 where there is none."""
    here, there = (slice(None, -step), slice(step, None)) if step > 0 else (slice(-step, None), slice(None, step))
    other = np.ones(len(lines), dtype=bool)
    if abs(step) < len(lines):
        other[here] = lines.document[here] != lines.document[there]
    none = np.flatnonzero(other)
    for place, row in enumerate(rows, at):
        if abs(step) < len(lines):
            table[place, here] = table[row, there]
        table[place, none] = -1


def window(column: NDArray[Any], lines: Lines, reach: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the sum over the lines at most ``reach`` away in the document, and their number; float64."""
    total = np.zeros(len(column) + 1)
    np.cumsum(column, out=total[1:])
    row = np.arange(len(column))
    low = np.maximum(row - reach, lines.first[:-1][lines.document])
    high = np.minimum(row + reach + 1, lines.first[1:][lines.document])
    return total[high] - total[low], high - low


def _base(out: NDArray[np.float32], lines: Lines, seen: Scan, score: NDArray[np.int32]) -> None:
    count = seen.counts.T.astype(np.float32)
    words = np.maximum(count[WORDS], 1)
    size = np.maximum(np.minimum(seen.length, HEAD + TAIL), 1).astype(np.float32)
    letters = count[LOWER] + count[UPPER] + count[CASELESS]
    gap = np.ones(len(lines) + 1, dtype=np.float32)
    gap[1:-1] = np.where(lines.document[1:] == lines.document[:-1], np.minimum(lines.start[1:] - lines.end[:-1], 99), 0)
    gap[0] = gap[-1] = 0
    columns = (
        np.minimum(seen.length, 1 << 20), count[WORDS], letters / words, count[UPPER] / np.maximum(letters, 1),
        count[CAPITALISED] / words, count[SHOUTED] / words, count[DIGIT] / size, count[NUMBERS] / words,
        count[STOPS] / words, count[LONGEST], count[SENTENCES], count[TERMINAL] / words, count[COMMA] / words,
        count[COLON], count[QUOTE], count[DASH] / words, count[SEPARATOR], count[MARKUP], count[BRACKET],
        count[SIGN], count[LINKS], count[FIRST], count[LAST], count[ENDING], count[UNSPACED] / size,
        gap[:-1], gap[1:], score,
    )  # fmt: skip
    for row, column in enumerate(columns):
        out[row] = column


def _place(out: NDArray[np.float32], lines: Lines, seen: Scan, told: Prose) -> None:
    is_prose, sentence_lines, sentence_length = told
    scores = out[_BASE.index("score")]
    low, high = lines.first[:-1][lines.document], lines.first[1:][lines.document]
    row = np.arange(len(lines))
    size = np.minimum(seen.length, HEAD + TAIL)
    characters, prose_characters = _running(size, low, high), _running(size * is_prose, low, high)
    copies, copy = _copies(lines, seen)
    topic = _topics(lines, seen, is_prose)
    back = row - np.maximum.accumulate(np.where(is_prose, row, -1))
    ahead = np.minimum.accumulate(np.where(is_prose, row, len(lines) << 1)[::-1])[::-1] - row
    run_lines, run_place, run_length, run_score = _runs(is_prose, lines, size, scores)
    cue_back = _highest(scores, lines.document)
    total = np.maximum(characters[2], 1)
    lines_in = np.maximum(high - low, 1)
    columns = (
        is_prose, np.minimum(row - low, 999), np.minimum(high - row - 1, 999), np.minimum(lines_in, 9999),
        characters[0] / total, characters[1] / total, prose_characters[2] / total,
        np.minimum(_running(is_prose, low, high)[2], 999), total / lines_in, copies, copy, topic[:, 0],
        topic[:, 1] / np.maximum(topic[:, 0], 1), np.where(row - back < low, 99, np.minimum(back, 98)),
        np.where(row + ahead >= high, 99, np.minimum(ahead, 98)),
        prose_characters[0] / np.maximum(prose_characters[2], 1),
        prose_characters[1] / np.maximum(prose_characters[2], 1),
        window(is_prose, lines, 4)[0], window(is_prose, lines, 10)[0], run_lines, run_place, run_length, run_score,
        np.divide(*window(scores, lines, 4)), _running(scores, low, high)[2] / lines_in,
        np.minimum(topic[:, 2], 99), np.minimum(topic[:, 3], 99), cue_back,
        _highest(scores, np.cumsum(run_place == 0)), _highest(scores[::-1], lines.document[::-1])[::-1],
        np.minimum(sentence_lines, 999), np.minimum(sentence_length, 1 << 20),
    )  # fmt: skip
    for at, column in enumerate(columns, len(_BASE)):
        out[at] = column


def _running(
    column: NDArray[Any], low: NDArray[np.int64], high: NDArray[np.int64]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Sums of the column over the lines before and after each line in its document, and over all of it."""
    total = np.zeros(len(column) + 1)
    np.cumsum(column, out=total[1:])
    return total[:-1] - total[low], total[high] - total[1:], total[high] - total[low]


def _highest(column: NDArray[np.float32], group: NDArray[Any]) -> NDArray[np.int64]:
    """Return the highest value among the lines before each line in its group (rising or falling numbers)."""
    rank = np.zeros(len(column), dtype=np.int64)
    rank[1:] = np.cumsum(group[1:] != group[:-1])
    rank *= 1 << 20
    highest = np.full(len(column), -(1 << 18), dtype=np.int64)
    highest[1:] = np.maximum.accumulate(column.astype(np.int64) + rank)[:-1] - rank[1:]
    return np.maximum(highest, -(1 << 12))


def _copies(lines: Lines, seen: Scan) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How often each line stands in its document (at most 99), and how many of them come before it."""
    copies, copy = np.ones(len(lines), dtype=np.int64), np.zeros(len(lines), dtype=np.int64)
    rows = _maybe_copies(lines, seen)
    text = [lines.text[row] for row in rows.tolist()]
    last = dict(zip(text, range(len(text)), strict=True))
    key = np.fromiter(map(last.__getitem__, text), dtype=np.int64, count=len(text))
    key += lines.document[rows].astype(np.int64) * len(text)
    order = np.argsort(key, kind="stable")
    start = np.flatnonzero(np.diff(key[order], prepend=-1))
    size = np.diff(start, append=len(key))
    copies[rows[order]] = np.minimum(np.repeat(size, size), 99)
    copy[rows[order]] = np.minimum(np.arange(len(key)) - np.repeat(start, size), 99)
    return copies, copy


def _maybe_copies(lines: Lines, seen: Scan) -> NDArray[np.int64]:
    """Return the rows of lines that have the words and the length of another line of their document: few."""
    columns = (seen.key, seen.length, lines.document.astype(np.int64))
    factors = (1, 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93)
    mixed = np.zeros(len(lines), dtype=np.uint64)
    for column, factor in zip(columns, factors, strict=True):
        mixed += column.view(np.uint64) * np.uint64(factor)
    order = np.argsort(mixed)
    new = np.ones(len(order) + 1, dtype=np.bool_)
    new[1:-1] = mixed[order[1:]] != mixed[order[:-1]]
    return np.sort(order[~(new[1:] & new[:-1])])


def _topics(lines: Lines, seen: Scan, is_prose: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return four numbers for each line.

    Its longer words; how many of them other prose of the document has, too; how many lines of the document begin,
    and how many end, with the same word.
    """
    out = np.zeros((len(lines), 4), dtype=np.int32)
    slots = np.zeros(4096, dtype=np.int32)
    run(topics, len(seen.words) * 6, seen.words, seen.stop, seen.first, seen.last, lines.first, is_prose, slots, out)
    return out


def _runs(
    is_prose: NDArray[np.uint8], lines: Lines, size: NDArray[np.int64], score: NDArray[np.float32]
) -> tuple[NDArray[Any], ...]:
    """Of the run of lines (all prose or all not) around each line: lines, place in it, mean length, mean score."""
    new = np.ones(len(lines), dtype=bool)
    new[1:] = (is_prose[1:] != is_prose[:-1]) | (lines.document[1:] != lines.document[:-1])
    start = np.flatnonzero(new)
    count = np.diff(np.r_[start, len(lines)])
    mean = [np.repeat(np.add.reduceat(column.astype(np.float64), start) / count, count) for column in (size, score)]
    place = np.arange(len(lines)) - np.repeat(start, count)
    return np.minimum(np.repeat(count, count), 999), np.minimum(place, 999), mean[0], mean[1]
