"""Two texts side by side on a terminal, with what the other lacks marked; one above the other where it is narrow."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from cleaner.reports.contexts import differences
from cleaner.reports.excerpts import visible

if TYPE_CHECKING:
    from rich.text import Text

#: Columns from which on two texts stand side by side, and the most that are used.
WIDE, WIDEST = 80, 160
#: What marks a difference where there are no colours.
MARKS = ("{", "}")


def beside(heads: tuple[str, str], texts: tuple[str, str], width: int, colors: bool) -> str:
    """Both texts under their headings, in ``width`` columns."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    sides = [_marked(side, colors) for side in differences(*map(visible, texts))]
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    if width >= WIDE:
        table.add_column(ratio=1)
        table.add_column(ratio=1)
        table.add_row(*(Text(head, style="bold") for head in heads))
        table.add_row(*sides)
    else:
        for head, side in zip(heads, sides, strict=True):
            table.add_row(Text(head, style="bold"))
            table.add_row(side)
    file = io.StringIO()
    console = Console(
        file=file, width=min(width, WIDEST) - 2, force_terminal=colors, legacy_windows=False,
        color_system="standard" if colors else None,
    )  # fmt: skip
    console.print(table)
    return "\n".join(f"  {line}".rstrip() for line in file.getvalue().rstrip("\n").split("\n"))


def _marked(pieces: list[tuple[str, bool]], colors: bool) -> Text:
    from rich.text import Text

    text = Text()
    for piece, differs in pieces:
        core = piece.strip()
        if not differs or not core:
            text.append(piece)
            continue
        before, _, after = piece.partition(core)
        text.append(before)
        text.append(core if colors else core.join(MARKS), style="black on yellow")
        text.append(after)
    return text
