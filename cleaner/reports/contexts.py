"""Text beside text: what stands around an edit, and where two passages differ."""

from __future__ import annotations

import difflib
import re

from cleaner.reports.excerpts import visible

_TOKEN = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|\w+|\s+|[^\w\s]")


def before(text: str, cut: bool) -> str:
    """The end of the text before an edit: its own line and the one before."""
    above, newline, line = text.rpartition("\n")
    previous = above.rstrip().rpartition("\n")
    start = "…" if cut and not previous[1] else ""
    return start + shown((previous[2] + newline if above.strip() else "") + line, False)


def after(text: str, cut: bool) -> str:
    """The start of the text after an edit: its own line and the one after."""
    line, newline, below = text.partition("\n")
    following = below.lstrip().partition("\n")
    return shown(line + (newline + following[0] if below.strip() else ""), cut and not following[1])


def shown(text: str, cut: bool) -> str:
    """Text with its lines, without empty ones, and with what is hidden made visible."""
    lines = [visible(line) for line in text.split("\n")]
    kept = [line for number, line in enumerate(lines) if line.strip() or number in {0, len(lines) - 1}]
    return "\n".join(kept) + "…" * cut


def differences(a: str, b: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Both texts in pieces, each with whether the other text lacks it; compared by words, or by characters in
    scripts without spaces."""  # noqa: D205, D209
    left, right = _TOKEN.findall(a), _TOKEN.findall(b)
    if not left or not right:
        return [(a, False)], [(b, False)]
    pieces: tuple[list[tuple[str, bool]], list[tuple[str, bool]]] = ([], [])
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        for found, text in ((pieces[0], left[start:end]), (pieces[1], right[other_start:other_end])):
            if text:
                found.append(("".join(text), kind != "equal"))
    return pieces
