"""Templates: lines that stand in many documents of one source, with digits and dates folded.

Two passes, so that order does not matter: ``count_rows`` counts each batch alone, ``learn`` is given all rows of
a line (of all sources) and keeps what repeats in one source. Wire copy and reprints repeat as well: long
sentences need many more documents than short lines do, and what stands in many sources needs to be short.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.boilerplate import scan
from cleaner.boilerplate.classes import hash_word
from cleaner.boilerplate.counts import ROWS, SOURCES, count_documents, count_rows
from cleaner.boilerplate.marks import Mark
from cleaner.errors import ConfigError, reason_of
from cleaner.lines import Lines

__all__ = ["ROWS", "SOURCES", "Templates", "count_documents", "count_rows", "learn"]

#: What ``learn`` returns and ``templates.jsonl`` holds. ``position`` is start, end, inside or mixed.
TEMPLATES = pa.schema(
    [
        ("source", pa.string()),
        ("text", pa.string()),
        ("documents", pa.int64()),
        ("share", pa.float64()),
        ("days", pa.int64()),
        ("position", pa.string()),
        ("confidence", pa.float64()),
    ]
)
#: Whole numbers up to here are the same as floating-point ones.
LARGEST = 1 << 53
_KINDS: Mapping[str, tuple[type, ...]] = {"string": (str,), "int64": (int,), "double": (int, float)}
#: Log-odds that a line which stands in several of a source's documents is boilerplate: intercept, for each doubling
#: of (documents - 1), for the share of documents, for each word beyond 12. Set by hand, on the cautious side: of
#: the labelled lines that stood in two or more documents of their site, nearly all were boilerplate.
ODDS = (1.2, 0.8, 1.0, -0.06)


def learn(table: pa.Table, documents: Mapping[str, int]) -> pa.Table:
    """Return the templates among the rows of ``count_rows``; see ``TEMPLATES``. Sorted, for any order of rows.

    Args:
        table: all rows of the lines in it, of every source and day.
        documents: how many documents each source has.

    """
    grouped = (
        _repeated(table)
        .group_by(["source", "line"], use_threads=False)
        .aggregate(
            [
                ("documents", "sum"),
                ("near_start", "sum"),
                ("near_end", "sum"),
                ("text", "min"),
                ("words", "max"),
                ("day", "count_distinct"),
            ]
        )
    )
    spread = grouped.group_by("line", use_threads=False).aggregate([("source", "count")])
    sources = dict(zip(spread["line"].to_pylist(), spread["source_count"].to_pylist(), strict=True))
    rows = []
    for row in grouped.filter(pa.compute.greater(grouped["documents_sum"], 1)).to_pylist():
        count, whole = row["documents_sum"], max(documents.get(row["source"], 0), row["documents_sum"])
        confidence = confidence_of(count, whole, row["words_max"], sources[row["line"]], bool(row["source"]))
        if confidence >= 0.5:
            ends = {"start": row["near_start_sum"], "end": row["near_end_sum"]}
            rows.append(
                (
                    row["source"],
                    row["text_min"],
                    count,
                    round(count / whole, 4),
                    row["day_count_distinct"],
                    _position(ends, count),
                    confidence,
                )
            )
    rows.sort()
    columns = [[row[at] for row in rows] for at in range(len(TEMPLATES))]
    return pa.Table.from_arrays(
        [pa.array(column, field.type) for column, field in zip(columns, TEMPLATES, strict=True)], schema=TEMPLATES
    )


def _repeated(table: pa.Table) -> pa.Table:
    """Return the rows of the lines that stand in several documents; most stand in one."""
    lines, documents = table["line"].to_numpy(), table["documents"].to_numpy()
    order = np.argsort(lines, kind="stable")
    same = lines[order][1:] == lines[order][:-1]
    several = documents > 1
    several[order[1:][same]] = several[order[:-1][same]] = True
    return table.filter(pa.array(several))


def confidence_of(documents: int, whole: int, words: int, sources: int, named: bool = True) -> float:
    """Return the probability that a line in ``documents`` of ``whole`` documents of its source is boilerplate."""
    if documents < 2:
        return 0.0
    logit = ODDS[0] + ODDS[1] * math.log2(documents - 1) + ODDS[2] * documents / whole + ODDS[3] * max(0, words - 12)
    if words > 20:  # a sentence: wire copy and reprints repeat too, in a few documents or over many sources
        logit -= 2.0 * (documents < 5) + 1.0 * (sources > 2) + 2.0 * (documents / whole < 0.05)
    if not named:  # the whole corpus as one source: the same event makes the same short lines
        logit -= 1.0
    return round(1 / (1 + math.exp(-logit)), 4)


def _position(near: Mapping[str, int], documents: int) -> str:
    for name, count in near.items():
        if count >= 0.9 * documents:
            return name
    return "mixed" if any(count >= 0.1 * documents for count in near.values()) else "inside"


class Templates(NamedTuple):
    """Learned templates, ready for look-up.

    Attributes:
        key: sorted int64 hashes of source and line, shape (templates,).
        confidence: float64, shape (templates,).
        table: the rows, as ``learn`` returned them.

    """

    key: NDArray[np.int64]
    confidence: NDArray[np.float64]
    table: pa.Table

    @classmethod
    def of(cls, tables: Iterable[pa.Table]) -> Templates:
        """Unite the results of ``learn``."""
        table = pa.concat_tables([TEMPLATES.empty_table(), *tables]).sort_by(
            [("source", "ascending"), ("text", "ascending"), ("confidence", "descending")]
        )
        lines = Lines.of(table["text"].to_pylist())
        key = _mix(scan.scan(lines).key, _salt(table["source"].to_pylist()))
        order = np.argsort(key, kind="stable")
        return cls(key[order], table["confidence"].to_numpy()[order], table)

    @classmethod
    def load(cls, path: Path) -> Templates:
        """Read ``templates.jsonl``.

        Raises:
            ConfigError: the file cannot be read, or a row lacks a field; says which row.

        """
        try:
            lines = path.read_bytes().split(b"\n")
        except OSError as error:
            raise ConfigError(
                f"{path}: the templates cannot be read: {reason_of(error)}; name a templates.jsonl that a run wrote"
            ) from error
        rows = [_row(line, f"{path}:{at}") for at, line in enumerate(lines, 1) if line.strip()]
        return cls.of([pa.Table.from_pylist(rows, schema=TEMPLATES)])

    def save(self, path: Path) -> None:
        """Write ``templates.jsonl``: one template a line, sorted."""
        path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in self.table.to_pylist()))

    def evidence(
        self, lines: Lines, sources: Sequence[str | None], seen: scan.Scan | None = None
    ) -> NDArray[np.float64]:
        """Return the confidence that each line is a template of its source, 0 where nothing is known."""
        out = np.zeros(len(lines))
        if not len(self.key) or not len(lines):
            return out
        keys = (seen or scan.scan(lines)).key
        key = _mix(keys, _salt([source or "" for source in sources])[lines.document])
        near = np.zeros(1 << 16, dtype=np.bool_)
        near[self.key.astype(np.uint16)] = True
        rows = np.flatnonzero(near[key.astype(np.uint16)] & (keys != 0))  # only these are looked for in full
        at = np.minimum(np.searchsorted(self.key, key[rows]), len(self.key) - 1)
        found = self.key[at] == key[rows]
        out[rows[found]] = self.confidence[at[found]]
        return out

    def match(self, lines: Lines, sources: Sequence[str | None], seen: scan.Scan | None = None) -> list[Mark]:
        """Return a mark for each line that is a template of its document's source."""
        evidence = self.evidence(lines, sources, seen)
        return [Mark(int(row), "templates", "template", float(evidence[row])) for row in np.flatnonzero(evidence)]


