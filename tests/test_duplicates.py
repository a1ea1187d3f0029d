"""Barrier B: how candidate pairs are arranged; what it finds is tested in test_pipeline and in the properties."""

import numpy as np
import pyarrow as pa

from cleaner import schemas
from cleaner.duplicates import RANGES, Distinct, block_of


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
    assert 0 <= block.min() <= block.max() < RANGES**2
    rows = [pa.array(column) for column in (a, b, sharing, block)]
    made = Distinct(passages)(pa.Table.from_arrays(rows, schema=schemas.CANDIDATES))
    pairs = list(zip(made["a"].to_pylist(), made["b"].to_pylist(), strict=True))
    assert sorted(pairs) == sorted(set(zip(a[sharing == 0].tolist(), b[sharing == 0].tolist(), strict=True)))
    blocks = block_of(made["a"].to_numpy(), made["b"].to_numpy(), passages)
    assert np.count_nonzero(np.diff(blocks)) + 1 == len(np.unique(blocks)) > RANGES
    assert block_of(np.array([0]), np.array([1]), 2).tolist() == [1]
