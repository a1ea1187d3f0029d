"""The words of the project as types: documents, edits, findings, passages, pairs.

A cleaned document is its original text plus a list of edits. An edit says: these characters of the
original, replaced by this (mostly by nothing), found by this rule, with this confidence. Stages only
*find* edits; the writer applies them, ``restore`` undoes them, and every report is a view of them.

All offsets are half-open and count characters (code points), never bytes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple


class Edit(NamedTuple):
    """Replace ``text[start:end]`` by ``replacement``; found by ``rule`` of ``stage``.

    ``evidence`` names what speaks for the edit and how strongly, for example ``(("rules", 0.95),)``.
    """

    start: int
    end: int
    replacement: str
    stage: str
    rule: str
    confidence: float = 1.0
    evidence: tuple[tuple[str, float], ...] = ()


class Finding(NamedTuple):
    """Something seen in ``text[start:end]`` that is reported and not changed."""

    start: int
    end: int
    stage: str
    rule: str
    message: str
    confidence: float = 1.0


class Passage(NamedTuple):
    """A paragraph of a document's clean text, ``text[start:end]``; long ones are cut at sentence ends."""

    start: int
    end: int


def apply(edits: Iterable[Edit], text: str) -> str:
    """Return ``text`` with the edits made. They must be sorted and must not overlap.

    Raises:
        ValueError: edits that overlap, are out of order, or lie outside of the text.
    """
    parts: list[str] = []
    at = 0
    for edit in edits:
        if not at <= edit.start <= edit.end <= len(text):
            raise ValueError(f"edit {edit.start}-{edit.end} overlaps another or lies outside of the text")
        parts.append(text[at : edit.start])
        parts.append(edit.replacement)
        at = edit.end
    parts.append(text[at:])
    return "".join(parts)


def invert(edits: Iterable[Edit], text: str) -> list[Edit]:
    """Return the edits that take ``apply(edits, text)`` back to ``text``."""
    shift = 0
    inverse = []
    for edit in edits:
        start = edit.start + shift
        inverse.append(
            edit._replace(start=start, end=start + len(edit.replacement), replacement=text[edit.start : edit.end])
        )
        shift += len(edit.replacement) - (edit.end - edit.start)
    return inverse


class Offsets:
    """Places in ``apply(edits, text)`` → places in ``text``: built once, then O(log edits) a place."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._edits = edits
        self._starts: list[int] = []
        self._shifts = [0]
        for edit in edits:
            self._starts.append(edit.start + self._shifts[-1])
            self._shifts.append(self._shifts[-1] + len(edit.replacement) - (edit.end - edit.start))

    def original(self, offset: int) -> int:
        """Where ``offset`` came from; inside of a replacement, where that starts."""
        at = bisect_right(self._starts, offset)
        if at:
            edit, start = self._edits[at - 1], self._starts[at - 1]
            if offset < start + len(edit.replacement):
                return edit.start
        return offset - self._shifts[at]


def merge(edits: Iterable[Edit]) -> list[Edit]:
    """Sort the edits of one text and unite deletions that overlap; the most confident one names the union.

    An edit that inserts text must not overlap another one.
    """
    merged: list[Edit] = []
    for edit in sorted(edits):
        last = merged[-1] if merged else None
        if last is None or edit.start >= last.end:
            merged.append(edit)
            continue
        if last.replacement or edit.replacement:
            raise ValueError(f"edits {last} and {edit} overlap and are not both deletions")
        name = max(last, edit, key=lambda one: one.confidence)
        merged[-1] = name._replace(start=last.start, end=max(last.end, edit.end))
    return merged


def compose(first: Sequence[Edit], second: Sequence[Edit], text: str) -> list[Edit]:
    """Return one list of edits on ``text`` that does what ``first`` and then ``second`` do.

    ``second`` has offsets in ``apply(first, text)``. Edits of both that overlap there become one edit, named
    by the most confident one of ``second``.
    """
    if not first or not second:
        return list(first or second)
    composed: list[Edit] = []
    shift = 0  # of a place in the text between to the same one in ``text``
    for start, end, earlier, later in _overlapping(first, second):
        before = shift
        for edit in earlier:
            shift += edit.end - edit.start - len(edit.replacement)
        if later and not earlier:
            composed += [Edit(edit.start + shift, edit.end + shift, *edit[2:]) for edit in later]
        elif later:
            composed.append(_united(start, earlier, later, text[start + before : end + shift], before))
        else:
            composed += earlier
    return composed


def _united(start: int, earlier: Sequence[Edit], later: Sequence[Edit], text: str, shift: int) -> Edit:
    """One edit for some that overlap: ``text`` is what it replaces, which in the text between begins at ``start``."""
    at = start + shift
    between = apply([edit._replace(start=edit.start - at, end=edit.end - at) for edit in earlier], text)
    clean = apply([edit._replace(start=edit.start - start, end=edit.end - start) for edit in later], between)
    name = max(later, key=lambda edit: edit.confidence)
    return name._replace(start=at, end=at + len(text), replacement=clean)


def _overlapping(first: Sequence[Edit], second: Sequence[Edit]) -> Iterator[tuple[int, int, list[Edit], list[Edit]]]:
    """Groups of edits that overlap in the text between, in order: start and end there, and the edits of each list."""
    places = [(edit.start, edit.end, 1, edit) for edit in second]
    shift = 0
    for edit in first:
        start = edit.start + shift
        places.append((start, start + len(edit.replacement), 0, edit))
        shift += len(edit.replacement) - (edit.end - edit.start)
    places.sort(key=itemgetter(0, 1, 2))
    start = end = 0
    group: tuple[list[Edit], list[Edit]] = ([], [])
    for place_start, place_end, which, edit in places:
        if place_start >= end and (group[0] or group[1]):
            yield start, end, *group
            group = ([], [])
        start = start if group[0] or group[1] else place_start
        end = max(end, place_end)
        group[which].append(edit)
    yield start, end, *group
