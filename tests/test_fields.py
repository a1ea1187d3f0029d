"""Header fields, and dates read without guessing."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner import dates, fields, header_lines, heads
from cleaner.boilerplate.marks import Mark
from cleaner.lines import Lines

CASES = tomllib.loads((Path(__file__).parent / "cases" / "fields.toml").read_text(encoding="utf-8"))["case"]
PROSE = "The council met in the old town hall on Monday to talk about the plan for the river, and stayed until late."


def read(text: str, others: tuple[Mark, ...] = ()) -> tuple[dict[str, Any], list[str]]:
    """Return the fields of a text and the lines that stay."""
    lines = Lines.of([text])
    marks = fields.match(lines, others)
    found: dict[str, Any] = {}
    for mark in marks:
        for name, value in (mark.fields or {}).items():
            found.setdefault(name, value)
    gone = {mark.row for mark in marks if mark.action == "remove"}
    return found, [line for row, line in enumerate(lines.text) if row not in gone]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["header"][-1])
def test_cases(case: dict[str, Any]) -> None:
    found, left = read("\n".join([*case["header"], PROSE]))
    assert found == case["fields"]
    assert left == [*case["left"], PROSE]


@pytest.mark.parametrize(
    ("line", "place", "agency"),
    [
        ("BEIJING (AP) \N{EM DASH} " + PROSE, "BEIJING", "AP"),
        ("SPRINGFIELD, Ill. (AP) - " + PROSE, "SPRINGFIELD, Ill.", "AP"),
        ("NEW YORK, Jan 12 (Reuters) - " + PROSE, "NEW YORK", "Reuters"),
    ],
)
def test_a_dateline_is_noted_and_stays(line: str, place: str, agency: str) -> None:
    found, left = read(line)
    assert (found["place"], found["agency"]) == (place, agency)
    assert left == [line]


def test_the_credit_of_a_photo_is_noted() -> None:
    assert read("(Photo : Valley Press) " + PROSE)[0] == {"photo_credit": "Valley Press"}


_NAMES = st.sampled_from(["Ann", "Lee", "Mc", "Staff", "Ap", "De", *(word.title() for word in header_lines._NOT_NAMES)])


@given(st.lists(_NAMES, min_size=1, max_size=9), st.sampled_from(["By ", "by ", "By  ", "By by ", ""]))
def test_a_plain_byline_says_what_it_would_word_by_word(names: list[str], label: str) -> None:
    text = label + " ".join(names)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(header_lines, "_BYLINE", re.compile("(?!)"))
        slowly = header_lines.header(0, text)
    assert header_lines.header(0, text) == slowly


def test_dates_that_share_a_clock_are_no_header() -> None:
    text = "* 11/19/2019 11:40 PM June 26, 2023 5 AM PT"
    first, second = dates.find(text)
    assert first.end > second.start
    assert header_lines.header(0, text) is None


def test_a_byline_of_names_alone_is_plain() -> None:
    assert header_lines._BYLINE.fullmatch("By Ann Lee")
    assert {"posted", "last", "on", "and", "editors"} <= header_lines._NOT_NAMES


_LABELS = st.sampled_from(
    [*filter(str.isascii, header_lines.LABEL_WORDS), "On", "AT", "\x1c", *" :/|1aB", "12 May 2011"]
)


@given(st.lists(_LABELS, max_size=8).map("".join), st.sampled_from([str, str.upper, str.title]))
def test_labels_of_ascii_are_found_in_lower_case_as_in_any(text: str, cased: Callable[[str], str]) -> None:
    text = cased(text)
    found = [(one.span(), one.lastgroup) for one in header_lines.LABEL.finditer(text)]
    assert [(one.span(), one.lastgroup) for one in header_lines._PLAIN_LABEL.finditer(text.lower())] == found


def test_no_letter_of_a_label_is_another_case_of_one_of_ascii() -> None:
    letters = {letter for word in header_lines.LABEL_WORDS for letter in word if not letter.isascii()}
    assert letters
    assert min(code for letter in letters for code in heads._any_case(letter)) > 127


_PIECES = st.sampled_from(
    [
        *(
            "photo",
            "Pictures",
            "\u0130mage",
            "cred\u0131t",
            "CREDIT\u017f",
            "getty ",
            "GETTY",
            " Images",
            "image\u017f",
        ),
        *" :bByYs",
    ]
)


@given(st.lists(_PIECES, max_size=6).map("".join))
def test_a_line_without_colon_by_or_getty_names_no_photo(text: str) -> None:
    line = f"Council votes on {text} of the rain"
    assert fields._is_title(line) == (not fields._CREDIT.search(line) and not header_lines.LABEL.match(line))


def test_lines_that_rules_take_out_are_no_title() -> None:
    text = f"Make DV your own new homepage\nCouncil votes on the plan for the river\n{PROSE}"
    assert read(text)[0]["title"] == "Make DV your own new homepage"
    assert (
        read(text, (Mark(0, "rules", "homepage-call", 0.9),))[0]["title"] == "Council votes on the plan for the river"
    )


def test_the_section_is_noted() -> None:
    assert read(f"World\n{PROSE}", (Mark(0, "rules", "section-name", 0.8),))[0]["section"] == "World"


def test_a_page_clock_is_no_date_of_publication_but_a_clock_under_the_title_is() -> None:
    assert read(f"01/22/2025 04:56:48 am\nCouncil votes on the river plan\n{PROSE}")[0].get("published") is None
    found = read(f"Council votes on the river plan\n01/22/2025 04:56:48 am\n{PROSE}")[0]
    assert found["published"] == "2025-01-22T04:56:48"


def test_lines_in_the_middle_are_left_alone() -> None:
    text = "\n".join([PROSE] * 6 + ["12 March 2019"] + [PROSE] * 6)
    assert read(text) == ({}, text.split("\n"))


def test_documents_do_not_see_each_other() -> None:
    lines = Lines.of([f"Published 03/04/2025\n{PROSE}", f"Published 15/04/2025\n{PROSE}"])
    assert [mark.fields for mark in fields.match(lines)] == [
        {"published": "03/04/2025", "ambiguous": ["published"]},
        {"published": "2025-04-15"},
    ]


@pytest.mark.parametrize(
    "text", ["1/1/2020 " * 20_000, "By " * 50_000, "Monday " * 50_000, "12:" * 60_000, "Jan 1 " * 30_000]
)
def test_hostile_lines_take_bounded_time(text: str) -> None:
    assert len(fields.match(Lines.of([text, "\n".join([text[:190]] * 50)]))) <= 50


@given(st.datetimes(min_value=datetime.datetime(1950, 1, 1), max_value=datetime.datetime(2099, 1, 1)))
def test_dates_come_back_as_they_were_written(moment: datetime.datetime) -> None:
    day = moment.date().isoformat()
    for form in ("%A, %d %B %Y", "%B %d, %Y", "%Y/%m/%d", "%Y-%m-%d", "%d %b %Y"):
        (found,) = dates.find(moment.strftime(form))
        assert found.value == day
    (found,) = dates.find(moment.strftime("%d %B %Y, %I:%M %p"))
    assert found.value == f"{day}T{moment:%H:%M}"


@given(st.dates(min_value=datetime.date(1950, 1, 1), max_value=datetime.date(2099, 1, 1)))
def test_the_order_of_day_and_month_is_never_guessed(day: datetime.date) -> None:
    for form, order in (("%d/%m/%Y", "day"), ("%m/%d/%Y", "month")):
        written = day.strftime(form)
        (plain,) = dates.find(written)
        assert plain.value == (written if plain.evidence == "ambiguous" else day.isoformat())
        assert (plain.evidence == "ambiguous") == (day.day <= 12 and day.day != day.month)
        (known,) = dates.find(written, order)
        assert known.value == day.isoformat()


@given(st.text(alphabet="0123456789/:-., JanMayPMT()年月日", max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    for found in dates.find(text):
        assert 0 <= found.start < found.end <= len(text)


def test_a_label_is_of_the_line_just_below_it_alone() -> None:
    prose = "The council met on Monday and spoke for hours about the bridge, which nobody had crossed for a year."
    text = "\n\n".join(
        ["A bridge for the valley", "Published:", *[f"{prose} {n}" for n in range(30)], "3 May 2021", "a", "b"]
    )
    lines = Lines.of([text])
    labels = [mark.row for mark in fields.match(lines) if mark.rule == "label"]
    assert all(lines.text[row] == "Published:" for row in labels)


@given(st.text(alphabet="0123456789/.-: aMoy", max_size=40))
def test_only_numeric_dates_show_an_order(text: str) -> None:
    shown = {found.order for found in dates.find(text)} - {""}
    assert fields._NUMERIC.search(text) or not shown
    assert fields._NUMERIC.search(text) or dates.find(text, "day") == dates.find(text, "month")
