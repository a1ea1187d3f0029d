"""The evidence of all detectors, added up as log-odds: how likely each line is boilerplate."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.boilerplate.familiar import familiar
from cleaner.boilerplate.kernels import run
from cleaner.boilerplate.looks import Look
from cleaner.boilerplate.marks import Marks
from cleaner.lines import Lines

#: Log-odds: the model's weight and the intercept; what a template and a rule add, and the weight of their own.
#: Fitted by logistic regression on log-odds of lines whose site the model had not seen; the intercept is raised.
MODEL, INTERCEPT = 0.87, -0.2
TEMPLATE, RULE = (1.03, 1.13), (1.2, 0.52)
#: A template that is as sure as this removes a line at the balanced level whatever the model says.
CERTAIN, ALONE = 0.93, 0.75
#: A document that has more short lines than this between its paragraphs, and would lose less than that share of
#: all its lines, is rather a list or a table than a page: there a line needs CAUTION more log-odds.
INSIDE, PAGE, CAUTION = 40, 0.65, 2.0
#: Between the paragraphs of a document that would lose that share of its lines at least, lines are seen together: it
#: costs that much log-odds to go over from article to boilerplate, and back, and so much speaks for article.
SEVERAL, LEAVE, RETURN, ARTICLE = 0.3, 2.0, 1.0, 0.4
#: A sentence amid the article that the model takes for content as surely as this is no boilerplate by a rule alone.
CONTENT, DOUBT = 0.25, 0.45
_ENDS, _QUOTES = (".", "!", "…"), "\"'”’»)"
#: So much more log-odds a line needs in a document that is not in English, which is all that the model has learned.
UNFAMILIAR = 3.0


class Said(NamedTuple):
    """For each line the probability that it is boilerplate, by all detectors, and by each; float64 (lines,)."""

    united: NDArray[np.float64]
    by: dict[str, NDArray[np.float64]]


def weigh(look: Look, marks: Marks) -> Said:
    """Unite what the detectors say of each line."""
    lines, seen = look.lines, look.seen
    by = marks.said()
    known = look.detectors.templates
    template = np.zeros(len(lines)) if known is None else known.evidence(lines, look.sources, seen)
    rule, certain = by["rules"], np.maximum.reduce([by["captions"], by["fields"], by["threads"]])
    alone = np.maximum(rule, certain)
    if look.detectors.model is None:
        return Said(1 - (1 - template) * (1 - alone), {"templates": template, **by})
    logit = look.detectors.model.logit(lines, seen, look.score, look.prose)
    english = familiar(lines, seen, look.english)
    total = INTERCEPT + MODEL * logit - UNFAMILIAR * ~english
    for confidence, (base, weight) in ((template, TEMPLATE), (rule, RULE)):
        rows = np.flatnonzero(confidence > 0)
        total[rows] += base + weight * _logit(np.clip(confidence[rows], 0.05, 0.97))
    inside = _is_inside(look)
    together = np.where(inside & _loses(SEVERAL, lines, total), _together(lines, total - ARTICLE), total)
    is_list = inside & _has_many(look, inside) & ~_loses(PAGE, lines, total)
    united = _probability(np.minimum(total, together) - CAUTION * is_list)
    united = np.maximum(united, np.where(template >= CERTAIN, ALONE, 0))
    united, said = np.maximum(united, alone), _probability(logit)
    by_rule = (rule > 0) & (certain == 0) & (template < CERTAIN)
    doubtful = by_rule & english & (said < CONTENT) & inside
    for row in np.flatnonzero(doubtful).tolist():
        if lines.text[row].rstrip(_QUOTES).endswith(_ENDS):
            united[row] = min(united[row], DOUBT)
    return Said(united, {"model": said, "templates": template, **by})


def _is_inside(look: Look) -> NDArray[np.bool_]:
    """Say which lines have a paragraph of prose somewhere before and somewhere after them."""
    lines = look.lines
    number = np.zeros(len(lines) + 1, dtype=np.int64)
    np.cumsum(look.prose[0], out=number[1:])
    low, high = lines.first[:-1][lines.document], lines.first[1:][lines.document]
    return np.asarray((number[:-1] > number[low]) & (number[high] > number[1:]))


def _has_many(look: Look, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say which lines stand in a document with many short ones between its paragraphs."""
    lines = look.lines
    many = np.bincount(lines.document, inside & (look.prose[0] == 0), len(lines.texts)) > INSIDE
    return np.asarray(many[lines.document])


def _loses(share: float, lines: Lines, total: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which lines stand in a document that would lose that share of its lines."""
    gone = np.bincount(lines.document, total > 0, len(lines.texts))
    return np.asarray((gone >= share * np.diff(lines.first))[lines.document])


def _together(lines: Lines, total: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each line by how much the best course that removes it beats the best that keeps it.

    A course says of each line of a document whether it goes, and is worth the log-odds of those that go less what its
    changes cost. These are the max-marginals of a chain (J. Pearl, "Probabilistic Reasoning in Intelligent Systems",
    1988, chapter 5), two states a line.
    """
    out = total.copy()
    run(_courses, len(total) * 16, total, lines.first, LEAVE, RETURN, out)
    return out


def _courses(total: Any, first: Any, leave: Any, back: Any, out: Any) -> None:
    for document in range(len(first) - 1):
        gain = 0.0
        for row in range(first[document], first[document + 1]):
            gain = min(max(gain, -leave), back)
            out[row] += gain
            gain += total[row]
        gain = 0.0
        for row in range(first[document + 1] - 1, first[document] - 1, -1):
            gain = min(max(gain, -back), leave)
            out[row] += gain
            gain += total[row]


def _logit(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log(probability / (1 - probability))


def _probability(logit: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.clip(logit, -30, 30)))
