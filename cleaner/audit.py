"""Edits ⇄ the audit: what was changed, where, by which rule; enough to restore the original."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from cleaner.documents import Edit, apply
from cleaner.encoding import Decoded, encode
from cleaner.errors import InputError, OutputError
from cleaner.names import flat_path, safe_path

_NAMES = ("start", "end", "replacement", "stage", "rule", "confidence")


def pack(edits: Iterable[Edit], original: str) -> bytes:
    """Edits with the text that they remove, as lines of ``audit.jsonl`` without an id, to pass between stages."""
    written = [
        orjson.dumps(
            {
                "start": start,
                "end": end,
                "removed": original[start:end],
                "replacement": replacement,
                "stage": stage,
                "rule": rule,
                "confidence": confidence,
                "evidence": dict(evidence),
            },
            None,
            orjson.OPT_APPEND_NEWLINE,
        )
        for start, end, replacement, stage, rule, confidence, evidence in edits
    ]
    return b"".join(written)


def lines(records: Iterable[dict[str, Any]]) -> bytes:
    """Records of the audit as lines of JSON; ``named`` says of which document they are."""
    return b"".join([orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE) for record in records])


def named(identity: str, lines: bytes) -> bytes:
    """The lines of ``audit.jsonl`` for one document: the id goes before all else in each."""
    begin = b'{"id":' + orjson.dumps(identity) + b","
    return begin + lines[1:].replace(b"\n{", b"\n" + begin) if lines else b""  # within JSON a line feed is escaped


def unpack(packed: bytes) -> tuple[list[Edit], list[str]]:
    """The edits and, for each, the text that it removed."""
    if not packed:
        return [], []
    rows = [orjson.loads(line) for line in packed.splitlines()]
    edits = [Edit._make((*map(row.__getitem__, _NAMES), tuple(row["evidence"].items()))) for row in rows]
    return edits, [row["removed"] for row in rows]


def counted(edits: Sequence[Edit]) -> tuple[list[str], list[int]]:
    """For each edit the name of its rule, and by how many characters the text becomes shorter."""
    rules = [f"{edit.stage}/{edit.rule}" for edit in edits]
    return rules, [edit.end - edit.start - len(edit.replacement) for edit in edits]


def undo(edits: Sequence[Edit], removed: Sequence[str], text: str) -> str:
    """The original of a cleaned text, from its edits and what they removed.

    Raises:
        ValueError: a text that these edits did not make.
    """
    shift = 0
    inverse = []
    for edit, before in zip(edits, removed, strict=True):
        start = edit.start + shift
        if not text.startswith(edit.replacement, start):
            raise ValueError(f"{edit.replacement!r} does not stand at {start}")
        inverse.append(edit._replace(start=start, end=start + len(edit.replacement), replacement=before))
        shift += len(edit.replacement) - len(before)
    return apply(inverse, text)


def decoding_note(decoded: Decoded) -> list[dict[str, Any]]:
    """The audit record of how bytes became text; none where they are plain UTF-8."""
    if (decoded.codec, decoded.bom, decoded.newline, decoded.odd) == ("utf-8", False, "\n", ()):
        return []
    note: dict[str, Any] = {"stage": "encoding", "rule": "decode", "codec": decoded.codec, "bom": decoded.bom,
                            "newline": decoded.newline}  # fmt: skip
    if decoded.odd:
        note["odd"] = [[at, raw.hex()] for at, raw in decoded.odd]
    return [note]


def field_edits(name: str, edits: Iterable[Edit], original: str) -> Iterator[dict[str, Any]]:
    """The audit records of what was repaired in a field; offsets are those of its value as it was."""
    for edit in edits:
        was = original[edit.start : edit.end]
        said = {"stage": edit.stage, "rule": edit.rule, "confidence": edit.confidence}
        yield {"field": name, "start": edit.start, "end": edit.end, "was": was, "replacement": edit.replacement, **said}


def has_field(lines: bytes, name: str) -> bool:
    """Whether records of the audit, as they lie in the spool, tell of a repair of a field."""
    return b'"field":"%b"' % name.encode() in lines


def original_text(text: str, audit: Sequence[dict[str, Any]]) -> str:
    """The decoded original of a document, from its clean text and its lines of the audit."""
    return undo(edits_of(audit), [record["removed"] for record in audit if "removed" in record], text)


def edits_of(audit: Iterable[dict[str, Any]]) -> list[Edit]:
    """The edits among the lines of the audit of a document."""
    return [Edit(*map(record.__getitem__, _NAMES)) for record in audit if "removed" in record]


def original_bytes(text: str, audit: Sequence[dict[str, Any]]) -> bytes:
    """The bytes that a document came from, from its clean text and its lines of the audit."""
    decoding = Decoded("", "utf-8", False, "\n", ())
    for record in audit:
        if "codec" in record:
            odd = tuple((at, bytes.fromhex(raw)) for at, raw in record.get("odd", ()))
            decoding = Decoded("", record["codec"], record["bom"], record["newline"], odd)
    return encode(original_text(text, audit), decoding)


def restore(documents: Iterable[tuple[dict[str, Any], Sequence[dict[str, Any]]]], folder: Path) -> int:
    """Write the original of each document to ``folder``, named by its id; returns how many.

    ``documents`` are records of the corpus with their lines of the audit; only one is held at a time.

    Raises:
        InputError: corpus and audit that do not fit together.
        OutputError: a file that cannot be written.
    """
    count = 0
    for document, trail in documents:
        try:
            raw = original_bytes(document["text"], trail)
        except ValueError as error:
            raise InputError(
                f"{document['id']}: the audit does not fit the corpus: {error}; was one of them changed?"
            ) from error
        _write(folder, document["id"], raw)
        count += 1
    return count


def _write(folder: Path, identity: str, raw: bytes) -> None:
    path = safe_path(folder, identity)
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            path = flat_path(folder, identity)
            path.write_bytes(raw)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}; choose another folder") from error