def _row(line: bytes, where: str) -> dict[str, Any]:
    """Read one line of ``templates.jsonl``."""
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        row = None
    text = row.get("text") if isinstance(row, dict) else None
    if not isinstance(text, str) or "\n" in text or not text.strip():
        raise ConfigError(f'{where}: is no template: a JSON object with a line as its "text"; mend it, or take it out')
    row = {name: row[name] for name in TEMPLATES.names if row.get(name) is not None}
    row = {"source": "", "confidence": 0.95} | row
    for name, value in row.items():
        wanted = _KINDS[str(TEMPLATES.field(name).type)]
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise ConfigError(f"{where}: {name} is {value!r}, not {'text' if str in wanted else 'a number'}; mend it")
        if isinstance(value, int) and abs(value) > LARGEST:
            raise ConfigError(f"{where}: {name} is {value}, beyond {LARGEST}; mend it")
    if not 0 <= row["confidence"] <= 1:
        raise ConfigError(f"{where}: confidence is {row['confidence']}; it must lie between 0 and 1")
    return row


def _salt(sources: Sequence[str]) -> NDArray[np.uint64]:
    """Return a hash of the name of each source."""
    names = {source: hash_word(source) for source in sorted(set(sources))}
    return np.fromiter((names[source] for source in sources), dtype=np.uint64, count=len(sources))


def _mix(keys: NDArray[np.int64], salt: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Hash each line's key together with the hash of its source."""
    mixed = (keys.view(np.uint64) ^ (salt * np.uint64(0x9E3779B97F4A7C15))) * np.uint64(0xD6E8FEB86659FD93)
    return (mixed ^ (mixed >> np.uint64(32))).view(np.int64)
