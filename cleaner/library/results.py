"""What a run gives: its files, read when they are asked for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from cleaner import audit, session
from cleaner.corpus import Corpus
from cleaner.errors import CleanerError, InputError, OutputError
from cleaner.library.private import PrivateFolder
from cleaner.library.rows import Line
from cleaner.library.tables import Tables
from cleaner.output import output_folder, publish
from cleaner.readers import Plan
from cleaner.reports.findings import counted


class Result(Tables):
    """What a run wrote; read from its files when it is asked for, so that memory stays bounded.

    Attributes:
        folder: where the files are.
        record: what ``run.json`` holds: versions, settings, counts, digests.
        notes: what a person should know of the inputs: which files were passed over, which fields were guessed.
    """

    def __init__(self, folder: Path, private: PrivateFolder | None = None, planned: Plan | None = None) -> None:
        self.folder = folder.absolute()  # also when the working folder changes
        self.record = Corpus(self.folder).record
        self._private = private
        self._planned = planned
        self.notes: tuple[str, ...] = planned.notes if planned else ()

    def original(self, id: str) -> str:  # noqa: A002 - the name of the field
        """The text of a document as it was before any edit: of a page the extracted article.

        Reads through the corpus until it is found; to go through all, use ``originals``.

        Raises:
            InputError: there is no such document.
        """
        return audit.original_text(*self._find(id))

    def original_bytes(self, id: str) -> bytes:  # noqa: A002 - the name of the field
        """The bytes of a text file as they were read; of other documents the original in UTF-8.

        Raises:
            InputError: there is no such document.
        """
        return audit.original_bytes(*self._find(id))

    def originals(self) -> Iterator[tuple[str, str]]:
        """The id and the text before any edit of each document, kept or dropped."""
        for document, trail in self.corpus.with_audit():
            yield document["id"], audit.original_text(document["text"], trail)

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write the files of the run to ``folder``, as ``cleaner run -o`` does; returns where.

        Raises:
            OutputError: the folder cannot be written, holds what no run wrote, or holds an input.
        """
        from cleaner.reports.html import write_report

        out = Path(folder)
        self.corpus.check_files()
        if out.exists() and out.samefile(self.folder):
            return out
        if self._planned is not None:
            session.refuse_inputs(self._planned, out)
        with output_folder(out) as spool:
            try:
                shutil.copytree(self.folder, spool / "files", ignore=self._foreign)
            except OSError as error:
                raise OutputError(f"{out}: the result cannot be copied: {error}") from error
            write_report(spool / "files")
            publish(spool / "files", out)
        return out

    def save_templates(self, path: str | os.PathLike[str]) -> Path:
        """Write the templates to a file for ``clean(..., templates=[path])``; returns where.

        Raises:
            OutputError: the file cannot be written.
        """
        session.save_templates(self.corpus.folder, Path(path))
        return Path(path)

    def rethreshold(
        self, output: str | os.PathLike[str], *, jaccard: float | None = None, containment: float | None = None
    ) -> Result:
        """The same corpus with only those near-duplicates flagged that reach higher thresholds, in a folder of its own.

        Raises:
            InputError: the run dropped its near-duplicates, or was less strict than is asked for now.
            OutputError: the folder cannot be written, or holds what no run wrote.
        """
        from cleaner.rethreshold import rethreshold

        now = self.record["config"]
        given = {"jaccard": jaccard, "containment": containment}
        rethreshold(self.corpus, Path(output), *(now[name] if one is None else one for name, one in given.items()))
        return Result(Path(output))

    def why(self, id: str) -> str:  # noqa: A002 - the name of the field
        """Every edit and match of one document with its context, as ``cleaner why`` shows them.

        Raises:
            InputError: there is no such document.
        """
        from cleaner.reports.why import explain

        return "\n".join(explain(self.corpus, id))

    def report(self, path: str | os.PathLike[str]) -> Path:
        """Write the page about the run, as ``cleaner report`` does; returns where."""
        from cleaner.reports.html import write_report

        return write_report(self.corpus.folder, Path(path))

    def summary(self) -> str:
        """What the run did, in a few lines for people, as the command says it."""
        from cleaner.reports.summary import summary

        return summary(self.record, f"in {self.folder}")

    @property
    def corpus(self) -> Corpus:
        """The files of the run.

        Raises:
            CleanerError: the result was closed.
        """
        if self._private is not None and self._private.closed:
            raise CleanerError(
                "this result was closed, and its private folder is gone; save() it before, or keep it open"
            )
        return Corpus(self.folder)

    def close(self) -> None:
        """Remove the private folder, if there is one; an ``output`` folder stays."""
        if self._private is not None:
            self._private.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        counts = self.counts
        closed = self._private is not None and self._private.closed
        return (
            f"<Result: {counts['read']:,} read = {counts['kept']:,} kept + {counts['dropped']:,} dropped"
            f" + {counts['rejected']:,} rejected; {counted(len(self.edits), 'edit')}"
            f" in {counted(counts['changed'], 'document')};"
            f" {counted(self.record['near_duplicates']['passages'], 'near-duplicate passage')};"
            f" {'closed' if closed else f'in {self.folder}'}>"
        )

    def _repr_html_(self) -> str:
        from cleaner.library.notebook import result_html

        return result_html(self.record, self.notes)

    def _find(self, identity: str) -> tuple[str, list[Line]]:
        for document, trail in self.corpus.with_audit():
            if document["id"] == identity:
                return document["text"], trail
        raise InputError(f"{self.folder}: there is no document {identity!r}")

    def _foreign(self, folder: str, names: list[str]) -> list[str]:
        """What is in the folder and was not written by the run: pages made of it, and the like."""
        if Path(folder) != self.folder:
            return []
        known = {*self.record["outputs"], "run.json", *(["text"] if self.record["config"]["format"] == "txt" else [])}
        return [name for name in names if name not in known]
