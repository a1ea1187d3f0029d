"""The tables of a run: its documents, edits, pairs and the like, as rows or as frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from cleaner.boilerplate import templates
from cleaner.corpus import Corpus
from cleaner.library import rows
from cleaner.library.records import Cluster, Document, DocumentEdit, DocumentFinding, Pair, Rejected, Template
from cleaner.library.rows import Kind, Line, Rows
from cleaner.writers.parquet import CORPUS

if TYPE_CHECKING:
    import pandas
    import polars

DOCUMENTS = Kind(Document.of, rows.flat_document, CORPUS)
EDITS = Kind(lambda line: DocumentEdit(**line), rows.flat_edit, rows.EDITS)
FINDINGS = Kind(DocumentFinding.of, lambda line: DocumentFinding.of(line)._asdict(), rows.FINDINGS)
PAIRS = Kind(Pair.of, rows.flat_pair, rows.PAIRS)
CLUSTERS = Kind(Cluster.of, rows.flat_cluster, rows.CLUSTERS)
TEMPLATES = Kind(lambda line: Template(**line), rows.same, templates.TEMPLATES)
REJECTED = Kind(lambda line: Rejected(**line), rows.same, rows.REJECTED)


class Tables:
    """The tables of a run, read from its files when they are asked for.

    Attributes:
        record: what ``run.json`` holds: versions, settings, counts, digests.
    """

    record: dict[str, Any]

    @property
    def corpus(self) -> Corpus:
        """The files of the run."""
        raise NotImplementedError

    @property
    def counts(self) -> dict[str, int]:
        """Records ``read``, which are those ``kept``, ``dropped`` and ``rejected``; documents ``changed``."""
        return dict(self.record["counts"])

    @property
    def documents(self) -> Rows[Document]:
        """The documents that were kept, clean, in the order of the corpus: by id within a file of it."""
        return self._rows(lambda corpus: corpus.documents(), lambda: self.counts["kept"], DOCUMENTS)

    @property
    def dropped(self) -> Rows[Document]:
        """The documents that ``duplicates="drop-documents"`` or ``"drop-passages"`` left out."""
        return self._rows(lambda corpus: corpus.lines("dropped"), lambda: self.counts["dropped"], DOCUMENTS)

    @property
    def edits(self) -> Rows[DocumentEdit]:
        """Every change, by document and place."""
        return self._rows(_edits, lambda: sum(self.record["edits"].values()), EDITS)

    @property
    def findings(self) -> Rows[DocumentFinding]:
        """What was seen and left as it is, how bytes became text, and what was repaired in titles."""
        count = lambda: self._size("audit") - sum(self.record["edits"].values())  # noqa: E731
        return self._rows(_findings, count, FINDINGS)

    @property
    def pairs(self) -> Rows[Pair]:
        """The near-duplicate passages, two by two."""
        return self._rows(lambda corpus: corpus.lines("pairs"), lambda: self._size("pairs"), PAIRS)

    @property
    def clusters(self) -> Rows[Cluster]:
        """The near-duplicate passages with the copy that is kept."""
        return self._rows(lambda corpus: corpus.lines("clusters"), lambda: self._size("clusters"), CLUSTERS)

    @property
    def templates(self) -> Rows[Template]:
        """The lines that were found to repeat across a source; later runs can use them (see ``save_templates``)."""
        return self._rows(lambda corpus: corpus.lines("templates"), lambda: self._size("templates"), TEMPLATES)

    @property
    def rejected(self) -> Rows[Rejected]:
        """The records that were not used, and why."""
        return self._rows(lambda corpus: corpus.lines("rejected"), lambda: self._size("rejected"), REJECTED)

    def to_arrow(self) -> pa.Table:
        """The documents as a ``pyarrow.Table`` with the columns of ``corpus.parquet``."""
        return self.documents.to_arrow()

    def to_pandas(self) -> pandas.DataFrame:
        """The documents as a pandas frame with columns of Arrow types."""
        return self.documents.to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """The documents as a Polars frame."""
        return self.documents.to_polars()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.documents.__arrow_c_stream__(requested_schema)

    def _rows(self, lines: Callable[[Corpus], Iterator[Line]], count: Callable[[], int], kind: Kind) -> Rows[Any]:
        return Rows(lambda: lines(self.corpus), count, kind)

    def _size(self, stem: str) -> int:
        return sum(self.record["outputs"][name]["rows"] for name in self.corpus.names(stem))


def _edits(corpus: Corpus) -> Iterator[Line]:
    return (line for line in corpus.lines("audit") if "removed" in line)


def _findings(corpus: Corpus) -> Iterator[Line]:
    return (line for line in corpus.lines("audit") if "removed" not in line)
