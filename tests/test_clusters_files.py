"""Near-duplicate passages on a real case: paragraphs of two of the seeds, slightly edited, in a third document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
from running import clean, records

from cleaner.standing import moments

FIRST, SECOND = "000_a38f933c2d6f7b9f.txt", "003_c94188739a02702c.txt"
COPIES = {
    FIRST: (
        "Despite claims by Washington and Seoul that the missile shield would be focused solely on North Korea, "
        "Beijing insists the US deployment would pose a considerable threat to neighboring countries."
    ),
    SECOND: (
        "“Installing the THAAD system has gone far beyond the defence need against North Korea, and will cause "
        "direct harm to China’s strategic and security interests, as well as the regional balance,” Hong Lei, the "
        "ministry’s spokesman said at a press conference yesterday."
    ),
}
UNRELATED = (
    "The South Korean defence minister told a parliamentary committee that the missile system would be ready by the "
    "end of next year, and that the land for it would be taken from a golf course in the south of the country.",
    "China has repeatedly said that the radar of the system could look deep into its own territory, and that it "
    "would take measures to protect its interests if Seoul and Washington went on.",
)


@pytest.fixture(scope="module")
def out(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clusters")
    (folder / "in").mkdir()
    for path in seeds.iterdir():
        (folder / "in" / path.name).write_bytes(path.read_bytes())
    parts = [UNRELATED[0], COPIES[FIRST], UNRELATED[1], COPIES[SECOND]]
    (folder / "in" / "zz.txt").write_text("\n\n".join(parts), encoding="utf-8")
    clean(folder / "in", folder / "out")
    return folder / "out"


@pytest.fixture(scope="module")
def documents(out: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in records(out / "corpus.jsonl")}


def test_the_copies_and_nothing_else_are_flagged(documents: dict[str, dict[str, Any]]) -> None:
    flagged = {(name, match["kept"]["id"]) for name, row in documents.items() for match in row["near_duplicates"]}
    assert len(flagged) == 2
    assert {frozenset(pair) for pair in flagged} == {frozenset({"zz.txt", FIRST}), frozenset({"zz.txt", SECOND})}


def test_offsets_lead_to_the_passages_of_both_documents(documents: dict[str, dict[str, Any]]) -> None:
    for name, row in documents.items():
        for match in row["near_duplicates"]:
            kept = match["kept"]
            mine = row["text"][match["start"] : match["end"]]
            other = documents[kept["id"]]["text"][kept["start"] : kept["end"]]
            (seed,) = {name, kept["id"]} - {"zz.txt"}
            assert COPIES[seed] in (mine, other)
            assert mine[:30] == other[:30]
            assert mine != other


def test_both_similarities_are_given(documents: dict[str, dict[str, Any]]) -> None:
    matches = [match for row in documents.values() for match in row["near_duplicates"]]
    assert matches
    for match in matches:
        assert 0.4 <= match["jaccard"] < 1
        assert match["jaccard"] <= match["containment"] <= 1


def test_clusters_pairs_and_flags_say_the_same(out: Path, documents: dict[str, dict[str, Any]]) -> None:
    clusters, pairs = records(out / "clusters.jsonl"), records(out / "pairs.jsonl")
    flags = [(name, match) for name, row in documents.items() for match in row["near_duplicates"]]
    assert [row["cluster"] for row in clusters] == sorted({match["cluster"] for _, match in flags})
    for cluster in clusters:
        (member,) = cluster["members"]
        assert cluster["size"] == 2
        (found,) = [(name, match) for name, match in flags if match["cluster"] == cluster["cluster"]]
        name, match = found
        assert (member["id"], member["start"], member["end"]) == (name, match["start"], match["end"])
        assert match["kept"] == {key: cluster["kept"][key] for key in match["kept"]}
    for pair in pairs:
        assert pair.keys() >= {"a", "b", "jaccard", "containment"}
        assert (pair["a"]["id"], pair["a"]["start"]) < (pair["b"]["id"], pair["b"]["start"])
    assert sorted(pair["jaccard"] for pair in pairs) == sorted(match["jaccard"] for _, match in flags)


def test_the_record_counts_them(out: Path) -> None:
    near = orjson.loads((out / "run.json").read_bytes())["near_duplicates"]
    assert (near["passages"], near["clusters"], near["pairs"], near["pairs_left_out"]) == (2, 2, 2, 0)


def test_pairs_over_the_cap_of_a_cluster_are_counted(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cleaner import clusters

    monkeypatch.setattr(clusters, "PAIRS_PER_CLUSTER", 3)
    text = UNRELATED[0]
    lines = [orjson.dumps({"id": f"n{number}", "text": text + " Again."[: number % 2 * 7]}) for number in range(6)]
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(lines))
    near = clean(tmp_path / "in.jsonl", tmp_path / "out", stages=("near-duplicates",))["near_duplicates"]
    assert near["pairs"] == 5  # those with the kept copy
    assert near["pairs"] + near["pairs_left_out"] == 15
    assert near["left_out_jaccard"] == near["left_out_containment"] == 1.0
    assert near["passages"] == 5


def test_the_earliest_published_copy_is_kept(tmp_path: Path) -> None:
    days = {"a": "2021-05-01", "b": "2019-01-01", "c": None}
    lines = [orjson.dumps({"id": name, "text": UNRELATED[0], "date": day}) for name, day in days.items()]
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(lines))
    clean(tmp_path / "in.jsonl", tmp_path / "out", stages=("near-duplicates",))
    (cluster,) = records(tmp_path / "out" / "clusters.jsonl")
    assert cluster["kept"]["id"] == "b"
    assert [member["id"] for member in cluster["members"]] == ["a", "c"]


def test_a_date_that_is_none_comes_last() -> None:
    days = {
        "Mon, 1 Jan 2020 00:00:00 +99999999999999999": "9999",
        "Mon, 1 Jan 2020 99999999999999999999:00:00 +0000": "9999",
        "soon": "9999",
        None: "9999",
        "Wed, 1 Jan 2020 01:00:00 +0100": "2020-01-01T00:00:00+00:00",
        "0001-01-01T00:00:00+09:00": "0001-01-01T00:00:00+09:00",
    }
    assert moments(pa.array(days)).to_pylist() == list(days.values())


def test_a_shorter_passage_with_more_shingles_is_covered_in_part(tmp_path: Path) -> None:
    words = UNRELATED[0].rstrip(".").split()
    twice = " ".join([*words, *words])
    more = " ".join([*words, *(word[::-1] for word in words[: len(words) * 3 // 4])])
    assert len(more) < len(twice)
    rows = [{"id": "kept", "text": twice, "date": "2020-01-01"}, {"id": "later", "text": more, "date": "2021-01-01"}]
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    clean(tmp_path / "in.jsonl", tmp_path / "out", stages=("near-duplicates",), duplicates="drop-passages")
    (cluster,) = records(tmp_path / "out" / "clusters.jsonl")
    (pair,) = records(tmp_path / "out" / "pairs.jsonl")
    (member,) = cluster["members"]
    sets = [{tuple(text.split()[at : at + 5]) for at in range(len(text.split()) - 4)} for text in (twice, more)]
    shared = len(sets[0] & sets[1])
    assert member["covered"] == pair["b"]["covered"] == shared / len(sets[1]) < 0.8
    assert member["containment"] == pair["a"]["covered"] == shared / len(sets[0])
    assert {row["id"]: row["text"] for row in records(tmp_path / "out" / "corpus.jsonl")} == {
        "kept": twice,
        "later": more,
    }
