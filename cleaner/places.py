"""From the location of a document, and offsets in it, to files, lines and columns that a person can open."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cleaner import audit
from cleaner.documents import Offsets
from cleaner.readers.formats import ending
from cleaner.readers.splits import Part
from cleaner.reports.excerpts import visible


class Place(NamedTuple):
    """Where something stands. Lines and columns count from 1, columns in characters; 0 is not known.

    Attributes:
        path: the file, relative to the working directory where it lies below it; for a remote input its name.
        line, column, end_line, end_column: in the file; the end is the character after the last. Of a record
            in a file of many only ``line`` is known, and of a page or a packed file nothing.
        text_line: line in the document's own text.
    """

    path: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    text_line: int = 0

    @property
    def name(self) -> str:
        r"""The path as text that can be written anywhere: bytes of it that are no text become ``\xff``."""
        return self.path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")

    def __str__(self) -> str:
        known = [str(number) for number in (self.line, self.column) if number]
        inner = f" (line {self.text_line} of the text)" if self.text_line and not self.column else ""
        # A path such as ``::error::`` at the start of a line would be a command in the log of some CI systems.
        path = "./" + self.path if self.path.lstrip().startswith("::") else self.path
        return ":".join([visible(path), *known]) + inner


class Inputs:
    """From the location of a document to the file and the line that a person can open."""

    _RECORD = re.compile(r"(.*)(?::(\d+)|@\d+)", re.DOTALL)

    def __init__(self, parts: Iterable[Part], folder: Path) -> None:
        self._parts = {part.name: (_shown(part, folder), part.format) for part in parts}

    def split(self, location: str) -> tuple[str, int, bool]:
        """The path, the record's line (0: not known), and whether lines of the text are lines of the file."""
        name, record, kind = location, 0, self._format(location)
        found = None if kind else self._RECORD.fullmatch(location)
        if found:
            name, record = found[1], int(found[2] or 0)
        path, packed = self._path(name)
        plain = (ending(name)[0] in {None, "text"}) if packed else kind not in {"html", None}
        return path, record, plain and not found

    def _format(self, name: str) -> str | None:
        return self._parts.get(name, ("", None))[1]

    def _path(self, name: str) -> tuple[str, bool]:
        """The path of a name; of a member of an archive that of the archive with the member's."""
        outer = name
        while outer not in self._parts and "/" in outer:
            outer = outer.rpartition("/")[0]
        if outer not in self._parts:
            return name, False
        return self._parts[outer][0] + name[len(outer) :], outer != name


def _shown(part: Part, folder: Path) -> str:
    path = Path(part.path)
    if "://" in part.path or not path.is_absolute() or part.name == "stdin":
        return part.name
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


class Places:
    """From offsets in a document to places in its file."""

    def __init__(self, split: tuple[str, int, bool], text: str, trail: Sequence[dict[str, Any]]) -> None:
        self.path, self.record, self.plain = split
        self.original = audit.original_text(text, trail)
        self._offsets = Offsets(audit.edits_of(trail))
        self._starts = [0, *(found.end() for found in re.finditer("\n", self.original))]

    def of_original(self, start: int, end: int) -> Place:
        """The place of ``original[start:end]`` without the white space around it."""
        text = self.original[start:end]
        if text.strip():
            start, end = start + len(text) - len(text.lstrip()), end - (len(text) - len(text.rstrip()))
        (line, column), (end_line, end_column) = self._at(start), self._at(end)
        if self.plain:
            return Place(self.path, line, column, end_line, end_column, line)
        return Place(self.path, self.record, text_line=line)

    def of_clean(self, start: int, end: int) -> Place:
        """The place that ``clean[start:end]`` came from."""
        first = self._offsets.original(start)
        return self.of_original(first, self._offsets.original(end - 1) + 1 if end > start else first)

    def _at(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
