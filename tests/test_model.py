"""The line model: what it says of plain cases, on both paths, for any batch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.boilerplate import features, kernels, model
from cleaner.errors import ConfigError
from cleaner.lines import Lines

ARTICLE = """Council closes the old bridge

Home | News | Sport | Weather

The council voted on Tuesday to close the old bridge for a year, and said that buses would take another way.

Advertisement

"We have waited for this for ten years," said the mayor, who had promised it before the election.

Traders in the old town said they feared that fewer people would come, and asked for help with their rents.

Sign up for our newsletter

The work is to begin in March and will cost about four million euros, most of which the state will pay.

Read more: Ten bridges to see this summer
Follow us on Facebook and Twitter
Copyright 2020 The Daily Bridge. All rights reserved."""
FURNITURE = [1, 3, 6, 8, 9, 10]


def test_an_article_and_its_furniture() -> None:
    probability = model.load().probability(Lines.of([ARTICLE]))
    assert probability.dtype == np.float32
    furniture = probability[FURNITURE]
    content = np.delete(probability, [0, *FURNITURE])
    assert furniture.min() > 0.5
    assert content.max() < 0.5


def test_compiled_and_plain_path_give_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = Lines.of([ARTICLE, ARTICLE.upper(), ARTICLE.replace(" ", "\n"), ""])
    results = []
    for plain in (1 << 40, -1):
        monkeypatch.setattr(kernels, "PLAIN", plain)
        kernels.compiled.cache_clear()
        results.append(model.load().logit(lines))
    assert results[0].tobytes() == results[1].tobytes()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=80), min_size=1, max_size=5))
def test_probabilities_are_probabilities_and_documents_are_judged_alone(texts: list[str]) -> None:
    lines = Lines.of(texts)
    probability = model.load().probability(lines)
    assert ((probability >= 0) & (probability <= 1)).all()
    for at, text in enumerate(texts):
        assert np.array_equal(
            model.load().probability(Lines.of([text])), probability[lines.first[at] : lines.first[at + 1]]
        )


def test_weights_are_small_and_saved_byte_for_byte(tmp_path: Path) -> None:
    packaged = Path(model.__file__).with_name("model.npz")
    assert packaged.stat().st_size < 2_000_000
    model.load().save(tmp_path / "again.npz")
    again = model.load(tmp_path / "again.npz")
    again.save(tmp_path / "third.npz")
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "third.npz").read_bytes()
    lines = Lines.of([ARTICLE])
    assert np.array_equal(again.logit(lines), model.load().logit(lines))


def test_trees_ask_for_features_that_there_are() -> None:
    trees = model.load().trees
    assert trees.feature.shape == trees.threshold.shape == (len(trees.value), 2**model.DEPTH - 1)
    assert 0 <= trees.feature.min() <= trees.feature.max() < len(features.NAMES)


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_a_broken_file_is_a_clear_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "broken.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match="line model"):
        model.load(path)


def test_hostile_sizes_end() -> None:
    lines = Lines.of(["x" * 3_000_000, "a\n" * 30_000, " ".join(["word"] * 100_000)])
    probability = model.load().probability(lines)
    assert len(probability) == 30_002
