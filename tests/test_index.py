"""The saved index of passages."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from datasketch import LeanMinHash, MinHashLSH

from cleaner.errors import ConfigError, InputError, OutputError
from cleaner.minhash import index_parts
from cleaner.minhash.index import PASSAGES, Index, Settings
from cleaner.minhash.index_export import export
from cleaner.minhash.signatures import signatures
from cleaner.minhash.verify import Thresholds

VERBS = ["sells", "opens", "floods", "repairs", "closes", "inspects", "rebuilds", "paints", "surveys", "photographs"]
SITES = ["harbour", "bakery", "stadium", "library", "tunnel", "orchard", "cinema", "foundry", "chapel", "reservoir"]
TEXTS = [
    f"The {place} that {verb} near the old {other} was shown to visitors by a {verb} team while a {other} keeper slept"
    for verb in VERBS
    for place in SITES
    for other in SITES[:3]
]


def table(texts: list[str]) -> pa.Table:
    rows = range(len(texts))
    columns = {
        "id": [f"d{row}" for row in rows],
        "source": ["a"] * len(texts),
        "published": [None] * len(texts),
        "start": [0] * len(texts),
        "end": [len(text) for text in texts],
        "text": texts,
        "more": [1] * len(texts),
    }
    return pa.table(columns, schema=PASSAGES.append(pa.field("more", pa.int64())))


@pytest.fixture
def built(tmp_path: Path) -> Index:
    made = Index.create(tmp_path / "index")
    made.add(table(TEXTS))
    return made


QUERY = pa.array(
    [TEXTS[7], "nothing like any other text that was ever added to it", "", TEXTS[8] + " until the morning"]
)


@pytest.mark.parametrize("largest", [256, 2])
def test_many_additions_answer_as_one(tmp_path: Path, built: Index, largest: int) -> None:
    other = Index.create(tmp_path / "other")
    whole = table(TEXTS)
    for start in range(0, len(TEXTS), 37):
        other.add(whole.slice(start, 37))
    assert len(other) == len(built) == len(TEXTS)
    assert other.info()["parts"] == 9
    found = Index.open(other.folder).query(QUERY, largest=largest)
    assert found.equals(Index.open(built.folder).query(QUERY, largest=largest))
    assert found.num_rows > 0


def test_a_match_names_the_passage_and_both_similarities(built: Index) -> None:
    found = built.query(QUERY).to_pylist()
    assert {row["text"] for row in found} == {0, 3}
    same = next(row for row in found if row["text"] == 0 and row["passage"] == 7)
    assert (same["id"], same["start"], same["end"], same["reason"]) == ("d7", 0, len(TEXTS[7]), "equal")
    assert (same["jaccard"], same["containment"], same["a_end"]) == (1.0, 1.0, len(TEXTS[7]))
    assert found == sorted(found, key=lambda row: (row["text"], row["passage"]))


def test_an_empty_index_and_an_empty_query(tmp_path: Path, built: Index) -> None:
    empty = Index.create(tmp_path / "empty")
    empty.add(table([]))
    assert len(Index.open(tmp_path / "empty")) == 0
    assert empty.query(QUERY).num_rows == 0
    assert built.query(pa.array([], pa.string())).num_rows == 0
    assert empty.query(QUERY).schema == built.query(QUERY).schema


@pytest.mark.parametrize(
    ("name", "value"), [("scheme", "legacy"), ("seed", 2), ("num_perm", 64), ("shingle", {"words": 5, "version": 0})]
)
def test_an_index_of_another_kind_is_refused(built: Index, name: str, value: object) -> None:
    path = built.folder / "index.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), name: value}))
    with pytest.raises(ConfigError, match=f"made with {name}"):
        Index.open(built.folder)


def test_what_is_no_index_or_damaged_is_refused(tmp_path: Path, built: Index) -> None:
    with pytest.raises(InputError, match="cleaner index build makes an index"):
        Index.open(tmp_path / "absent")
    (built.folder / "part-000000" / "keys.npy").write_bytes(b"cut")
    with pytest.raises(InputError, match="missing or damaged"):
        Index.open(built.folder)
    (built.folder / "index.json").write_text("{")
    with pytest.raises(InputError, match="build the index anew"):
        Index.open(built.folder)


def test_a_folder_with_files_is_not_made_an_index(built: Index) -> None:
    with pytest.raises(OutputError, match="not empty"):
        Index.create(built.folder)


def test_an_addition_that_fails_changes_nothing(built: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(index_parts.np, "save", full)
        with pytest.raises(OutputError, match="nothing was added"):
            built.add(table(TEXTS[:3]))
    (built.folder / "part-000001").mkdir()  # as if a process had died before it named the part
    assert len(Index.open(built.folder)) == len(TEXTS)
    built.add(table(["One more passage of more than eight words was added in the end"]))
    assert len(Index.open(built.folder)) == len(TEXTS) + 1


def test_two_additions_at_once_do_not_lose_one(built: Index) -> None:
    late = Index.open(built.folder)
    built.add(table(TEXTS[:3]))
    with pytest.raises(OutputError, match="meanwhile"):
        late.add(table(TEXTS[:2]))
    assert len(Index.open(built.folder)) == len(TEXTS) + 3


def test_a_missing_column_is_named(built: Index) -> None:
    with pytest.raises(InputError, match="published"):
        built.add(table(TEXTS).drop_columns(["published"]))


def test_settings_are_kept(tmp_path: Path) -> None:
    Index.create(tmp_path / "index", Settings(bands=0, rows=1, rate=0.5))
    assert Index.open(tmp_path / "index").settings == Settings(bands=0, rows=1, rate=0.5)


def test_an_export_loads_into_datasketch_without_pickle(tmp_path: Path, built: Index) -> None:
    export(built, tmp_path / "out")
    made = json.loads((tmp_path / "out" / "index.json").read_text())
    rows = np.load(tmp_path / "out" / "signatures.npy", mmap_mode="r", allow_pickle=False)
    names = [json.loads(line) for line in (tmp_path / "out" / "passages.jsonl").read_text().splitlines()]
    lsh = MinHashLSH(threshold=0.5, num_perm=made["num_perm"])
    for number, row in enumerate(rows):
        lsh.insert(number, LeanMinHash(seed=made["seed"], hashvalues=row, scheme=made["scheme"]))
    asked = LeanMinHash(seed=1, hashvalues=signatures(pa.array([TEXTS[7]]))[0], scheme="affine32")
    assert 7 in lsh.query(asked)
    assert names[7] == {"id": "d7", "start": 0, "end": len(TEXTS[7])}
    with pytest.raises(OutputError, match="not empty"):
        export(built, tmp_path / "out")


def test_thresholds_that_the_keys_of_an_index_are_too_long_for_are_refused(tmp_path: Path, built: Index) -> None:
    loose = Thresholds(containment=0.1)
    with pytest.raises(ConfigError, match="build the index from that"):
        built.query(QUERY, loose)
    short = Thresholds(short=7, shared_words=7)
    with pytest.raises(ConfigError, match="short-words"):
        built.query(QUERY, short)
    built.check(Thresholds(short=3))  # eight words must be shared in any case
    Index.create(tmp_path / "short", Settings(short=7)).check(short)
    other = Index.create(tmp_path / "loose", Settings(neighbours=1))
    other.add(table(TEXTS))
    assert other.query(QUERY, loose).num_rows >= built.query(QUERY).num_rows > 0
