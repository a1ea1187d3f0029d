"""The page about a run: nothing of a corpus becomes markup, it stays small, and it is the same every time."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import orjson
import pytest
from running import clean, command

from cleaner.corpus import Corpus
from cleaner.reports import examples, html
from cleaner.reports.contexts import differences
from cleaner.reports.evidence import gather
from cleaner.reports.examples import Caps
from cleaner.reports.excerpts import excerpt, visible

HOSTILE = (
    "<script>document.title='taken'</script>",
    "</style></script><img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>more</a> \" onmouseover=\"alert(1)\" x='",
    "{{ 7 * 7 }} {% include 'x' %} ]]> --> <!-- &lt;b&gt; &#60;",
    "\u202egnol\u202c \u2066right\u2069 \u0007\u001b[31m",
)
#: Elements and attributes of the template: what else appears has come from the corpus.
ELEMENTS = frozenset(
    """a article b bdi body caption code del details div figcaption figure footer h1 h2 h3 h4 head header html ins label
    li line main mark meta nav option output p pre rect script section select span style summary svg table tbody td
    text th thead title tr ul""".split()  # noqa: SIM905
)
LINK = re.compile(r"#[a-z]+")


class Page(HTMLParser):
    """Collects elements, attributes, links, and text outside of script and style."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text: list[str] = []
        self.count = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.count += 1
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "action"}]

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_data(self, data: str) -> None:
        if self.lasttag not in {"script", "style"}:
            self.text.append(data)


def hostile_corpus(folder: Path) -> Path:
    """Documents of which every part that a report can show is hostile."""
    path = folder / "hostile.jsonl"
    shared = " ".join([*HOSTILE, *(f"word{number}" for number in range(40))])
    with path.open("wb") as file:
        for number in range(24):
            bad = HOSTILE[number % len(HOSTILE)]
            marked = f"â€œ{bad}â€\x9d wrote JoÃ£o {number}."
            lines = [f"Title {bad} {number}", f"By {bad}", f"ADVERTISEMENT {bad}", "Share this article"]
            lines += [f"Follow us on {bad}", f"{shared} {number}", marked, f"Sign up for our newsletter {bad}"]
            text = "\n\n".join(lines)
            record = {"id": f"{bad}-{number}", "source": bad, "text": text}
            file.write(orjson.dumps(record if number % 6 else {**record, "text": bad, "id": f"{bad}-6"}) + b"\n")
        file.write(b'{"<script>alert(1)</script>": 1}\n{"text": <script>}\n')
    return path


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    clean(hostile_corpus(folder), folder / "out", duplicates="flag")
    return folder / "out"


@pytest.fixture(scope="module")
def cleaned(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("reported") / "out"
    clean(corpus, out)
    return out


def test_nothing_of_the_corpus_becomes_markup(hostile: Path) -> None:
    text = html.render(Corpus(hostile))
    page = Page(text)
    assert page.elements <= ELEMENTS
    assert not any(name.startswith("on") or name == "style" for name in page.attributes)
    assert all(LINK.fullmatch(link) for link in page.links)
    assert "<script>document.title='taken'</script>" in "".join(page.text)
    assert text.count("<script") == text.count("<style") == 1


def test_what_is_hidden_in_the_corpus_is_shown(hostile: Path) -> None:
    text = html.render(Corpus(hostile))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u0000-\u0008\u001b]", text)
    assert "‹U+202E›" in text
    assert "{{ 7 * 7 }}" in "".join(Page(text).text)


