from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.errors import RecordError
from cleaner.extract import Extracted, declared_charset, extract
from cleaner.extract.pages import DEEPEST_PAGE, LARGEST_PAGE, MOST_TAGS

CASES = pathlib.Path(__file__).parent / "cases"
PAGES: list[dict[str, Any]] = tomllib.loads((CASES / "extract.toml").read_text(encoding="utf-8"))["page"]
BYLINES: list[dict[str, Any]] = tomllib.loads((CASES / "bylines.toml").read_text(encoding="utf-8"))["byline"]
PROSE = "<p>The quick ferry left the harbour at nine, the captain said, and it came back before noon.</p>"
ORDER = """
import json, pathlib, sys
from cleaner.extract import extract
print(json.dumps([extract(pathlib.Path(one).read_text(encoding="utf-8")) for one in sys.argv[1:]]))
"""


def page(name: str) -> str:
    return (CASES / "pages" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("case", PAGES, ids=lambda case: case["file"])
def test_a_page_gives_its_article_and_metadata(case: dict[str, Any]) -> None:
    found = extract(page(case["file"]), case.get("url"))
    lines = found.text.split("\n")
    assert [phrase for phrase in case["has"] if not any(phrase in line for line in lines)] == []
    assert [phrase for phrase in case.get("lacks", []) if phrase in found.text] == []
    names = ("title", "published", "updated", "sitename", "language", "method")
    wanted = {name: case[name] for name in names if name in case}
    assert {name: getattr(found, name) for name in wanted} == wanted
    assert list(found.authors) == case.get("authors", [])
    assert found.url == case.get("address", case.get("url"))


@pytest.mark.parametrize("case", BYLINES, ids=lambda case: case["name"])
def test_a_byline_in_the_markup_names_the_authors(case: dict[str, Any]) -> None:
    found = extract(f"<h1>Council votes for trams</h1>{case['html']}{PROSE}{PROSE}")
    assert list(found.authors) == case["authors"]
    assert "The quick ferry left" in found.text


def test_each_paragraph_is_one_line() -> None:
    lines = extract(page("trams.html")).text.split("\n")
    assert all(lines)
    assert all(line == " ".join(line.split()) for line in lines)


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("", "empty page"),
        (" \n", "empty page"),
        ("A plain text in a file that is called .html, 5 < 6.", "no HTML tag"),
        ("<html><body></body></html>", "no article"),
        ("<!DOCTYPE html>", "cannot be read"),
        (page("frames.html"), "no article"),
        ("<html>" + "x" * LARGEST_PAGE, "over the limit"),
        ("<p>a" * (MOST_TAGS + 1), "400,001 tags"),
        (f"<body>{PROSE}{'<div>' * 10_000}{PROSE}{'</div>' * 10_000}", "deep"),
    ],
    ids=["empty", "blank", "plain", "no-body", "doctype", "frames", "large", "tags", "deep"],
)
def test_a_page_without_an_article_is_rejected_with_a_reason(html: str, reason: str) -> None:
    with pytest.raises(RecordError, match=reason):
        extract(html)


@pytest.mark.parametrize("deep", [250, 1_000, DEEPEST_PAGE - 10])
def test_text_below_many_elements_is_found(deep: int) -> None:
    assert "The quick ferry" in extract(f"<body>{'<div>' * deep}{PROSE * 9}{'</div>' * deep}</body>").text


@pytest.mark.parametrize(
    "html",
    [
        f"<body><article>{PROSE * 3}\x00\x0b\ufffe\ud800</article></body>",
        f'<body><article class="{"x " * 500_000}">{PROSE * 3}</article></body>',
        f'<?xml version="1.0" encoding="koi8-r"?><html><body>{PROSE * 3}</body></html>',
        f"<body>{'<b>' * 1_500}{PROSE * 3}</body>",
    ],
    ids=["control-characters", "huge-attribute", "charset-lie", "unclosed"],
)
def test_odd_pages_still_give_their_text(html: str) -> None:
    assert "The quick ferry left the harbour at nine" in extract(html).text


def test_a_page_of_very_many_elements_is_judged_without_votes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.extract.candidates.MOST_VOTED_TAGS", 20)
    monkeypatch.setattr("cleaner.extract.candidates.by_trafilatura", lambda tree: pytest.fail("asked for a vote"))
    assert extract(f"<body><article>{PROSE * 21}</article></body>").text.startswith("The quick ferry")


def test_a_way_that_fails_has_no_vote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trafilatura.bare_extraction", lambda *given, **named: 1 / 0)
    monkeypatch.setattr("htmldate.find_date", lambda *given, **named: 1 / 0)
    found = extract(page("broken.html"))
    assert "Nobody was killed" in found.text
    assert found.published is None


def test_a_page_of_too_many_lines_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.extract.MOST_BLOCKS", 9)
    with pytest.raises(RecordError, match="10 lines"):
        extract(f"<body>{PROSE * 10}</body>")


def test_the_result_does_not_depend_on_the_pages_before() -> None:
    files = [str(CASES / "pages" / case["file"]) for case in PAGES]

    def run(paths: list[str], seed: str) -> list[Any]:
        done = subprocess.run(
            [sys.executable, "-c", ORDER, *paths],
            capture_output=True, check=True, env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        found: list[Any] = json.loads(done.stdout)
        return found

    assert run(files, "1") == run([*files[::-1], *files], "2")[: len(files)][::-1]


MARKUP = ["<p>", "</p>", "<div class=x>", "</div>", "<br>", "<a href=/>", "</a>", "<td>", "text. ", "<table>", "<!--"]
MARKUP += ["-->", "&amp;", "&#0;", "<script>", "</script>", "<b", "\x01", "é。", "<h1>", "<title>", "</title>"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(MARKUP)))
def test_any_markup_gives_an_article_or_a_reason(parts: list[str]) -> None:
    found: Extracted | RecordError
    try:
        found = extract("".join(parts))
    except RecordError as error:
        found = error
    assert (found.text if isinstance(found, Extracted) else str(found)).strip()


@pytest.mark.parametrize(
    ("raw", "charset"),
    [
        (b"<meta charset=utf-8>", "utf-8"),
        (b'<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=koi8-r">', "koi8-r"),
        (b'<?xml version="1.0" encoding="ISO-8859-2"?><html>', "iso8859-2"),
        (b'<!-- <meta charset="koi8-r"> --><meta charset="latin-1">', "cp1252"),
        (b'<meta charset="gb2312">', "gb18030"),
        (b'<meta charset="utf-16le">', "utf-8"),
        (b'<meta charset="no-such-charset">', None),
        (b'<meta name="description" content="news"><p>text', None),
        (b"<!--" + b"-" * 10_000, None),
        (b"", None),
    ],
)
def test_the_declared_charset(raw: bytes, charset: str | None) -> None:
    assert declared_charset(raw) == charset
