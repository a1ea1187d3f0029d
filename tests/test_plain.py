"""The proof of the fast path: what is plain is left alone by every repair.

CLEANER_LONG=1 checks every character of the basic plane in more places, and many more random strings.
"""

import os
import random
import re
from itertools import product

import pytest
from ftfy.badness import BADNESS_RE, MOJIBAKE_CATEGORIES, is_bad

from cleaner.encoding.mojibake import suspected
from cleaner.encoding.options import RepairOptions
from cleaner.encoding.plain import plain
from cleaner.encoding.repair import REPAIRS

LONG = bool(os.environ.get("CLEANER_LONG"))
OPTIONS = RepairOptions(spaces="all")
PLACES = [("", ""), ("a", "a"), ("a", "s"), (" ", "a"), ("a", " "), (".", "\n"), ("Z", "Z"), ("1", "2")]
# The places of quotation marks and dashes, and the letters and signs that mojibake and escapes are made of.
ALPHABET = (
    "’‘£•“”–—…éèêëáàâäåçíïñóôöøúü" * 6 + "abstdmrvleZ019 .,;:!?()'\"\n\t" * 5 + "&#;%=\\<>uxACE80"
    "°®©½L$ÃÂ€œ™\x80\x9d\xa0\xad«»ŒÒÕÐÑаяЪαω日\u200b\u2028\ufeff\r\x1b\u0301ﬁ"
)


def changed_by(text: str) -> list[str]:
    return [one.name for one in REPAIRS for line in text.split("\n") if one.function(line, OPTIONS) != line]


def test_every_character_in_its_places() -> None:
    places = [(a, b) for a in "aZ0 .\n" for b in "aZ0 .\n"] if LONG else PLACES
    checked = 0
    for code in [*range(0xD800), *range(0xE000, 0x10000)]:
        for before, after in places:
            text = f"{before}{chr(code)}{after}"
            if plain(text):
                checked += 1
                assert changed_by(text) == [], text
    assert checked > 500


def test_random_strings() -> None:
    chance = random.Random(11)
    checked = 0
    for _ in range(600_000 if LONG else 40_000):
        text = "".join(chance.choices(ALPHABET, k=chance.randint(2, 12)))
        if plain(text):
            checked += 1
            assert changed_by(text) == [], text
    assert checked > 500


def test_a_line_without_its_signs_is_no_work_for_a_repair() -> None:
    chance = random.Random(12)
    every = [chr(code) for code in [*range(0xD800), *range(0xE000, 0x10000)]]
    lines = ["".join(chance.choices(ALPHABET, k=chance.randint(2, 12))) for _ in range(20_000)]
    for line in [*every, *lines]:
        for one in REPAIRS:
            assert one.signs.search(line) or one.function(line, OPTIONS) == line, (one.name, line)


def test_mojibake_is_suspected_where_ftfy_sees_it() -> None:
    of_signs = re.compile(f"[{''.join(MOJIBAKE_CATEGORIES.values())}]")
    known = [char for char in map(chr, range(0x80, 0x10000)) if of_signs.match(char) or char in BADNESS_RE.pattern]
    bad = 0
    pairs = [f"a{first} {first}{second}a" for first, second in product(known, known)]
    triples = ["".join(three) + "a" for three in product(known, "’‘“”–—…éąж", "’‘“”–—…éąж")]
    for line in pairs + triples:
        bad += is_bad(line)
        assert suspected(line) == is_bad(line), line
    assert bad > 1000


@pytest.mark.parametrize(
    "text",
    ["", "It’s a “test” – of 5% — and more…\n“Yes,” he said.", "Café society\nNo naïve view", "AT & T = 3"],
)
def test_prose_is_plain(text: str) -> None:
    assert plain(text)


@pytest.mark.parametrize("text", ["CafÃ©", "don&#8217t", "caf=C3=A9", "a\x00b", "donâ€™t", "a\u200bb", "tabs\r\n"])
def test_damage_is_not_plain(text: str) -> None:
    assert not plain(text)
