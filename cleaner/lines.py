"""The non-blank lines of a batch of texts, as columns: what every boilerplate detector looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Lines:
    """One row for each non-blank line of ``texts``, in order.

    Attributes:
        texts: the texts of the batch, one a document.
        text: the lines, without the white space around them.
        document: for each line the index of its text; shape (lines,).
        start, end: its half-open character offsets in that text, white space excluded; shape (lines,).
        first: lines ``first[d]`` to ``first[d + 1]`` are those of document ``d``; shape (documents + 1,).
    """

    texts: Sequence[str]
    text: list[str]
    document: NDArray[np.int32]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    first: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Lines:
        """Cut the texts at line feeds (no other character ends a line here)."""
        kept: list[str] = []
        starts: list[int] = []
        first = [0]
        for text in texts:
            at = 0
            for raw in text.split("\n"):
                line = raw.strip()
                if line:
                    kept.append(line)
                    starts.append(at + (0 if raw[0] == line[0] else raw.index(line)))
                at += len(raw) + 1
            first.append(len(kept))
        bounds = np.array(first, dtype=np.int64)
        start = np.array(starts, dtype=np.int64)
        length = np.fromiter(map(len, kept), dtype=np.int64, count=len(kept))
        document = np.repeat(np.arange(len(texts), dtype=np.int32), np.diff(bounds))
        return cls(texts, kept, document, start, start + length, bounds)

    def __len__(self) -> int:
        return len(self.text)
