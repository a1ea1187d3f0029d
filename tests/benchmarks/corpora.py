"""The files that the tools are measured on: one corpus in three sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

#: What shows the cost of starting a tool.
WARM_MEGABYTES = 0.1


@dataclass(frozen=True)
class Corpus:
    """One file of JSON lines, and for tools that want a file for each process its halves in a folder."""

    name: str
    path: Path
    records: int
    megabytes: float

    def halves(self, processes: int) -> Path:
        """A folder with the corpus in ``processes`` files."""
        folder = self.path.parent / f"{self.path.stem}-{processes}"
        if not folder.exists():
            folder.mkdir()
            lines = self.path.read_bytes().splitlines(keepends=True)
            for number in range(processes):
                (folder / f"{number}.jsonl").write_bytes(b"".join(lines[number::processes]))
        return folder


class Sizes(NamedTuple):
    """One corpus whole, the part of it that slow tools get, and the little that shows what it costs to start."""

    whole: Corpus
    part: Corpus
    warm: Corpus


def first_megabytes(name: str, source: Path, path: Path, megabytes: float) -> Corpus:
    """The first records of a file, written to ``path``."""
    size = records = 0
    with source.open("rb") as lines, path.open("wb") as out:
        for line in lines:
            if size and size + len(line) > megabytes * 1e6 * 1.001:
                break
            size += out.write(line)
            records += 1
    return Corpus(name, path, records, size / 1e6)


def corpora(sources: Mapping[str, Path], megabytes: float, part: float, folder: Path) -> Iterator[Sizes]:
    """Cut each source to size; files are written to ``folder``."""
    for number, (name, source) in enumerate(sources.items()):
        whole = first_megabytes(name, source, folder / f"{number}-whole.jsonl", megabytes)
        smaller = first_megabytes(name, whole.path, folder / f"{number}-part.jsonl", part)
        warm = first_megabytes(name, whole.path, folder / f"{number}-warm.jsonl", WARM_MEGABYTES)
        yield Sizes(whole, smaller if part < whole.megabytes else whole, warm)
