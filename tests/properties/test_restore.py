"""Whatever text or bytes come in, restoring gives them back byte for byte, or the record is rejected."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from running import clean, records, restored

from cleaner.names import safe_path

FEW = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # examples are whole corpora: shrinking would take minutes
)

PIECES = st.sampled_from(
    [
        "\n", "\r\n", "\r", "\n\n", " ", "\t", "\ufeff", "\0", "\x1b[0m", "\x85", "\u2028", "\xad", "\u200b", "\ufffd",
        "Share this article", "ADVERTISEMENT", "By Mara Oduya", "Follow us on Facebook", "Read more: a storm came",
        "Published: March 3, 2021, 9:40 am", "doesnâ€™t", "caf&eacute; &amp; bar", "ﬁnal", "e\u0301", "𝄞", "日本語。",
        "The harbour was closed on Monday because of the storm, the board said.", "(Reuters)", "[Xinhua]", "© 2020",
    ]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, PIECES, st.text(max_size=12)), max_size=14).map("".join)
CODECS = st.sampled_from(
    ["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252", "gb18030"]
)
ENCODED = st.builds(lambda text, codec: text.encode(codec, "replace"), TEXTS, CODECS)
SPOILED = st.builds(
    lambda raw, at, odd: raw[: at % (len(raw) + 1)] + odd + raw[at % (len(raw) + 1) :],
    ENCODED,
    st.integers(0, 500),
    st.sampled_from([b"\xff", b"\x80", b"\xed\xa0\x80", b"\0", b"\xc3", b"\xf4\x90\x80\x80"]),
)
FILES = st.lists(st.one_of(ENCODED, SPOILED, st.binary(max_size=40)), min_size=40, max_size=80)


def _is_character(one: str) -> bool:
    return not "\ud800" <= one <= "\udfff"


JSON_TEXTS = st.lists(st.one_of(TEXTS, st.text(st.characters(codec=None), max_size=30)), min_size=40, max_size=80)


@FEW
@given(FILES)
def test_files_come_back_byte_for_byte(files: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        originals = {f"{number:03d}.txt": raw for number, raw in enumerate([b"", *files])}
        for path, raw in originals.items():
            (folder / "in" / path).write_bytes(raw)
        counts = clean(folder / "in", folder / "out")["counts"]
        rejected = {row["id"]: row["reason"] for row in records(folder / "out" / "rejected.jsonl")}
        assert counts["read"] == len(originals) == counts["kept"] + len(rejected)
        assert all(reason.startswith("not text") for reason in rejected.values())
        assert rejected.keys() <= originals.keys()
        back = restored(folder / "out", folder / "back")
        assert back == {path: raw for path, raw in originals.items() if path not in rejected}


@FEW
@given(JSON_TEXTS)
def test_texts_of_json_come_back_as_they_were(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = [json.dumps({"id": f"n{number}", "text": text}) for number, text in enumerate(texts)]
        (folder / "in.jsonl").write_text("\n".join(lines), encoding="ascii")
        counts = clean(folder / "in.jsonl", folder / "out")["counts"]
        rejected = {row["id"] for row in records(folder / "out" / "rejected.jsonl")}
        assert counts["read"] == len(texts) == counts["kept"] + len(rejected)
        originals = {f"n{number}": _bytes(text) for number, text in enumerate(texts)}
        assert not any(_is_plain(text) for number, text in enumerate(texts) if f"n{number}" in rejected)
        back = restored(folder / "out", folder / "back")
        assert back == {name: raw for name, raw in originals.items() if name not in rejected}


def _is_plain(text: str) -> bool:
    return all(map(_is_character, text))


def _bytes(text: str) -> bytes:
    """Lone surrogates stand for undecoded bytes (PEP 383) if all of them can, else for themselves."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


PARTS = st.sampled_from(
    ["a", "b", "a.txt", ".", "..", "", "~", "con", "x" * 300, "é", "\0", "%", "%2F", "a b", "\n", "*"]
)
IDENTITIES = st.lists(
    st.one_of(st.lists(PARTS, min_size=1, max_size=5).map("/".join), st.text(min_size=1, max_size=9)).filter(
        lambda name: bool(name.strip()) and _is_plain(name)
    ),
    min_size=10,
    max_size=60,
    unique=True,
)


@FEW
@given(IDENTITIES, st.sampled_from(["jsonl", "txt"]))
def test_any_id_has_a_file_of_its_own_inside_of_the_folder(identities: list[str], format_: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = [json.dumps({"id": one, "text": f"text {number}"}) for number, one in enumerate(identities)]
        (folder / "in.jsonl").write_text("\n".join(lines), encoding="ascii")
        counts = clean(folder / "in.jsonl", folder / "out", format=format_)["counts"]
        assert counts["kept"] == len(identities)
        back = restored(folder / "out", folder / "deep" / "back")
        assert sorted(back.values()) == sorted(f"text {number}".encode() for number in range(len(identities)))
        assert {path.name for path in folder.iterdir()} == {"in.jsonl", "out", "deep"}


@given(st.lists(PARTS, min_size=1, max_size=5).map("/".join), st.lists(PARTS, min_size=1, max_size=5).map("/".join))
def test_paths_of_different_ids_differ_and_stay_inside(one: str, other: str) -> None:
    folder = Path("/folder")
    assert safe_path(folder, one).is_relative_to(folder)
    assert ".." not in safe_path(folder, one).parts
    assert (safe_path(folder, one) == safe_path(folder, other)) == (one == other)
