"""The proof of the fast path for batches: no repair changes a line that the compiled scan takes for sound.

CLEANER_LONG=1 checks every character of the basic plane in more places, and many more random strings.
"""

import os
import random
from itertools import product

import numpy as np
import pyarrow as pa
import pytest
from ftfy.badness import BADNESS_RE, is_bad

from cleaner.encoding import REPAIRS, RepairOptions, repair, repair_batch
from cleaner.encoding.judge import cost
from cleaner.encoding.mixups import GAIN
from cleaner.encoding.scan import doubtful, sound
from cleaner.encoding.scan_tables import made, tables

LONG = bool(os.environ.get("CLEANER_LONG"))
#: What changes most, and what kernels decide by the spaces around.
ALL, BETWEEN = RepairOptions(spaces="all"), RepairOptions()
PLACES = [("", ""), ("a", "a"), ("a", "s"), (" ", "a"), ("a", " "), (".", "“"), ("Z", "Z"), ("1", "2"), ("я", "Я")]
PIECES = [
    *("’‘£•“”„‚–—…«»¿¡éèêëáàâäåçíïñóôöøúüßÖÉãõąćęłńśźżăşţğıčďěřšťůžđœŒ" * 3),
    *("abstdmrvleZ019 .,;:!?()'\"-_\t" * 4),
    *("&#;%=\\<>uxACE80°®©½²ªº$ÃÂ€™\x80\x9d\xa0\xad\u2009\u202f\u3000ŒÒÕÐÑ\u200b\u2028\ufeff\r\x1b\u0301ﬁ，Ａ"),
    *("авеинорстьюяАВЕНЯ" * 2 + "αεηιοςτάήίΑΕΟ" * 2 + "的一是了在日本語のはをカ、。「」한국이鬯礎"),
    *[
        "the ",
        " of ",
        "and ",
        " der ",
        "und ",
        "die ",
        "el ",
        "los ",
        "que ",
        "le ",
        " est ",
        " na ",
        " je ",
        " ve ",
        "rock",
    ],
    *(
        "из",
        "на",
        "και",
        "u2019",
        "donít",
        " ½ ",
        "km²",
        "😀",
        "─",
        "İ",
        "K",
        "ʼ",
        "m³",
        "о",
        " – s ",
        "e–b ",
        "ǅ",
        "อ",
        "ा",
        "א",
    ),
]


def changed_by(text: str, options: RepairOptions) -> list[str]:
    return [one.name for one in REPAIRS for line in text.split("\n") if one.function(line, options) != line]


def check(texts: list[str], options: RepairOptions) -> int:
    """How many of the texts are proved; what is proved must be left alone by every repair."""
    doubts = doubtful(pa.array(texts, pa.large_string()), options)
    proved = 0
    for number, text in enumerate(texts):
        if number not in doubts:
            proved += 1
            assert changed_by(text, options) == [], ascii(text)
            assert all(cost(line) < GAIN for line in text.split("\n")), ascii(text)
        elif set(doubts[number].values()) == {True} and not any(map(is_bad, text.split("\n"))):
            assert changed_by(text, options) == [], ascii(text)
    return proved


@pytest.mark.parametrize("options", [ALL, BETWEEN], ids=["all", "between"])
def test_every_character_in_its_places(options: RepairOptions) -> None:
    places = [(a, b) for a in "aZ0 .яあ“" for b in "aZ0 .яあ“"] if LONG else PLACES
    every = [chr(code) for code in [*range(0x3100 if not LONG else 0xD800), *range(0xE000, 0x10000, 1 if LONG else 7)]]
    assert check([f"{before}{char}{after}" for before, after in places for char in every], options) > 10_000


@pytest.mark.parametrize("options", [ALL, BETWEEN], ids=["all", "between"])
def test_random_strings(options: RepairOptions) -> None:
    chance = random.Random(13)
    texts = ["".join(chance.choices(PIECES, k=chance.randint(2, 14))) for _ in range(400_000 if LONG else 12_000)]
    assert check(texts, options) > len(texts) // 40


def test_mojibake_is_suspected_where_ftfy_sees_it() -> None:
    known = [char for char in map(chr, range(0xA0, 0x2600)) if char in BADNESS_RE.pattern or char in "ÀßÒöõűůĐĄžбЖωΏ、"]
    pairs = [
        f"{before}{first}{second}{after}"
        for before, after in ["aa", "  ", "аы"]
        for first, second in product(known, known)
    ]
    triples = [f"b{''.join(three)}" for three in product(known[:: 1 if LONG else 3], "’“”„–»éąÖж©", "’“–€²«éąÖж")]
    doubts = doubtful(pa.array(pairs + triples, pa.large_string()), BETWEEN)
    bad = [text for text in pairs + triples if is_bad(text)]
    assert len(bad) > 1000
    assert not [text for number, text in enumerate(pairs + triples) if number not in doubts and is_bad(text)]


@pytest.mark.parametrize(
    "text",
    [
        "It’s a “test” – of 5% — and more…\n“Yes,” he said. Café society, no naïve view",
        "Für Köln wäre es schöner, sagte Günther Öztürk: „Wir dürfen nicht müde werden.“",
        "El próximo año será mejor, según él: «¿Qué pasó en España?», preguntó la señora Muñoz.",
        "Les députés ont été élus à l’Assemblée ; ç’a été décidé près d’Évry, où il a été arrêté.",
        "Wieś Łąka koło Łodzi ma nową świątynię; żółte światło już świeci, powiedział Jędrzej Śliwiński.",
        "Новости экономики и культуры: «Мы готовы», – сказал он в среду.",
        "Οι εκλογές έγιναν χθες και τα αποτελέσματα ανακοινώθηκαν σήμερα από το υπουργείο.",
        "据介绍，今年6月份至今已经整整半年，“日均客流”达到了250万人次。",
        "これはペンです。「日本」と言った。",
    ],
)
def test_prose_is_proved(text: str) -> None:
    assert doubtful(pa.array([text]), BETWEEN) == {}
    assert sound(text)


def test_a_batch_is_repaired_as_its_texts_are(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["sound", "", None, "cafÃ©\nso und\r\nund Ã¼ber", "“A” & B", "1 %20 2\nÂ© 2020", "Ærø\r"] * 2
    every = pa.array(texts, pa.large_string()).slice(1)
    expected = {number: edits for number, text in enumerate(texts[1:]) if (edits := repair(text or ""))}
    assert repair_batch(every) == expected
    monkeypatch.setattr("cleaner.minhash.shingles.LARGE", 0)
    assert repair_batch(every) == expected


def test_the_tables_in_the_file_are_as_they_would_be_made() -> None:
    for name, table in made()._asdict().items():
        kept = getattr(tables(), name)
        assert kept.dtype == table.dtype, name
        assert np.array_equal(kept, table), f"{name}: make the file anew with python -m cleaner.encoding.scan_tables"
