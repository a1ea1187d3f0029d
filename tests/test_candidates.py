"""How candidate pairs are arranged, and which are not compared; what is found is tested in test_pipeline."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from cleaner import candidates, schemas
from cleaner.candidates import RANGE, RANGES, Distinct, MakeKeys, block_of, make_prints
from cleaner.engines import Dataset, spool
from cleaner.minhash.verify import Thresholds


def test_pairs_of_the_same_two_ranges_come_one_after_the_other() -> None:
    source = np.random.default_rng(3)
    passages = 10_000
    a = source.integers(0, passages - 1, 3000)
    b = np.minimum(a + source.integers(1, 2000, 3000), passages - 1)
    some = a < b
    a, b = a[some], b[some]
    a, b = np.append(a, a[:500]), np.append(b, b[:500])  # candidates of several keys
    sharing = np.where(np.arange(len(a)) % 7, 0, 300)
    block = block_of(a, b, passages)
    rows = [pa.array(column) for column in (a, b, sharing, block)]
    made = Distinct(passages, Thresholds())(pa.Table.from_arrays(rows, schema=schemas.CANDIDATES))
    pairs = list(zip(made["a"].to_pylist(), made["b"].to_pylist(), strict=True))
    assert sorted(pairs) == sorted(set(zip(a[sharing == 0].tolist(), b[sharing == 0].tolist(), strict=True)))
    blocks = block_of(made["a"].to_numpy(), made["b"].to_numpy(), passages)
    assert np.count_nonzero(np.diff(blocks)) + 1 == len(np.unique(blocks)) > RANGES
    assert block_of(np.array([0]), np.array([1]), 2).tolist() == [1]


def test_no_range_holds_more_passages_than_are_compared_at_once() -> None:
    ends = np.array([0, RANGE - 1, RANGE, 99 * RANGE])
    assert block_of(ends, ends, 100 * RANGE).tolist() == [0, 0, (1 << 32) + 1, (99 << 32) + 99]


@pytest.mark.parametrize("at_once", [1 << 17, 4])
def test_with_prints_no_text_of_pairs_is_read_that_share_a_phrase_only(
    at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "PRINTS_AT_ONCE", at_once)
    phrase = "at the end of the day it was over "
    words = [f"word{number}" for number in range(200)]
    texts = [phrase + " ".join(words[at : at + 40]) for at in (0, 40, 80, 10)]
    made = make_prints(pa.record_batch({"text": pa.array(texts, pa.large_string())}))
    stored = Dataset(schemas.PRINTS, (spool.write(tmp_path / "prints", schemas.PRINTS, [made]),))
    a, b = np.triu_indices(4, 1)
    rows = [pa.array(column) for column in (a, b, np.zeros(6, np.int64), np.zeros(6, np.int64))]
    table = pa.Table.from_arrays(rows, schema=schemas.CANDIDATES)
    found = Distinct(4, Thresholds(), stored)(table).to_pydict()
    assert found == {"a": [0], "b": [3]}


def test_numbers_of_passages_that_take_more_room_make_the_same_keys() -> None:
    texts = pa.array([f"the water fell by {at} feet on the night of the storm" for at in range(9)], pa.large_string())
    batch = pa.record_batch({"text": texts, "passage": pa.array(np.arange(9))})
    keys, wide = (
        MakeKeys(4, 4, 1.0, 8, 2, schema)(batch).sort_by("key") for schema in (schemas.KEYS, schemas.WIDE_KEYS)
    )
    assert keys.schema == schemas.KEYS
    assert keys.to_pydict() == wide.to_pydict()
