"""A saved index of passages: a folder that grows by whole parts and is read through memory maps.

Each part holds the passages (Arrow), their signatures, and their keys in sorted order. ``index.json`` names
the parts and says how keys and signatures were made; it is replaced last, so that an addition is there as a
whole or not at all. What a query finds depends on the passages and their order of addition, not on how they
were split into parts.
"""

from __future__ import annotations

import json
import os
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc
from numpy.typing import NDArray

from cleaner.errors import ConfigError, InputError, OutputError, reason_of
from cleaner.minhash.bands import FIRST, MOST_SHARING
from cleaner.minhash.index_parts import (
    DEFAULT,
    NAME,
    PASSAGES,
    Settings,
    as_passages,
    large_strings,
    read_passages,
    write_part,
    write_record,
)
from cleaner.minhash.keys import neighbours_for, passage_keys
from cleaner.minhash.verify import DEFAULTS, REASONS, Thresholds, Verified, verify

#: The columns of ``Verified`` that a match shows besides its reason.
SHOWN = tuple(name for name in Verified._fields if name not in ("flag", "reason"))
#: Candidate pairs that a query compares at a time.
PAIRS_AT_ONCE = 200_000


class Index:
    """An index in a folder; ``create`` or ``open`` one."""

    def __init__(self, folder: Path, record: dict[str, Any]) -> None:
        self.folder = folder
        self.record = record

    @classmethod
    def create(cls, folder: Path, settings: Settings = DEFAULT) -> Index:
        """Make an empty index.

        Raises:
            OutputError: the folder exists and is not empty, or cannot be written.
        """
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            what = "is not empty" if folder.is_dir() else "is a file"
            raise OutputError(f"{folder}: {what}; name a new folder, or add to an index that is there")
        made = {"format": "cleaner index", "unicode": unicodedata.unidata_version}
        record = {**made, **settings.record(), "parts": []}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_record(folder, record)
        except OSError as error:
            raise OutputError(f"{folder}: cannot be written: {reason_of(error)}; name another folder") from error
        return cls(folder, record)

    @classmethod
    def open(cls, folder: Path) -> Index:
        """Open an index.

        Raises:
            InputError: there is no index in the folder, or a part of it is missing or cut short.
            ConfigError: it was made with another scheme, seed, shingle or version than this program makes.
        """
        try:
            record = json.loads((folder / NAME).read_text(encoding="utf-8"))
            settings = Settings.of(record)
            parts = [(part["name"], part["bytes"]) for part in record["parts"]]
        except OSError as error:
            raise InputError(f"{folder / NAME}: {reason_of(error)}; cleaner index build makes an index") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{folder / NAME}: is damaged; build the index anew with cleaner index build") from error
        for name, value in settings.record().items():
            if record.get(name) != value:
                raise ConfigError(
                    f"{folder}: made with {name} {record.get(name)}, this version needs {value}; build it anew"
                )
        for part, sizes in parts:
            for name, size in sizes.items():
                path = folder / part / name
                if not path.is_file() or path.stat().st_size != size:
                    raise InputError(f"{path}: missing or damaged, it should have {size} bytes; build the index anew")
        return cls(folder, record)

    @property
    def settings(self) -> Settings:
        """How its keys are made."""
        return Settings.of(self.record)

    def __len__(self) -> int:
        """Return the number of passages."""
        return int(sum(part["passages"] for part in self.record["parts"]))

    def info(self) -> dict[str, Any]:
        """Return what `cleaner index info` shows."""
        size = sum(sum(part["bytes"].values()) for part in self.record["parts"])
        shown = {name: value for name, value in self.record.items() if name not in ("parts", "corpora")}
        return {**shown, "passages": len(self), "parts": len(self.record["parts"]), "bytes": size}

    def add(self, passages: pa.Table, corpus: str | None = None) -> None:
        """Append passages as one part; on any failure the index stays as it was.

        Args:
            passages: the columns of ``PASSAGES``; others are left out.
            corpus: what names the corpus that is complete with them; ``has`` knows it from then on.

        Raises:
            InputError: a column is missing.
            OutputError: the part cannot be written, or another process adds at the same time.
        """
        table = as_passages(passages)
        if not table.num_rows and corpus is None:
            return
        name = self._free_name()
        temporary = self.folder / f"{name}.{os.getpid()}.tmp"
        try:
            sizes = write_part(temporary, table, self.settings)
            part = {"name": name, "passages": table.num_rows, "bytes": sizes}
            corpora = [*self.record.get("corpora", ()), *([corpus] if corpus else [])]
            record = {**self.record, "corpora": corpora, "parts": [*self.record["parts"], part]}
            if json.loads((self.folder / NAME).read_text(encoding="utf-8")) != self.record:
                shutil.rmtree(temporary)
                raise OutputError(f"{self.folder}: something else was added meanwhile, and this was not; add it again")
            os.rename(temporary, self.folder / name)
            write_record(self.folder, record)
        except OSError as error:
            shutil.rmtree(temporary, ignore_errors=True)
            raise OutputError(
                f"{self.folder}: nothing was added: {reason_of(error)}; mend that, and add again"
            ) from error
        self.record = record

    def has(self, corpus: str) -> bool:
        """Say whether a corpus of this name was added."""
        return corpus in self.record.get("corpora", ())

    def _free_name(self) -> str:
        """Return the name of the next part; a folder left by an addition that failed is passed over."""
        number = len(self.record["parts"])
        while (self.folder / f"part-{number:06}").exists():
            number += 1
        return f"part-{number:06}"

    def parts(self) -> Iterator[tuple[int, Path]]:
        """Yield the number of its first passage and the folder of each part."""
        first = 0
        for part in self.record["parts"]:
            yield first, self.folder / part["name"]
            first += part["passages"]

    def query(self, texts: pa.Array, thresholds: Thresholds = DEFAULTS, largest: int = MOST_SHARING) -> pa.Table:
        """Find the passages of the index that are near-duplicates of ``texts``, every one verified.

        A key that more than ``largest`` passages of the index share leads to the first ones only.

        Raises:
            ConfigError: passages that share less than the keys of this index ask for would be missed.

        Returns:
            one row a match, sorted by text and passage: ``text`` (its place), ``passage`` (its number), the
            columns of ``PASSAGES`` but the text itself, and those of ``Verified`` (a is the text, b the
            passage).
        """
        self.check(thresholds)
        asked, found = self._candidates(texts, largest)
        tables = [
            self._verified(texts, asked[at : at + PAIRS_AT_ONCE], found[at : at + PAIRS_AT_ONCE], thresholds)
            for at in range(0, max(len(asked), 1), PAIRS_AT_ONCE)
        ]
        return pa.concat_tables(tables).combine_chunks()

    def check(self, thresholds: Thresholds) -> None:
        """Raise ``ConfigError`` if near-duplicates by these thresholds need not share a key of this index."""
        least = max(thresholds.short, thresholds.shared_words)  # words of a passage that can be a near-duplicate
        if neighbours_for(thresholds) < self.settings.neighbours or least < self.settings.short:
            raise ConfigError(
                f"{self.folder}: its keys are of more words than these thresholds ask for; clean the earlier corpus "
                "with the same jaccard, containment, shared-words and short-words, and build the index from that"
            )

    def _candidates(self, texts: pa.Array, largest: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        made = self.settings
        keys = passage_keys(texts, made.bands, made.rows, made.rate, made.short, made.neighbours)
        used = [np.zeros(0, dtype=np.int64)]
        passages = [np.zeros(0, dtype=np.int64)]
        members = np.zeros(len(keys.key), dtype=np.int64)
        for first, folder in self.parts():
            stored = np.load(folder / "keys.npy", mmap_mode="r")
            rows = np.load(folder / "rows.npy", mmap_mode="r")
            low, high = np.searchsorted(stored, keys.key), np.searchsorted(stored, keys.key, side="right")
            count = np.minimum(high - low, largest + 1)
            place = np.repeat(low - np.cumsum(count) + count, count) + np.arange(count.sum())
            row = np.repeat(np.arange(len(keys.key)), count)
            number = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) + members[row]
            members += high - low
            used.append(row[number <= largest])
            passages.append(rows[place][number <= largest] + first)
        row, passage = np.concatenate(used), np.concatenate(passages)
        row, passage = _uncapped(row, passage, members > largest)
        pairs = np.unique(np.stack((keys.text[row], passage), axis=1), axis=0)
        return pairs[:, 0], pairs[:, 1]

    def _verified(
        self, texts: pa.Array, asked: NDArray[np.int64], found: NDArray[np.int64], thresholds: Thresholds
    ) -> pa.Table:
        numbers, places = np.unique(found, return_inverse=True)
        stored = self.take(numbers)
        both = pa.concat_arrays([large_strings(texts), large_strings(stored["text"])])
        verified = verify(both, asked, places + len(texts), thresholds)
        kept = np.flatnonzero(verified.flag)
        table = stored.drop_columns(["text"]).take(pa.array(places[kept]))
        columns = {"text": asked[kept], "passage": found[kept]}
        columns |= {name: column[kept] for name, column in verified._asdict().items() if name in SHOWN}
        for name, column in columns.items():
            table = table.append_column(name, pa.array(column))
        reasons = pa.array(REASONS, pa.string()).take(pa.array(verified.reason[kept]))
        return table.append_column("reason", reasons)

    def take(self, numbers: NDArray[np.int64]) -> pa.Table:
        """Return the passages of sorted numbers, with the columns of ``PASSAGES``."""
        tables = [PASSAGES.empty_table()]
        for first, folder in self.parts():
            table = read_passages(folder)
            here = numbers[(numbers >= first) & (numbers < first + table.num_rows)] - first
            if here.size:
                tables.append(table.take(pa.array(here)))
        return pa.concat_tables(tables).combine_chunks()


def _uncapped(
    row: NDArray[np.int64], passage: NDArray[np.int64], capped: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Leave only the first passages to rows of capped keys."""
    order = np.lexsort((passage, row))
    row, passage = row[order], passage[order]
    kept = ~capped[row] | (np.arange(len(row)) - np.searchsorted(row, row) < FIRST)
    return row[kept], passage[kept]
