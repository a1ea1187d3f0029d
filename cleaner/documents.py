"""The words of the project as types: documents, edits, findings, passages, pairs.

A cleaned document is its original text plus a list of edits. An edit says: these characters of the
original, replaced by this (mostly by nothing), found by this rule, with this confidence. Stages only
*find* edits; the writer applies them, ``restore`` undoes them, and every report is a view of them.

All offsets are half-open and count characters (code points), never bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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

    ``second`` has offsets in ``apply(first, text)``. An edit of ``first`` that a deletion of ``second``
    touches becomes part of it.
    """
    if not first or not second:
        return list(first or second)
    middle = apply(first, text)
    back = invert(first, text)
    composed: list[Edit] = []
    shift = at = 0
    for edit in second:
        while at < len(back) and back[at].end <= edit.start and back[at].start < edit.start:
            composed.append(first[at])
            shift += len(back[at].replacement) - (back[at].end - back[at].start)
            at += 1
        start, end, head, tail = edit.start, edit.end, "", ""
        start_shift = shift
        while at < len(back) and back[at].start < edit.end:
            inner = back[at]
            if inner.start < edit.start:
                head, start = middle[inner.start : edit.start], inner.start
            if inner.end > edit.end:
                tail, end = middle[edit.end : inner.end], inner.end
            shift += len(inner.replacement) - (inner.end - inner.start)
            at += 1
        composed.append(
            edit._replace(start=start + start_shift, end=end + shift, replacement=head + edit.replacement + tail)
        )
    composed.extend(first[at:])
    return composed
