"""How implausible a line is, and that what is far from any doubt may be left out of it."""

from __future__ import annotations

from hypothesis import assume, example, given
from hypothesis import strategies as st

from cleaner.encoding import judge
from cleaner.encoding.mixups import reread

#: Words of several languages, some of which English lends, and signs of lines in the wrong encoding.
WORDS = st.sampled_from(
    [
        *(
            "the",
            "of",
            "der",
            "die",
            "und",
            "le",
            "les",
            "minister’s",
            "Ångström",
            "don’t",
            "naïve",
            "“Brexit”",
            "–",
            "it’s",
        ),
        *(
            "café",
            "Médecins",
            "donÕt",
            "ÒIt",
            "Íîâîñòè",
            "не",
            "α",
            "β",
            "Москва",
            "ýêîíîìèêè",
            "Dvořák",
            "Erdoğan",
            "12",
        ),
        *("wasn't", "price", "(or)", "A.B.", "aux", "l’été", "gâteaux", "rÃ©gime", "¿vida", "─", "│", "中文"),
    ]
)
PLAIN = "and a much longer stretch of words that says nothing but what the language of the line may be "


@given(st.lists(WORDS | st.just(PLAIN), min_size=1, max_size=12).map(" ".join))
@example(f"ÒIt wonÕt rain,Ó she said. {PLAIN * 3}ÒIt canÕt.Ó")
def test_what_is_far_changes_neither_cost_nor_reading(line: str) -> None:
    near, far = judge.near(line)
    assert judge.cost(near, far) == judge.cost(line)
    assume(far.words)
    assert len(near) < len(line)
    read = reread(line)
    assert judge.cost(*judge.near(read)) == judge.cost(read)


def test_a_reading_of_a_long_line_keeps_all_of_it() -> None:
    line = f"ÒIt wonÕt rain,Ó she said. {PLAIN * 3}ÒIt canÕt.Ó"
    assert reread(line) == f"“It won’t rain,” she said. {PLAIN * 3}“It can’t.”"
