"""Which lines are running text, alone or as pieces of a sentence that an extractor has broken."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.classes import COLON, COMMA, LOWER, QUOTE, TERMINAL, UNSPACED
from cleaner.boilerplate.kernels import ENDING, FIRST, LAST, SENTENCES, STOPS, WORDS
from cleaner.boilerplate.scan import Scan
from cleaner.lines import Lines

#: What ``prose`` returns.
Prose = tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]


def sentences(lines: Lines, seen: Scan) -> NDArray[np.int64]:
    """Return the rows at which something new starts; other lines go on with the sentence of the line before.

    Extractors that break lines at each link or column leave sentences in pieces.
    """
    first, last = seen.counts[1:, FIRST], seen.counts[:-1, LAST]
    ended = (last == TERMINAL) | (last == QUOTE) | (last == COLON)
    goes_on = (first == COMMA) | (first == TERMINAL) | ((first == LOWER) & ~ended) | (last == COMMA)
    new = np.ones(len(lines), dtype=bool)
    new[1:] = ~goes_on | (lines.document[1:] != lines.document[:-1])
    return np.flatnonzero(new)


def prose(lines: Lines, seen: Scan) -> Prose:
    """Say which lines look like running text: long enough, with a sentence's end, with stop words where spaced.

    Sentences in several lines are judged as one. Returns for each line whether it is prose, and the lines and
    characters of its sentence.
    """
    if not len(lines):
        return np.zeros(0, dtype=np.uint8), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    start = sentences(lines, seen)
    end = np.r_[start[1:], len(lines)]
    words, stops, unspaced, ends = (
        np.add.reduceat(seen.counts[:, at], start) for at in (WORDS, STOPS, UNSPACED, SENTENCES)
    )
    length = np.add.reduceat(seen.length, start)
    last, ending = seen.counts[end - 1, LAST], seen.counts[end - 1, ENDING]
    spaced = words - unspaced
    sentence = (ends > 0) | (last == TERMINAL) | ((last == QUOTE) & (ending == TERMINAL)) | (length >= 200)
    long = (spaced >= 10) & (stops * 6 >= spaced) | (unspaced >= 20)
    size = end - start
    return np.repeat((sentence & long).astype(np.uint8), size), np.repeat(size, size), np.repeat(length, size)
