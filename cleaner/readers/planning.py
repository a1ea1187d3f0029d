"""From files to splits: tell their formats, cut the large, group the small."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from cleaner.errors import InputError, RecordError
from cleaner.readers.contents import in_utf8, records, unpacked
from cleaner.readers.finding import File, find
from cleaner.readers.formats import ENDINGS, FORMATS, HEAD, compression_of, ending, is_utf16, of_content
from cleaner.readers.layout import notes_on
from cleaner.readers.options import ReaderOptions
from cleaner.readers.splits import Part, Split
from cleaner.readers.streams import is_web, open_bytes, scheme

FILES_PER_SPLIT = 2_000
SMALL_BYTES = 16 << 20
#: A smaller corpus is cut into about so many splits, so that several workers have work to the end; but none is cut
#: below the least bytes, and their number stays even, so that two workers end together.
SPLITS, LEAST_BYTES = 16, 4 << 20
#: Of a very large one the splits are larger instead: each barrier looks into every part for every hash partition.
MOST_SPLITS = 2_048
BLOCK = 4 << 20


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run reads.

    Attributes:
        splits: in the order of their numbers.
        notes: what a person should know: what was skipped, what was guessed.
        bytes: size of all files as they are stored.
    """

    splits: tuple[Split, ...]
    notes: tuple[str, ...]
    bytes: int


