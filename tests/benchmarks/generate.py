"""A made-up news corpus, the same for the same seed and size.

    python tests/benchmarks/generate.py --megabytes 20 --output corpus.jsonl

Articles in six languages, of three hundred sources that each have their own lines around the text; some texts are
damaged (mojibake, entities), some articles are wire copies of earlier ones with a few words changed, some take over
single paragraphs. Words are made of syllables and drawn by Zipf's law, the most frequent ones are real.
"""

from __future__ import annotations

import argparse
import html
import json
import random
import tomllib
from collections import deque
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

WORDS = 12_000
SOURCES = 300
#: Articles that later ones may copy from.
REMEMBERED = 4_000
STRAIGHT = str.maketrans("“”„«»", '"' * 5)


class Language(NamedTuple):
    """What articles of one language are made of (see languages.toml)."""

    code: str
    share: float
    frequent: str
    syllables: str
    endings: str
    quotes: list[str]
    said: str
    by: str
    space: str
    around: list[str]


def languages() -> list[Language]:
    """The languages of the corpus."""
    text = Path(__file__).with_name("languages.toml").read_text(encoding="utf-8")
    return [Language(**one) for one in tomllib.loads(text)["language"]]


class Writer:
    """Writes words, sentences and paragraphs of one language."""

    def __init__(self, language: Language, chance: random.Random) -> None:
        self.language, self.chance = language, chance
        syllables, endings = language.syllables.split(), ["", "", *language.endings.split()]
        vocabulary = dict.fromkeys(language.frequent.split())
        while len(vocabulary) < WORDS:
            stem = "".join(chance.choices(syllables, k=chance.choice((1, 2, 2, 2, 3))))
            vocabulary[stem + chance.choice(endings)] = None
        self.words = list(vocabulary)
        self.weights = list(accumulate(1 / place**1.02 for place in range(2, len(self.words) + 2)))
        self.names = [word.capitalize() for word in self.words[400:2400] if len(word) > 3] or self.words[400:2400]

    def some(self, least: int, most: int) -> list[str]:
        """Between ``least`` and ``most`` words."""
        return self.chance.choices(self.words, cum_weights=self.weights, k=self.chance.randint(least, most))

    def name(self) -> str:
        """A person's or a place's name."""
        return self.language.space.join(self.chance.choices(self.names, k=2))

    def phrase(self, least: int, most: int) -> str:
        """Words with a capital letter at the start and no stop."""
        text = self.language.space.join(self.some(least, most))
        return text[:1].upper() + text[1:]

    def sentence(self) -> str:
        """A statement or a quotation, some with names and numbers."""
        chance, space, words = self.chance, self.language.space, self.some(7, 34)
        if chance.random() < 0.55:
            words[chance.randrange(len(words))] = self.name()
        if chance.random() < 0.3:
            words[chance.randrange(len(words))] = str(chance.randint(2, 30_000))
        if len(words) > 12:
            words[len(words) // 2] += "," if space else "，"
        text = space.join(words)
        text = text[:1].upper() + text[1:]
        if chance.random() < 0.15:
            opened, closed = self.language.quotes
            return f"{opened}{text}{closed}, {self.language.said} {self.name()}."
        return text + (("?" if chance.random() < 0.03 else ".") if space else "。")

    def paragraph(self) -> str:
        """One to four sentences."""
        return self.language.space.join(self.sentence() for _ in range(self.chance.randint(1, 4)))


class Site(NamedTuple):
    """A source: its language, and the lines that stand before, between and after the paragraphs of each article.

    ``quotes`` says which quotation marks become straight ones, and ``gap`` what stands between two paragraphs.
    """

    name: str
    writer: Writer
    before: tuple[str, ...]
    between: tuple[str, ...]
    after: tuple[str, ...]
    gap: str
    quotes: dict[int, int]


def _site(number: int, writers: list[Writer], chance: random.Random) -> Site:
    (writer,) = chance.choices(writers, weights=[writer.language.share for writer in writers])
    name = f"{writer.name()} {chance.choice(('Times', 'Post', 'Herald', 'Journal', 'Online'))}"
    lines = chance.sample(writer.language.around, k=min(5, len(writer.language.around)))
    after, gap = tuple(lines[2 : chance.randint(3, 5)]), chance.choice(("\n", "\n\n", "\n\n"))
    quotes = STRAIGHT if chance.random() < 0.5 else {}
    return Site(f"{name} {number}", writer, tuple(lines[:1]), tuple(lines[1:2]), after, gap, quotes)


def _changed(paragraph: str, writer: Writer, rate: float) -> str:
    """A copy in which about ``rate`` of the words are replaced, left out or doubled."""
    space, chance = writer.language.space, writer.chance
    words = paragraph.split(space) if space else list(paragraph)
    for _ in range(round(rate * len(words))):
        place = chance.randrange(len(words))
        words[place : place + 1] = chance.choice((writer.some(1, 1), [], [words[place], *writer.some(1, 1)]))
        if not words:
            return paragraph
    return space.join(words)


def _damaged(text: str, chance: random.Random) -> str:
    """A few texts come with characters of a wrong code page, twice wrong ones, or entities."""
    luck = chance.random()
    if luck < 0.015:
        return html.escape(text)
    if luck < 0.045 and not text.isascii():
        wrong = chance.choice(("cp1252", "cp1252", "latin-1"))
        for _ in range(2 if luck < 0.02 else 1):
            text = "".join(_misread(byte, wrong) for byte in text.encode())
    return text


def _misread(byte: int, encoding: str) -> str:
    try:
        return bytes([byte]).decode(encoding)
    except UnicodeDecodeError:
        return chr(byte)


class Article(NamedTuple):
    """A title and paragraphs, to copy from."""

    writer: Writer
    title: str
    paragraphs: list[str]


def _article(writer: Writer, earlier: deque[Article], chance: random.Random) -> Article:
    luck = chance.random()
    model = chance.choice(earlier) if earlier else None
    if model and luck < 0.07 and model.writer is writer:
        rate = chance.choice((0.0, 0.0, 0.02, 0.05, 0.1))
        copies = [_changed(one, writer, rate) for one in model.paragraphs if chance.random() < 0.93]
        return Article(writer, model.title, copies or model.paragraphs)
    length = max(500.0, chance.lognormvariate(7.9, 0.5)) / (1 if writer.language.space else 3)
    paragraphs: list[str] = []
    while sum(map(len, paragraphs)) < length:
        paragraphs.append(writer.paragraph())
    if model and luck < 0.2 and model.writer is writer:
        copy = _changed(chance.choice(model.paragraphs), writer, chance.choice((0.0, 0.03, 0.08, 0.15)))
        paragraphs.insert(chance.randint(0, len(paragraphs)), copy)
    return Article(writer, writer.phrase(6, 11), paragraphs)


def _page(site: Site, article: Article, chance: random.Random) -> tuple[str, str]:
    """The text as a scraper leaves it, and the day of publication."""
    writer, (year, month, day) = site.writer, (chance.randint(2012, 2025), chance.randint(1, 12), chance.randint(1, 28))

    def line(pattern: str) -> str:
        return pattern.format(site=site.name, year=year, words=writer.phrase(4, 8) if "{words}" in pattern else "")

    lines = [line(one) for one in site.before if chance.random() < 0.6]
    lines += [article.title, f"{writer.language.by} {writer.name()} | {day:02d}.{month:02d}.{year} {day % 24:02d}:30"]
    lines += article.paragraphs
    if len(lines) > 5 and chance.random() < 0.5:
        lines[5:5] = map(line, site.between)
    lines += map(line, site.after)
    return site.gap.join(lines).translate(site.quotes), f"{year}-{month:02d}-{day:02d}"


def documents(seed: int = 7) -> Iterator[dict[str, str]]:
    """Yield records without end: id, source, url, date, text."""
    chance = random.Random(seed)
    writers = [Writer(language, chance) for language in languages()]
    sites = [_site(number, writers, chance) for number in range(SOURCES)]
    weights = list(accumulate(1 / place for place in range(1, SOURCES + 1)))
    earlier: deque[Article] = deque(maxlen=REMEMBERED)
    number = 0
    while True:
        (site,) = chance.choices(sites, cum_weights=weights)
        article = _article(site.writer, earlier, chance)
        earlier.append(article)
        text, date = _page(site, article, chance)
        host = f"site{sites.index(site)}.example"
        yield {"id": f"d{number:08d}", "source": host, "url": f"https://{host}/{number}", "date": date,
               "text": _damaged(text, chance)}  # fmt: skip
        number += 1


def write_corpus(path: Path, megabytes: float, seed: int = 7) -> None:
    """Write records as JSON lines until the file has ``megabytes`` (1 MB is 1,000,000 bytes)."""
    size = 0
    with path.open("wb") as file:
        for record in documents(seed):
            line = json.dumps(record, ensure_ascii=False).encode() + b"\n"
            file.write(line)
            size += len(line)
            if size >= megabytes * 1e6:
                return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--output", type=Path, required=True)
    given = parser.parse_args()
    write_corpus(given.output, given.megabytes, given.seed)


if __name__ == "__main__":
    main()
