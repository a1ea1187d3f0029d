from __future__ import annotations

import pytest

from cleaner.errors import RecordError
from cleaner.extract import declared_charset, extract

PAGE = """<html lang="en"><head><title>Council votes for trams</title></head><body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav><article><h1>Council votes for trams</h1>
<p>The town council voted on Monday to build the first tram line in sixty years, after nine hours.</p>
<p>The line will run from the station to the harbour, and the first cars are to arrive within three years.</p>
</article><footer>Copyright</footer></body></html>"""


def test_an_article_comes_one_paragraph_a_line() -> None:
    found = extract(PAGE, "https://example.org/trams")
    assert "The town council voted on Monday" in found.text
    assert "Sport" not in found.text
    assert found.title == "Council votes for trams"
    assert found.url == "https://example.org/trams"


@pytest.mark.parametrize("page", ["", "   ", "<html></html>", "<frameset><frame src='a.html'></frameset>"])
def test_a_page_without_an_article_is_rejected(page: str) -> None:
    with pytest.raises(RecordError):
        extract(page)


@pytest.mark.parametrize(
    ("raw", "charset"),
    [
        (b"<meta charset=utf-8>", "utf-8"),
        (b'<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=koi8-r">', "koi8-r"),
        (b'<?xml version="1.0" encoding="ISO-8859-2"?><html>', "iso8859-2"),
        (b'<!-- <meta charset="koi8-r"> --><meta charset="latin-1">', "cp1252"),
        (b'<meta charset="utf-16le">', "utf-8"),
        (b'<meta charset="no-such-charset">', None),
        (b'<meta name="description" content="news"><p>text', None),
        (b"", None),
    ],
)
def test_the_declared_charset(raw: bytes, charset: str | None) -> None:
    assert declared_charset(raw) == charset