def test_the_policy_admits_the_style_and_the_script_of_the_page_only(hostile: Path) -> None:
    text = html.render(Corpus(hostile))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    for name in ("style", "script"):
        inner = re.search(f"<{name}>(.*?)</{name}>", text, re.DOTALL)
        assert inner
        digest = base64.b64encode(hashlib.sha256(inner[1].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy[1].replace("&#39;", "'")
    assert "default-src 'none'" in policy[1].replace("&#39;", "'")
    assert not re.search(r"https?://", re.sub(r"<p class=.text.*?</p>", "", text, flags=re.DOTALL))


def test_a_page_is_the_same_every_time_and_says_what_the_run_did(cleaned: Path) -> None:
    text = html.render(Corpus(cleaned))
    assert html.render(Corpus(cleaned)) == text
    said = " ".join("".join(Page(text).text).split())
    counts = Corpus(cleaned).record["counts"]
    assert f"{counts['read']} records were read: {counts['kept']} kept" in said
    for name in ("newsletter-call", "mojibake", "north-times.example", "texts/picture.txt", "not text: a PNG image"):
        assert name in said
    assert "Cluster 1" in said


def test_every_part_of_the_page_has_a_name_and_every_link_a_target(cleaned: Path) -> None:
    text = html.render(Corpus(cleaned))
    names = re.findall(r' id="([^"]+)"', text)
    assert len(names) == len(set(names))
    wanted = re.findall(r'href="#([^"]+)"', text) + re.findall(r'aria-labelledby="([^"]+)"', text)
    assert set(wanted) <= set(names)
    assert text.startswith("<!DOCTYPE html>\n<html lang=")


def test_a_page_that_comes_out_too_large_shows_less(cleaned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = html.render(Corpus(cleaned))
    monkeypatch.setattr(html, "LARGEST", 40_000)
    less = html.render(Corpus(cleaned))
    assert len(less.encode()) <= 40_000 < len(whole.encode())
    assert Page(less).count < Page(whole).count


def test_of_a_large_corpus_only_a_part_is_read_and_every_cluster_has_its_passages(
    cleaned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = gather(Corpus(cleaned), Caps())
    read: list[str] = []
    every = Corpus.with_audit

    def counted(corpus: Corpus) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
        for document, trail in every(corpus):
            read.append(document["id"])
            yield document, trail

    monkeypatch.setattr(Corpus, "with_audit", counted)
    monkeypatch.setattr(examples, "LOOKED_AT", 10_000)
    part = gather(Corpus(cleaned), Caps())
    assert 0 < len(read) < 50
    assert part.clusters == whole.clusters
    assert all(match.passage[0][0] and match.kept[0][0] for cluster in part.clusters for match in cluster.matches)
    assert part.characters == whole.characters


def test_a_run_writes_the_page_unless_it_is_told_not_to(seeds: Path, tmp_path: Path) -> None:
    clean(seeds, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_bytes()
    assert page.decode() == html.render(Corpus(tmp_path / "out"))
    clean(seeds, tmp_path / "out", report=False)
    assert not (tmp_path / "out" / "report.html").exists()  # that of the run before would be wrong


def test_the_command_writes_the_page_where_it_is_told(cleaned: Path, tmp_path: Path) -> None:
    done = command("report", cleaned, "-o", "page.html", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "written to page.html\n")
    assert (tmp_path / "page.html").read_bytes().decode() == html.render(Corpus(cleaned))
    assert command("report", tmp_path, cwd=tmp_path).returncode == 2


@pytest.mark.parametrize(
    ("a", "b", "marked"),
    [
        ("the old bridge", "the new bridge", (["old"], ["new"])),
        ("the bridge", "the bridge", ([], [])),
        ("大桥今天开放", "大桥昨天开放", (["今"], ["昨"])),
        ("", "the bridge", ([], [])),
    ],
)
def test_differences_are_marked_by_words(a: str, b: str, marked: tuple[list[str], list[str]]) -> None:
    sides = differences(a, b)
    assert ["".join(text for text, _ in side) for side in sides] == [a, b]
    assert tuple([text for text, differs in side if differs] for side in sides) == marked


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("plain", "plain"),
        ("two\n\nlines\there", "two lines here"),
        ("\u202eevil\u00a0\u00ad", "‹U+202E›evil‹U+00A0›‹U+00AD›"),
        ("می‌خواهم 👩‍🚀", "می‌خواهم 👩‍🚀"),
        ("é ##[add-path]x", "é ## [add-path]x"),
        ("##[add-path]x", "## [add-path]x"),
    ],
)
def test_hidden_characters_are_shown(text: str, wanted: str) -> None:
    assert visible(text) == wanted


def test_an_excerpt_is_cut_with_an_ellipsis() -> None:
    assert excerpt("  " + "x" * 100, 10) == "x" * 9 + "…"
    assert excerpt(" short ", 10) == "short"
    assert excerpt("\u00a0", 10) == "‹U+00A0›"
