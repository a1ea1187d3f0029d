"""The records of one document, found without reading the others."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from running import clean, records

from cleaner import lookup
from cleaner.corpus import Corpus
from cleaner.errors import InputError


@pytest.fixture(scope="module")
def folder(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("looked")


@pytest.mark.parametrize("near", [1, lookup.NEAR])
@pytest.mark.parametrize("form", ["jsonl", "txt", "parquet"])
def test_every_document_is_found_with_its_audit(
    corpus: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, form: str, near: int
) -> None:
    monkeypatch.setattr(lookup, "NEAR", near)
    clean([corpus / "later.jsonl", corpus / "texts" / "0"], folder / form, format=form)
    made = Corpus(folder / form)
    for document, trail in made.with_audit():
        assert list(lookup.documents(made, document["id"])) == [document]
        assert list(lookup.lines(made, "audit", document["id"])) == trail


@pytest.mark.parametrize("identity", ["", " ", "later.jsonl:1x", "zzz", "\U0010ffff"])
def test_what_is_not_there_is_not_found(corpus: Path, folder: Path, identity: str) -> None:
    made = Corpus(folder / "jsonl")
    assert list(lookup.documents(made, identity)) == []
    assert list(lookup.lines(made, "audit", identity)) == []


def test_places_in_clusters_are_of_the_compared_text(corpus: Path, folder: Path) -> None:
    clean(corpus, folder / "dropped", duplicates="drop-passages")
    made = Corpus(folder / "dropped")
    texts = {document["id"]: lookup.compared_text(made, document, trail) for document, trail in made.with_audit()}
    members = [
        place for row in records(folder / "dropped" / "clusters.jsonl") for place in (row["kept"], *row["members"])
    ]
    assert members
    begins = [texts[place["id"]][place["start"] : place["end"]].startswith("Residents of the old") for place in members]
    assert sum(begins) > 0.9 * len(begins)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(orjson.dumps({"id": f"{n:03}", "text": "One."}) for n in range(50)))
    clean(tmp_path / "in.jsonl", tmp_path / "out", stages=("encoding",))
    path = tmp_path / "out" / "corpus.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"id":"025"', b'"id:"025"'))
    with pytest.raises(InputError, match=r"corpus.jsonl: was changed or cut since the run"):
        list(lookup.documents(Corpus(tmp_path / "out"), "025"))
