"""Lines seen together: the best courses of a document, against all courses there are."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cleaner.boilerplate import weigh
from cleaner.boilerplate.kernels import compiled
from cleaner.lines import Lines

ODDS = st.lists(st.integers(-24, 24).map(lambda value: value / 4), min_size=1, max_size=7)


def together(documents: list[list[float]]) -> list[float]:
    lines = Lines.of(["\n".join("a line" for _ in odds) for odds in documents])
    return weigh._together(lines, np.array([one for odds in documents for one in odds])).tolist()


def worth(course: tuple[bool, ...], odds: list[float]) -> float:
    changes = sum(weigh.LEAVE if after else weigh.RETURN for before, after in pairwise(course) if before is not after)
    return sum(one for goes, one in zip(course, odds, strict=True) if goes) - changes


@given(st.lists(ODDS, min_size=1, max_size=3))
def test_a_line_goes_by_the_best_course_of_its_document(documents: list[list[float]]) -> None:
    expected = []
    for odds in documents:
        courses = {course: worth(course, odds) for course in product((False, True), repeat=len(odds))}
        for row in range(len(odds)):
            best = [max(value for course, value in courses.items() if course[row] is goes) for goes in (True, False)]
            expected.append(best[0] - best[1])
    assert together(documents) == expected


def test_a_doubtful_line_goes_with_its_neighbours() -> None:
    content, doubtful, boilerplate = -3.0, 0.5, 3.0
    assert together([[content, doubtful, content]])[1] < 0 < together([[boilerplate, doubtful, boilerplate]])[1]


@given(st.lists(st.floats(-9, 9), max_size=30), st.integers(1, 5))
def test_compiled_courses_are_the_same(odds: list[float], size: int) -> None:
    total = np.array(odds)
    first = np.unique(np.r_[np.arange(0, len(odds), size), len(odds)])
    plain, fast = total.copy(), total.copy()
    weigh._courses(total.tolist(), first.tolist(), weigh.LEAVE, weigh.RETURN, plain)
    compiled(weigh._courses)(total, first, weigh.LEAVE, weigh.RETURN, fast)
    assert plain.tolist() == fast.tolist()
