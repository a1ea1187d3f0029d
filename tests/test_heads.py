"""The first look at headers: no line that says something is missed, in any language, plain and compiled."""

from __future__ import annotations

import random
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import dates, fields, heads
from cleaner.boilerplate import kernels
from cleaner.header_lines import LABEL_WORDS, header, label_alone
from cleaner.lines import Lines

CASES = tomllib.loads((Path(__file__).parent / "cases" / "fields.toml").read_text(encoding="utf-8"))["case"]
ALL = heads.HEADER | heads.NUMERIC | heads.TITLE | heads.NOTE
NOTES = (
    "BEIJING (AP) \u2014 The council met.",
    "NEW YORK, Jan 12 (Reuters) - It rained.",
    "(Photo: Valley Press) Rain",
    "\u0130mage credit: Ann Lee",
    "bild: Ann Lee",
    "Ann Lee, with inputs from Valley News",
    "12/03/2019, 03.12.19 and 2019-03-12 were read out by Ann to the whole council in the old hall of the town " * 3,
)


def written() -> list[str]:
    """Return headers in all languages, and the same in other cases, cut, glued and with others after them."""
    pick = random.Random(3)
    texts = [line for case in CASES for line in case["header"]] + list(NOTES)
    labels = sorted(LABEL_WORDS)
    texts += [
        f"{label} {pick.choice(['12 March 2019', '2019/3/1 10:15', 'Ann Lee', '3.4.19', ''])}" for label in labels
    ]
    texts += [f"\u2022 {label}: 03/04/2025 10:15" for label in labels]
    for text in list(texts):
        at = pick.randrange(len(text) + 1)
        texts += [text.upper(), text[:at], text[at:], f"{text} {pick.choice(texts)}", f"- {text}", text.swapcase()]
        texts.append(text[:at] + pick.choice([" ", "7", "\u0663", "\U0001d7d7", "/", "("]) + text[at:])
    return [text.strip() for text in texts if text.strip() and "\n" not in text]


def test_what_a_line_says_is_possible() -> None:
    lines = Lines.of(["\n".join(written())])
    kinds = heads.possible(lines, np.arange(len(lines)), LABEL_WORDS).tolist()
    said = dict.fromkeys((heads.HEADER, heads.NUMERIC, heads.TITLE, heads.NOTE), 0)
    for text, kind in zip(lines.text, kinds, strict=True):
        due = {
            heads.HEADER: bool(label_alone(text)) or any(header(0, text, "", label) for label in ("", "updated")),
            heads.NUMERIC: bool(fields._NUMERIC.search(text[: heads.LONGEST])),
            heads.TITLE: fields._is_title(text),
            heads.NOTE: bool(list(fields._notes(0, text))),
        }
        for bit, is_due in due.items():
            said[bit] += is_due
            assert kind & bit or not is_due, (text, bit)
    assert min(said.values()) > 15
    assert 0 in kinds


@settings(deadline=None)
@given(st.lists(st.text("By 0123456789/:-., Janwithfom()\u2022\u5e74\u6708", min_size=1, max_size=60), max_size=6))
def test_dates_and_labels_are_possible(texts: list[str]) -> None:
    lines = Lines.of(["\n".join(texts)])
    kinds = heads.possible(lines, np.arange(len(lines)), LABEL_WORDS).tolist()
    for text, kind in zip(lines.text, kinds, strict=True):
        assert kind & heads.HEADER or header(0, text) is None
        assert kind & heads.HEADER or not (dates.find(text) and len(text.split()) <= heads.WORDS)


def test_the_first_look_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pick = random.Random(5)
    prose = (
        "The council met in the old town hall on Monday to talk about the plan for the river, and stayed until late."
    )
    texts = written()
    documents = ["\n".join([*pick.sample(texts, 7), prose, prose, *pick.sample(texts, 5)]) for _ in range(400)]
    lines = Lines.of(documents)
    found = fields.match(lines)
    monkeypatch.setattr(fields, "possible", lambda lines, rows, labels: np.full(len(rows), ALL, dtype=np.uint8))
    assert fields.match(lines) == found
    assert len(found) > 400


def test_plain_and_compiled_looks_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = Lines.of(["\n".join(written())])
    kinds = []
    for plain in (1 << 40, -1):
        monkeypatch.setattr(kernels, "PLAIN", plain)
        kernels.compiled.cache_clear()
        kinds.append(heads.possible(lines, np.arange(len(lines)), LABEL_WORDS).tolist())
    assert kinds[0] == kinds[1]


def test_any_case_of_the_first_letters_is_known() -> None:
    signs = "".join(map(chr, range(65536)))
    for letter in sorted({letter for word in LABEL_WORDS for letter in word[:4]}):
        same = {ord(one) for one in re.findall(re.escape(letter), signs, re.IGNORECASE)}
        assert same == set(heads._any_case(letter)), letter
    assert min(len(word.rstrip(":")) for word in LABEL_WORDS) > 1
