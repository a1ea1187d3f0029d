"""Clean text → passages: its paragraphs; long ones are cut at sentence ends."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.documents import Passage
from cleaner.minhash.shingles import text_buffers
from cleaner.spans import Spans, characters_within, codes_at, lines_of, stripped

#: A paragraph up to this many characters is one passage.
LONGEST = 1600
#: A cut leaves at least this many characters before it.
SHORTEST_CUT = 400

#: A line without the white space around it.
_LINE = re.compile(r"\S(?:[^\n]*\S)?")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*\s+|[。！？][”’」』）]*")
_ENDED = ".!?:;…\"'”’»)]。！？"


def passages(text: str) -> list[Passage]:
    """The passages of a text, in order; together they hold all of its characters but the white space between."""
    found = []
    for start, end in _paragraphs(text):
        if end - start <= LONGEST:
            found.append(Passage(start, end))
        else:
            found.extend(_cut(text, start, end))
    return found


def passage_spans(texts: pa.Array) -> Spans:
    """The passages of each text of a string array, by bytes: nearly all are lines, and found as such."""
    data, offsets = text_buffers(texts)
    lines, others = stripped(data, lines_of(data, offsets))
    long = characters_within(data, lines) > LONGEST
    wrapped = _are_small(codes_at(data, lines.start))
    others = np.union1d(others, lines.text[long | wrapped])
    found = [lines.take(~np.isin(lines.text, others))]
    for row in others.tolist():
        text = texts[row].as_py()
        places = np.array(passages(text), dtype=np.int64).reshape(-1, 2)
        if not text.isascii():
            raw = data[offsets[row] : offsets[row + 1]].view(np.int8)
            places = np.append(np.flatnonzero(raw >= -64), len(raw))[places]  # where each character begins
        start, end = (places + offsets[row]).T
        found.append(Spans(np.full(len(start), row), start, end))
    every = Spans(*map(np.concatenate, zip(*found, strict=True)))
    return every.take(np.argsort(every.start, kind="stable"))


def passage_characters(texts: Sequence[str]) -> list[int]:
    """The characters of the passages of each text, in all."""
    array = pa.array(texts, pa.large_string())
    spans = passage_spans(array)
    lengths = characters_within(text_buffers(array)[0], spans)
    sums: list[int] = np.bincount(spans.text, lengths, len(texts)).astype(np.int64).tolist()
    return sums


def _are_small(codes: NDArray[np.int32]) -> NDArray[np.bool_]:
    known, places = np.unique(codes, return_inverse=True)
    return np.array([chr(code).islower() for code in known.tolist()], dtype=np.bool_)[places]


def _paragraphs(text: str) -> list[tuple[int, int]]:
    """Each line is a paragraph, but for wrapped text, where a block of lines is one."""
    lines = [match.span() for match in _LINE.finditer(text)]
    if not any(text[start].islower() for start, _ in lines):
        return lines
    block: list[tuple[int, int]] = []
    paragraphs: list[tuple[int, int]] = []
    for line in lines:
        if block and text.count("\n", block[-1][1], line[0]) > 1:
            paragraphs += _joined(text, block)
            block = []
        block.append(line)
    return paragraphs + _joined(text, block)


def _joined(text: str, block: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """A block of lines as one paragraph if at least half of its breaks lie within a sentence."""
    if len(block) == 1:
        return block
    within = sum(text[end - 1] not in _ENDED and text[start].islower() for (_, end), (start, _) in pairwise(block))
    return [(block[0][0], block[-1][1])] if within and 2 * within >= len(block) - 1 else block


def _cut(text: str, start: int, end: int) -> Iterator[Passage]:
    """Cut at sentence ends that the words before them choose, not their place.

    Two copies of a long text are so cut alike again soon after a place where they differ (content-defined
    chunking, as in Muthitacharoen et al., A Low-bandwidth Network File System, SOSP 2001).
    """
    first = start
    for match in _SENTENCE_END.finditer(text, start, end):
        place = match.end()
        if place >= end:
            break
        while place - first > LONGEST:
            yield Passage(first, first + LONGEST)
            first += LONGEST
        chosen = zlib.crc32(text[max(first, place - 24) : place].rstrip().encode()) % 3 == 0
        if place - first >= SHORTEST_CUT and chosen:
            yield Passage(first, place - (len(match.group()) - len(match.group().rstrip())))
            first = place
    while end - first > LONGEST:
        yield Passage(first, first + LONGEST)
        first += LONGEST
    if first < end:
        yield Passage(first, end)
