"""What the tests share: the seeds, a made-up corpus that visits every stage, and ways to run."""

from __future__ import annotations

import os
import random
import signal
import sys
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))  # so that tests in folders find ``running`` too

ROOT = Path(__file__).parent.parent

# A busy machine must not fail a test, and CI must not find by chance what no change has brought.
settings.register_profile(
    "steady", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("steady")

# A shell starts what runs in the background deaf to interrupts, and with it all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

PEOPLE = ("Mara Oduya", "Piet Lindqvist", "Ana Corvo", "Tomasz Brandt", "Lena Achterberg", "Joao Pires")
PLACES = ("Harwick", "Elmstead", "Port Saray", "Nordby", "Vallis", "Quarrytown", "Lower Teal")
WORDS = """accounts agreed ancient another answer around asked bakery balance because before below between
    bridge broken budget building called canal careful centre children clerk closed cold common council cranes
    crossing customs dawn debate delayed doctor downstream early eastern engine evening failed farmers ferry field
    fifteen finished flooded forest former found garden granite growing harvest heavy hidden hired hospital houses
    however inquiry inside island judge kitchen ladder lantern large later lawyer letters library little local
    market meeting metal midnight miners minor morning mountain narrow nearby neither northern nurse officials
    opened orchard outside painted paper patient pilots plain planned police prices promised proposed quarry quiet
    railway rainfall reached recent refused repair residents river rooms route sailors saved school seldom shore
    signal silent sixty slate slowly southern spring stations steel storm street surveyed teachers tenants theatre
    timber tower trains tunnel unless valley village voted waited walls warehouse water western window winter
    without workers yards""".split()  # noqa: SIM905
NEWSLETTER = "Sign up for our daily newsletter and never miss a story"
SHARED = (
    "Residents of the old quarter said on Thursday that nobody had told them about the works, which began "
    "before dawn with two excavators and a crane, and which will block the only road to the hospital for weeks."
)
CHANGES = (
    ("Thursday", "Monday"),
    ("nobody", "no one"),
    ("dawn", "sunrise"),
    ("excavators", "diggers"),
    ("weeks", "months"),
)


def phrase(chance: random.Random, low: int, high: int) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(low, high)))


def sentence(chance: random.Random) -> str:
    said = f"“{phrase(chance, 6, 12).capitalize()},”" if chance.random() < 0.3 else f"The {phrase(chance, 6, 12)},"
    return f"{said} in {chance.choice(PLACES)}, said {chance.choice(PEOPLE)}, {phrase(chance, 4, 9)}."


def article(chance: random.Random, number: int, source: str) -> str:
    """Title, byline, paragraphs, lines of the page around them; each tenth has a passage of others, with a change."""
    lines = [phrase(chance, 5, 9).capitalize(), "", f"By {chance.choice(PEOPLE)}", ""]
    for _ in range(chance.randint(2, 5)):
        lines += [" ".join(sentence(chance) for _ in range(chance.randint(1, 3))), ""]
    if number % 10 == 0:
        lines += [SHARED.replace(*CHANGES[number // 10 % len(CHANGES)]), ""]
    if number % 3 == 0:
        lines += [f"{NEWSLETTER} from {source}.", "Share this article", ""]
    if number % 4 == 0:
        lines.insert(4, "ADVERTISEMENT")
    text = "\n".join(lines).rstrip() + "\n"
    if number % 14 == 0:
        text += f"The {phrase(chance, 5, 9)}, and â€œnobody doesnâ€™t waitâ€\x9d, wrote JoÃ£o.\n"
    return text


def write_corpus(folder: Path) -> None:
    """About 200 documents: JSON lines with and without ids, text files in several encodings, and bad records."""
    chance = random.Random(20240229)  # the same in every run
    sources = ("north-times.example", "harbour-news.example", "vallis-post.example")
    lines = []
    for number in range(110):
        source = sources[number % 3]
        record = {"text": article(chance, number, source), "source": source, "section": {"page": number}}
        if number % 2:
            record["id"] = f"story-{number:03d}"
        if number % 4 != 3:
            record["date"] = f"2023-{number % 12 + 1:02d}-{number % 28 + 1:02d}T08:00:00Z"
        lines.append(orjson.dumps(record))
    lines[20:20] = [b"{not json", orjson.dumps({"section": 3}), orjson.dumps({"id": "story-001", "text": "again"})]
    (folder / "wire.jsonl").write_bytes(b"\n".join(lines[:70]) + b"\n")
    (folder / "later.jsonl").write_bytes(b"\n".join(lines[70:]))
    for number in range(110, 200):
        path = folder / "texts" / f"{number % 4}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        codec = ("utf-8", "utf-8-sig", "utf-16", "cp1252")[number % 4]
        text = article(chance, number, "the harbour").replace("\n", "\r\n" if number % 6 == 0 else "\n")
        path.write_bytes(text.encode(codec, "replace"))
    (folder / "texts" / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    (folder / "texts" / "empty.txt").write_bytes(b"")


@pytest.fixture(scope="session")
def seeds() -> Path:
    return ROOT / "seeds"


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the made-up corpus; it is not to be changed."""
    folder = tmp_path_factory.mktemp("corpus")
    write_corpus(folder)
    return folder


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the person who runs the tests must not reach them."""
    for name in list(os.environ):
        if name.startswith("CLEANER_"):
            monkeypatch.delenv(name)
