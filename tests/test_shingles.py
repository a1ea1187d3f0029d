"""The words and shingles of texts, in both backends."""

import itertools
import tomllib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from cleaner.minhash.characters import ALONE, EXPANDS, characters, folded
from cleaner.minhash.shingles import POLYNOMIAL, SHINGLE, shingle_hashes, text_buffers, word_hashes
from cleaner.minhash.tokens import NAME, NUMERAL, tokens

CASES = tomllib.loads((Path(__file__).parent / "cases" / "shingles.toml").read_text(encoding="utf-8"))["case"]
BACKENDS = ["numpy", "numba"]


def expected(words: list[str]) -> list[int]:
    """Hash words one by one, as the definition says."""
    hashes = []
    for word in words:
        codes = np.frombuffer(word.encode("utf-32-le"), dtype=np.uint32)
        hashes.append(int(word_hashes(codes, np.array([0]), np.array([len(codes)]))[0]))
    size = min(SHINGLE, len(hashes))
    rows = [hashes[at : at + size] for at in range(len(hashes) - size + 1)] if hashes else []
    shingles = []
    for row in rows:
        value = 0
        for one in row:
            value = (value * int(POLYNOMIAL) + one) & 0xFFFFFFFFFFFFFFFF
        shingles.append(value)
    return shingles


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_words_are_those_of_the_case(case: dict[str, str], backend: str) -> None:
    words = [word for word in case["words"].split("|") if word]
    found = shingle_hashes(pa.array([case["text"]]), backend=backend, bits=64)
    assert found.words.tolist() == [len(words)]
    assert found.hashes.tolist() == expected(words)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_tokens_have_the_hashes_of_the_shingles_and_offsets_in_the_text(case: dict[str, str], backend: str) -> None:
    found = tokens(pa.array([case["text"]]), backend=backend)
    words = [word for word in case["words"].split("|") if word]
    assert [expected([word]) for word in words] == [[int(one)] for one in found.words]
    for word, start, end in zip(words, found.start.tolist(), found.end.tolist(), strict=True):
        assert word in folded("".join(c for c in case["text"][start:end] if characters().kind[ord(c)] != 3))


@pytest.mark.parametrize("backend", BACKENDS)
def test_fewer_than_five_words_are_one_shingle_and_no_words_are_none(backend: str) -> None:
    found = shingle_hashes(pa.array(["one two three", "", "a b c d e", "a b c d e f", None]), backend=backend)
    assert found.offsets.tolist() == [0, 1, 1, 2, 4, 4]
    assert found.words.tolist() == [3, 0, 5, 6, 0]
    assert found.hashes.dtype == np.uint32


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_kind_of_arrow_array_gives_the_same(backend: str) -> None:
    texts = ["x y", "one two three four five six", None, "Ünïcödé wörds in thïs öne", "", "last of all"]
    want = shingle_hashes(pa.array(texts[1:5]), backend=backend)
    arrays = [
        pa.array(texts).slice(1, 4),
        pa.array(texts, pa.large_string()).slice(1, 4),
        pa.chunked_array([pa.array(texts[1:3]), pa.array(texts[3:5])]),
        pa.array(texts).dictionary_encode().slice(1, 4),
        pa.array(texts[1:5], pa.string_view()),
    ]
    for array in arrays:
        found = shingle_hashes(array, backend=backend)
        assert [column.tolist() for column in found] == [column.tolist() for column in want]


def test_buffers_are_not_copied() -> None:
    array = pa.array(["abc", "def"])
    data, offsets = text_buffers(array)
    assert data.ctypes.data == array.buffers()[2].address
    assert offsets.tolist() == [0, 3, 6]


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_empty_array_and_bytes_that_are_no_utf8(backend: str) -> None:
    assert shingle_hashes(pa.array([], pa.string()), backend=backend).offsets.tolist() == [0]
    raw = [b"caf\xe9 au lait", b"\xf0\x9f", b"\xff\xfe ok", b"\xed\xa0\x80 x", b"end \xc3", b"\xf4\xbf\xbf\xbf"]
    offsets = np.cumsum([0, *map(len, raw)]).astype(np.int32)
    array = pa.Array.from_buffers(
        pa.string(), len(raw), [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(b"".join(raw))]
    )
    found = shingle_hashes(array, backend=backend)
    assert len(found.words) == len(raw)
    assert found.words[2] == 1


def test_an_unknown_backend_is_refused() -> None:
    with pytest.raises(ValueError, match="gpu"):
        shingle_hashes(pa.array(["a"]), backend="gpu")  # type: ignore[arg-type]


def test_every_character_is_a_word_a_gap_or_nothing_in_both_backends_alike() -> None:
    dense = [
        range(0x3400),
        range(0xA000, 0xAC00),
        range(0xF900, 0x12000),
        range(0x16000, 0x17000),
        range(0x1D000, 0x20000),
    ]
    codes = [*itertools.chain(*dense, range(0x3400, 0xD800, 101), range(0x12000, 0x110000, 501))]
    texts = pa.array([f"x {chr(code)}\u0301y" if code % 3 else f"x {chr(code)}y" for code in codes])
    fast, plain = shingle_hashes(texts, "numba", 64), shingle_hashes(texts, "numpy", 64)
    differing = np.flatnonzero(fast.words != plain.words)
    assert [hex(codes[one]) for one in differing] == []
    assert (fast.hashes == plain.hashes).all()


@pytest.mark.parametrize("backend", BACKENDS)
def test_numerals_and_names(backend: str) -> None:
    text = "Shares rose 2.5 pct. He said Acme Corp. paid $1,200. Brazil Nuts fell; NATO met. Iran won on 3rd May"
    found = tokens(pa.array([text]), backend=backend)
    words = [text[start:end] for start, end in zip(found.start, found.end, strict=True)]
    assert [word for word, kind in zip(words, found.kind, strict=True) if kind == NUMERAL] == ["2", "5", "1", "200"]
    names = [word for word, kind in zip(words, found.kind, strict=True) if kind == NAME]
    assert names == ["Acme", "Corp", "Brazil", "Nuts", "NATO", "May"]


def test_no_folded_character_is_longer_than_the_kernels_have_room_for() -> None:
    tables = characters()
    for code in np.flatnonzero(tables.fold >= EXPANDS).tolist():
        place = int(tables.fold[code]) - EXPANDS
        pieces = tables.pool[place + 1 : place + 1 + int(tables.pool[place])].tolist()
        separators = 2 * sum(tables.kind[one] == ALONE for one in pieces)
        assert len("".join(map(chr, pieces)).encode()) + separators <= 2 * len(chr(code).encode())
    text = pa.array(["\u309f" * 3000])
    assert shingle_hashes(text, "numba").hashes.tolist() == shingle_hashes(text, "numpy").hashes.tolist()
