from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.extract.blocks import Block, blocks_of
from cleaner.extract.features import features
from cleaner.extract.judge import Trees, article_of, probabilities, trees
from cleaner.extract.pages import parse

PAGE = """<body><ul class="menu"><li><a href="/">Home</a></li><li>News</li></ul>
<div id="story">First line<br>second <b>line</b> with <a href="/x">a link</a><p>A paragraph.</p>tail</div></body>"""

#: Two trees: a <= 1 ? -2 : (b <= 5 ? 1 : 3), and b <= 0 ? 10 : 20.
TWO = Trees(
    names=("a", "b"),
    feature=np.array([[0, 1], [1, 0]], np.int16),
    threshold=np.array([[1, 5], [0, np.inf]], np.float32),
    left_out=np.array([[0xFFFE, 0xFFFD], [0xFFFE, 0xFFFF]], np.uint16),
    value=np.array([[-2, 1, 3], [10, 20, 0]], np.float32),
)


def test_blocks_end_at_block_elements_and_line_breaks() -> None:
    blocks, containers = blocks_of(parse(PAGE))
    assert [block.text for block in blocks] == [
        "Home", "News", "First line", "second line with a link", "A paragraph.", "tail",
    ]  # fmt: skip
    assert blocks[0].linked == 4
    assert blocks[3] == Block("second line with a link", blocks[2].container, linked=6, links=1)
    assert containers[blocks[5].container].attributes.strip() == "story"
    assert all(one.parent < at for at, one in enumerate(containers))


@given(st.lists(st.tuples(st.floats(-10, 10, width=32), st.floats(-10, 10, width=32)), min_size=1))
def test_probabilities_are_those_of_a_walk_down_each_tree(rows: list[tuple[float, float]]) -> None:
    columns = dict(zip("ab", np.array(rows, np.float32).T, strict=True))
    odds = [(-2 if a <= 1 else 1 if b <= 5 else 3) + (10 if b <= 0 else 20) for a, b in rows]
    assert np.allclose(probabilities(columns, TWO), 1 / (1 + np.exp(-np.array(odds, float))))


def test_the_trees_of_the_package_ask_for_features_that_there_are() -> None:
    blocks, containers = blocks_of(parse(PAGE))
    columns = features(blocks, containers, ["First line", "", ""], "A title")
    model = trees()
    assert set(model.names) <= set(columns)
    assert {len(column) for column in columns.values()} == {len(blocks)}
    assert all(np.isfinite(column).all() for column in columns.values())
    assert model.feature.max() < len(model.names)


@pytest.mark.parametrize("votes", [["", "", ""], ["First line\nA paragraph.", "tail", "x"]])
def test_a_page_of_one_block_can_be_judged(votes: list[str]) -> None:
    blocks, containers = blocks_of(parse("<p>One block only</p>"))
    assert article_of(blocks, containers, votes, "") in ("", "One block only")
    assert article_of([], containers, votes, "") == ""


def test_votes_tell_whole_lines_from_parts() -> None:
    blocks, containers = blocks_of(parse("<p>Home</p><p>A whole line of it</p><p>Not there at all</p>"))
    columns = features(blocks, containers, ["A whole line of it\nHomeward bound", "", ""], "")
    assert columns["vote0"].tolist() == [0.25, 1.0, 0.0]
    assert columns["vote0_until"].tolist()[0] == 1.0
