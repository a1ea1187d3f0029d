"""Signatures against datasketch itself."""

import random
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from datasketch import LeanMinHash, MinHash, MinHashLSH

from cleaner.minhash import compiled
from cleaner.minhash.shingles import shingle_hashes
from cleaner.minhash.signatures import EMPTY, permutations, signatures

#: First and last letter of alphabets, one or two of each kind of script.
SCRIPTS = [
    (0x61, 0x7A), (0x41, 0x5A), (0xE0, 0xFF), (0x100, 0x17F), (0x3B1, 0x3C9), (0x410, 0x44F), (0x561, 0x586),
    (0x5D0, 0x5EA), (0x621, 0x64A), (0x64B, 0x652), (0x904, 0x939), (0x93E, 0x94D), (0x995, 0x9B9), (0xB85, 0xBB9),
    (0xE01, 0xE3A), (0xE40, 0xE4E), (0x1000, 0x103F), (0x1100, 0x1112), (0x1161, 0x1175), (0x11A8, 0x11C2),
    (0x10D0, 0x10FF), (0x1200, 0x1248), (0x1780, 0x17D3), (0x3041, 0x3096), (0x30A1, 0x30FA), (0x4E00, 0x4FFF),
    (0xAC00, 0xACFF), (0xFB00, 0xFB06), (0xFF10, 0xFF5A), (0x10400, 0x1044F), (0x1D400, 0x1D454), (0x20000, 0x200FF),
]  # fmt: skip


def texts_of_all_scripts(count: int) -> list[str]:
    """Texts of random words, most of one script, some mixed."""
    source = random.Random(5)
    texts = []
    for _ in range(count):
        scripts = source.sample(SCRIPTS, source.choice([1, 1, 2, 4]))
        words = []
        for _ in range(source.choice([0, 1, 3, 4, 5, 6, 20, 60])):
            first, last = source.choice(scripts)
            words.append("".join(chr(source.randint(first, last)) for _ in range(source.randint(1, 12))))
        texts.append(source.choice([" ", ", ", " — ", "\n"]).join(words))
    return texts


TEXTS = texts_of_all_scripts(3000)


def by_datasketch(texts: list[str]) -> np.ndarray:
    found = shingle_hashes(pa.array(texts), "numpy")
    rows = []
    for text in range(len(texts)):
        sketch = MinHash(num_perm=128, seed=1, scheme="affine32", hashfunc=int)
        sketch.update_batch(found.hashes[found.offsets[text] : found.offsets[text + 1]].tolist())
        rows.append(sketch.hashvalues)
    return np.array(rows)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_signatures_are_those_of_datasketch_bit_for_bit(backend: str) -> None:
    found = signatures(pa.array(TEXTS), backend=backend)
    assert found.dtype == np.uint32
    assert (found == by_datasketch(TEXTS)).all()


def test_permutations_are_those_of_datasketch() -> None:
    for num_perm in (1, 64, 128, 256):
        theirs = MinHash(num_perm=num_perm, seed=1, scheme="affine32").permutations
        assert (np.array(permutations(num_perm)) == theirs).all()


def test_rows_load_as_lean_minhash_and_go_into_an_lsh_index() -> None:
    words = TEXTS[:40]
    rows = signatures(pa.array([text + " and five more words here" for text in words]))
    index = MinHashLSH(threshold=0.5, num_perm=128)
    for number, row in enumerate(rows):
        index.insert(number, LeanMinHash(seed=1, hashvalues=row, scheme="affine32"))
    again = LeanMinHash(seed=1, hashvalues=rows[7], scheme="affine32")
    assert 7 in index.query(again)
    assert again.jaccard(LeanMinHash(seed=1, hashvalues=rows[7], scheme="affine32")) == 1.0


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_texts_without_words_have_the_empty_signature(backend: str) -> None:
    found = signatures(pa.array(["", "…", None, "word"]), backend=backend)
    assert (found[:3] == EMPTY).all()
    assert (found[3] != EMPTY).any()


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_one_very_long_passage_and_one_repeated_word(backend: str) -> None:
    long = " ".join(str(number) for number in range(200_000))
    found = signatures(pa.array([long, "word " * 10_000, "word word word word word"]), backend=backend)
    assert (found[1] == found[2]).all()
    assert (found[0] != found[1]).all()


def test_num_perm_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="num_perm"):
        signatures(pa.array(["a"]), num_perm=0)


def test_neither_datasketch_nor_scipy_is_imported_at_run_time() -> None:
    code = (
        "import sys, pyarrow as pa; from cleaner.minhash.signatures import signatures;"
        "signatures(pa.array(['some words of a text'])); print({'scipy', 'datasketch', 'numba'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_kernels_work_where_no_cache_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_place(function: Callable[..., object]) -> None:
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr(compiled, "_Kept", no_place)

    def double(value: int) -> int:
        return 2 * value

    assert compiled.kernel(double)(21) == 42