def plan(inputs: Sequence[str], options: ReaderOptions) -> Plan:
    """Find the files of ``inputs`` (paths, folders, patterns, URLs, ``-``) and split them.

    Depends on the set of inputs, not on their order. ``-`` is standard input, which is copied to a private
    temporary file until this process ends.

    Raises:
        InputError: an input that is missing, cannot be read, or holds nothing to read.
    """
    _check(options)
    notes: list[str] = []
    files = find(inputs, notes)
    parts = [_part(file, options) for file in files]
    if all(part.format == "other" for part in parts):
        known = " ".join(sorted(ENDINGS))
        raise InputError(f"{', '.join(inputs)}: there is no text in it; files that are understood end in {known}")
    if any(part.format == "warc" for part in parts):
        from cleaner.readers.warc import require

        require()
    notes.extend(_guessed(parts, options))
    size = sum(file.size for file in files)
    even, least = max(LEAST_BYTES, -(-size // _number(size))), size // MOST_SPLITS
    step = replace(options, split_bytes=max(min(options.split_bytes, even), least))
    pieces = [piece for part in parts for piece in _pieces(part, step)]
    return Plan(_group(pieces, options, max(min(SMALL_BYTES, even), least)), tuple(notes), size)


def _number(size: int) -> int:
    """Into how many splits a corpus of this size is cut, if all can be cut."""
    return max(2, min(SPLITS, size // LEAST_BYTES // 2 * 2))


def _check(options: ReaderOptions) -> None:
    if options.input_format not in {None, *FORMATS}:
        raise InputError(f"unknown input format {options.input_format!r}; known are {', '.join(FORMATS)}")
    try:
        "a".encode(options.charset or "utf-8")  # codecs such as rot13 exist, but are none of text
    except (LookupError, ValueError):
        raise InputError(f"unknown charset {options.charset!r}; use a name such as utf-8 or windows-1252") from None


def _part(file: File, options: ReaderOptions) -> Part:
    known, compression = ending(file.name)
    known = options.input_format or known
    if known in {None, "json?"} or file.name == "stdin":
        try:
            known, compression = _sniff(file.path, known, compression, options)
        except Exception:  # the same will go wrong in reading, and is rejected there with its reason
            known = "text"
    if file.name == "stdin" and not file.size and known in {None, "text", "html"}:
        known = "jsonl"  # nothing came, and so no document; a file without text is one that is there
    return Part(file.path, file.name, known or "text", compression, file.size, state=file.state)


def _sniff(path: str, known: str | None, compression: str | None, options: ReaderOptions) -> tuple[str, str | None]:
    """Look into a file whose name does not tell enough."""
    with open_bytes(path) as stream:
        compression = compression or compression_of(cast(Any, stream).peek(8))
        content = unpacked(stream, "", compression, options)
        return of_content(known, lambda: bytes(cast(Any, content).peek(HEAD)[:HEAD])), compression


def _guessed(parts: Sequence[Part], options: ReaderOptions) -> Iterator[str]:
    """Say which fields of the first record of each format were guessed, and which it lacks."""
    seen = set()
    for part in parts:
        reader = records(part.format)
        if reader is None or part.format in seen:
            continue
        seen.add(part.format)
        try:
            with open_bytes(part.path) as stream:
                content = in_utf8(unpacked(stream, part.format, part.compression, options), part.format)
                first = next((found for _, found in reader(content, part.name, options)), {})
        except Exception:  # noqa: S112 - the same will go wrong in reading, and is rejected there with its reason
            continue
        if not isinstance(first, RecordError):
            yield from (f"{part.name}: {note}" for note in notes_on(list(first), options) if first)


def _pieces(part: Part, options: ReaderOptions) -> Iterator[Part]:
    """Cut a large JSONL or Parquet file, or a web archive in gzip members, in pieces."""
    far = scheme(part.path) is not None
    if part.format == "warc" and part.compression == "gzip" and not is_web(part.path):
        for start in range(0, max(part.size, 1), options.split_bytes):
            end = min(start + options.split_bytes, part.size)
            yield replace(part, start=start, end=end, size=end - start)
        return
    if part.compression or is_web(part.path) or (part.size <= options.split_bytes and not far):
        yield part
    elif part.format == "jsonl" and not _is_utf16(part):
        for start, end, line in (_cut_remote if far else _cut)(part, options.split_bytes):
            yield replace(part, start=start, end=end, line=line, size=end - start)
    elif part.format == "parquet":
        yield from _cut_groups(part, options.split_bytes)
    else:
        yield part


def _is_utf16(part: Part) -> bool:
    with open_bytes(part.path) as stream:
        return is_utf16(stream)


def _cut(part: Part, step: int) -> Iterator[tuple[int, int, int | None]]:
    """Yield ranges of about ``step`` bytes that begin with a line, and the number of that line."""
    start = at = 0
    first = line = 1
    with open_bytes(part.path) as stream:
        while block := stream.read(BLOCK):
            place = max(start + step - 1 - at, 0)
            counted = 0
            while place < len(block) and (found := block.find(b"\n", place) + 1):
                line += block.count(b"\n", counted, found)
                counted = found
                if at + found < part.size:
                    yield start, at + found, first
                    start, first = at + found, line
                place = found + step - 1
            line += block.count(b"\n", counted)
            at += len(block)
    yield start, at, first


def _cut_remote(part: Part, step: int) -> Iterator[tuple[int, int, int | None]]:
    """The same without reading all of a file that is far away: its lines have no numbers."""
    start = 0
    with open_bytes(part.path) as stream:
        while start + step < part.size:
            stream.seek(start + step - 1)
            stream.readline()
            end = stream.tell()
            yield start, end, None
            start = end
    if start < part.size:
        yield start, part.size, None


def _cut_groups(part: Part, step: int) -> Iterator[Part]:
    from cleaner.readers.tables import row_groups

    with open_bytes(part.path) as stream:
        groups = row_groups(stream)
    start, row, size, rows = 0, 1, 0, 0
    for number, (count, length) in enumerate(groups, 1):
        size, rows = size + length, rows + count
        if size >= step or number == len(groups):
            yield replace(part, start=start, end=number, line=row, size=size)
            start, row, size, rows = number, row + rows, 0, 0
    if not groups:
        yield part


def _group(pieces: Sequence[Part], options: ReaderOptions, most: int) -> tuple[Split, ...]:
    """Put small files together, up to ``most`` bytes or 2,000 of them in a split."""
    groups: list[list[Part]] = []
    held = most + 1
    for piece in pieces:
        if held + piece.size > most or len(groups[-1]) == FILES_PER_SPLIT:
            groups.append([])
            held = 0
        groups[-1].append(piece)
        held += piece.size
    return tuple(Split(number, tuple(group), options) for number, group in enumerate(groups))
