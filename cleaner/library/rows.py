"""Rows of a result: gone through as Python objects, or handed over as an Arrow, pandas or Polars frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import orjson
import pyarrow as pa

from cleaner.errors import CleanerError

if TYPE_CHECKING:
    import pandas
    import polars

Row = TypeVar("Row", covariant=True)
Line = dict[str, Any]

#: Rows that are turned into Arrow at a time.
BATCH_ROWS = 1_000

_PLACE = [("start", pa.int64()), ("end", pa.int64())]
_RULE = [("stage", pa.string()), ("rule", pa.string())]
_COPY = [("id", pa.string()), ("source", pa.string()), *_PLACE, ("earlier", pa.bool_())]
_ALIKE = [("jaccard", pa.float64()), ("containment", pa.float64())]

EDITS = pa.schema(
    [
        ("id", pa.string()),
        *_PLACE,
        ("removed", pa.large_string()),
        ("replacement", pa.large_string()),
        *_RULE,
        ("confidence", pa.float64()),
        ("evidence", pa.list_(pa.struct([("detector", pa.string()), ("confidence", pa.float64())]))),
    ]
)
FINDINGS = pa.schema(
    [("id", pa.string()), *_PLACE, *_RULE, ("message", pa.large_string()), ("confidence", pa.float64())]
)
PAIRS = pa.schema(
    [
        *(
            (f"{side}_{name}", kind)
            for side in ("a", "b")
            for name, kind in (
                ("id", pa.string()),
                *_PLACE,
                ("earlier", pa.bool_()),
                ("shared_start", pa.int64()),
                ("shared_end", pa.int64()),
                ("covered", pa.float64()),
            )
        ),
        *((name, pa.int64()) for name in ("shared_words", "common", "places", "numerals", "names")),
        *_ALIKE,
        ("reason", pa.string()),
    ]
)
CLUSTERS = pa.schema(
    [
        ("cluster", pa.int64()),
        ("size", pa.int64()),
        ("kept", pa.struct(_COPY)),
        ("members", pa.list_(pa.struct([*_COPY, *_ALIKE, ("covered", pa.float64())]))),
    ]
)
REJECTED = pa.schema([("location", pa.string()), ("id", pa.string()), ("reason", pa.large_string())])
LOCATED = pa.schema(
    [
        ("document", pa.string()),
        ("source", pa.string()),
        ("path", pa.string()),
        *((name, pa.int64()) for name in ("line", "column", "text_line")),
        *(("rule", pa.string()), ("level", pa.string()), ("message", pa.large_string())),
        *(("confidence", pa.float64()), ("characters", pa.int64()), ("lost", pa.int64()), ("fingerprint", pa.string())),
        ("related", pa.string()),
    ]
)


class Kind(NamedTuple):
    """A kind of rows: how a line becomes an object, how it becomes a row of Arrow, and the schema of these."""

    make: Callable[[Line], Any]
    flat: Callable[[Line], Line]
    schema: pa.Schema


class Rows(Generic[Row]):
    """Rows of a result, read from its files each time that they are gone through: memory stays bounded.

    ``to_arrow``, ``to_pandas`` and ``to_polars`` hold all of them; the last two share the memory of the first where
    their libraries can. The rows can be given to anything that takes an Arrow stream, such as ``pyarrow.table``,
    ``polars.DataFrame`` or DuckDB; it then reads them a batch at a time.
    """

    def __init__(self, lines: Callable[[], Iterator[Line]], count: Callable[[], int], kind: Kind) -> None:
        self._lines = lines
        self._count = count
        self._kind = kind

    def __iter__(self) -> Iterator[Row]:
        for line in self._lines():  # a generator: it keeps the result, whose files it reads
            yield self._kind.make(line)

    def __len__(self) -> int:
        return self._count()

    @property
    def schema(self) -> pa.Schema:
        """The columns of the Arrow form."""
        return self._kind.schema

    def to_batches(self, rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """Yield the rows as Arrow record batches, at most ``rows`` at a time."""
        lines = map(self._kind.flat, self._lines())
        while held := list(islice(lines, rows)):
            yield pa.RecordBatch.from_pylist(held, schema=self.schema)

    def to_arrow(self) -> pa.Table:
        """All rows as a ``pyarrow.Table``."""
        return pa.Table.from_batches(self.to_batches(), schema=self.schema)

    def to_pandas(self) -> pandas.DataFrame:
        """All rows as a pandas frame with columns of Arrow types, which share the memory of the Arrow table.

        Raises:
            CleanerError: pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            raise CleanerError("to_pandas needs pandas, which is not installed: pip install pandas") from None
        return self.to_arrow().to_pandas(types_mapper=pandas.ArrowDtype)

    def to_polars(self) -> polars.DataFrame:
        """All rows as a Polars frame.

        Raises:
            CleanerError: Polars is not installed.
        """
        try:
            import polars
        except ImportError:
            raise CleanerError("to_polars needs Polars, which is not installed: pip install polars") from None
        frame = polars.from_arrow(self.to_arrow())
        assert isinstance(frame, polars.DataFrame)  # noqa: S101 - a table never becomes a series
        return frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        reader = pa.RecordBatchReader.from_batches(self.schema, self.to_batches())
        return reader.__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        return f"<{len(self):,} rows: {', '.join(self.schema.names)}>"


def same(line: Line) -> Line:
    """A line whose fields are the columns."""
    return line


def flat_document(line: Line) -> Line:
    """A row of the schema of ``corpus.parquet``."""
    return {**line, "metadata": orjson.dumps(line["metadata"]).decode()}


def flat_edit(line: Line) -> Line:
    """A row of ``EDITS``."""
    evidence = [{"detector": name, "confidence": sure} for name, sure in line["evidence"].items()]
    return {**line, "evidence": evidence}


def flat_pair(line: Line) -> Line:
    """A row of ``PAIRS``."""
    sides: Line = {}
    for side in ("a", "b"):
        place = line[side]
        sides |= {f"{side}_{name}": place[name] for name in ("id", "start", "end")}
        sides[f"{side}_earlier"] = place.get("earlier", False)
        sides[f"{side}_shared_start"], sides[f"{side}_shared_end"] = place["shared"]
        sides[f"{side}_covered"] = place["covered"]
    return {**line, **sides}


def flat_cluster(line: Line) -> Line:
    """A row of ``CLUSTERS``."""
    place = {"earlier": False}
    return {**line, "kept": place | line["kept"], "members": [place | one for one in line["members"]]}
