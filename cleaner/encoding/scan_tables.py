"""What one character means to the repairs, by code point: the tables of :mod:`cleaner.encoding.scan_kernel`.

They are made from the repairs and from :mod:`cleaner.encoding.judge` themselves, so that there is one definition.
``python -m cleaner.encoding.scan_tables`` makes them for the file that lies beside this module, which is much faster
to read.
"""

from __future__ import annotations

import functools
import re
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple
from unicodedata import category, unidata_version

import numpy as np
from numpy.typing import NDArray

from cleaner.encoding import judge, places
from cleaner.encoding.alphabets import AFTER_APOSTROPHE, ALONE, BEFORE_APOSTROPHE, LATIN, RARE, SURPRISE
from cleaner.encoding.forms import FULL_WIDTH
from cleaner.encoding.invisible import EAST_ASIAN
from cleaner.encoding.repair import BEYOND_ASCII, REPAIRS

#: Characters from here on are looked at by the repairs themselves.
CODE_POINTS = 0x1FB00
#: Flags of a character. TROUBLE: let the repairs look; WORD: part of a word (a letter or a fraction); ALNUM ... SPACE:
#: as the methods of ``str``; EAST: East Asian script; WIDE: a full-width form; VIETNAMESE: a letter of this alone.
TROUBLE, WORD, ALNUM, UPPER, LOWER, DIGIT, SPACE, EAST, WIDE, VIETNAMESE = (1 << at for at in range(10))
#: Scripts, as ``places.script`` tells them.
SCRIPTS = {"": 0, "latin": 1, "cyrillic": 2, "greek": 3, "han": 4, "other": 5}
#: What ftfy's signs of mojibake are made of; pairs of these are told apart in ``scan_places.suspicious``. BAD is a sign
#: with any neighbour beyond ASCII, ALWAYS without one.
NEUTRAL, SMALL, CAPITAL, OPENS, CLOSES, COMMON, BAD, ALWAYS = range(8)

#: Bits of ``Tables.info`` beside the flags: where script, sign, and row of ``place`` begin.
SCRIPT, SIGN, SYMBOL = 10, 13, 16
#: Bits of ``Tables.known`` beside those of the languages: the word follows an apostrophe, or leads to one.
FOLLOWS, LEADS = 1 << 30, 1 << 31

#: Code points that may be in a text that nobody has to look at; the others are rare, and not worth a table.
_KNOWN = (
    *((0x00, 0x1100), (0x1E00, 0x2C00), (0x2E80, 0x3400), (0xFE00, 0xFE10), (0xFE30, 0xFE50), (0xFF00, 0xFFF0)),
    (0x1F000, CODE_POINTS),
)
#: Large blocks of letters that are all alike.
_HAN = ((0x3400, 0x4DC0), (0x4E00, 0x9FFD), (0xAC00, 0xD7A4))
_WORD = re.compile(r"[^\W\d_]")
#: Spaces of typography; whether they are changed depends on what stands around them.
ODD_SPACES = "\xa0\u2009\u202f\u3000"


class Tables(NamedTuple):
    """Tables by code point, by letter, and of words.

    Attributes:
        info: flags, script, sign and row of ``place``, at the bits named above; shape (CODE_POINTS,).
        place: what is wrong with a symbol between no letters, before one, after one, between two; shape (rows, 4).
        letters: cost of a Latin letter in each language, and what comes to it where it stands alone; by ``row_of`` its
            code point; shape (0x2D0, 2, languages).
        surprise: nats for a Cyrillic or Greek letter; shape (0x530,).
        folded: the small letter as a byte of Latin-1, 0 for letters beyond it; shape (0x250,).
        words: frequent words, their letters as bytes of Latin-1 in a number, by hash; shape (4096,).
        known: a bit for each language that has the word; FOLLOWS and LEADS; shape (4096,).
    """

    info: NDArray[np.uint32]
    place: NDArray[np.float64]
    letters: NDArray[np.float64]
    surprise: NDArray[np.float64]
    folded: NDArray[np.uint8]
    words: NDArray[np.uint64]
    known: NDArray[np.uint32]


#: Tables as ``made`` makes them with the versions that are named in it.
KEPT = Path(__file__).with_name("scan_tables.npz")


@functools.cache
def tables() -> Tables:
    """All tables, from the file where it is of the same versions of Unicode and ftfy, else made (about .3 s)."""
    with np.load(KEPT, allow_pickle=False) as kept:
        if kept["versions"].tolist() == _versions():
            return Tables(*(kept[name] for name in Tables._fields))
    return made()


def _versions() -> list[str]:
    return [unidata_version, version("ftfy")]


def write() -> None:
    """Make the tables for the file; its bytes depend on the tables alone."""
    np.savez_compressed(KEPT, versions=np.array(_versions()), **made()._asdict())


def made() -> Tables:
    """Make all tables."""
    info = np.full(CODE_POINTS, TROUBLE, np.uint32)
    costs: dict[tuple[float, ...], int] = {(0.0,) * 4: 0, (0.5,) * 4: 1}
    for start, end in _HAN:
        info[start:end] = WORD | ALNUM | EAST | SCRIPTS["han"] << SCRIPT
        info[start:end] += np.array([_place(chr(code))[0] > 0 for code in range(start, end)], np.uint32) << SYMBOL
    signs = _signs()
    for code in (code for start, end in _KNOWN for code in range(start, end)):
        char, flags = chr(code), _flags(chr(code))
        row = costs.setdefault(_place(char), len(costs)) if code >= 0x80 and not flags & TROUBLE else 0
        info[code] = flags | SCRIPTS[places.script(char)] << SCRIPT | signs.get(char, NEUTRAL) << SIGN | row << SYMBOL
    return Tables(info, np.array(list(costs)), _letters(), _surprise(), _folded(), *_words())


def _flags(char: str) -> int:
    tests = (char.isalnum(), char.isupper(), char.islower(), char.isdigit(), char.isspace())
    flags = sum(flag for flag, holds in zip((ALNUM, UPPER, LOWER, DIGIT, SPACE), tests, strict=True) if holds)
    flags |= WORD if _WORD.match(char) else 0
    flags |= EAST if EAST_ASIAN.match(char) else 0
    flags |= WIDE if FULL_WIDTH.match(char) else 0
    flags |= VIETNAMESE if judge.VIETNAMESE.match(char) else 0
    return flags | (TROUBLE if _troubled(char) else 0)


def _troubled(char: str) -> bool:
    """Whether the repairs must look at every line with this character."""
    if char in ODD_SPACES or FULL_WIDTH.match(char) or char in "\t\n":
        return False
    if any(one.signs.match(char) for one in REPAIRS if one.signs is not BEYOND_ASCII and char > "\x7f"):
        return True
    other = places.script(char) == "" and (char.isupper() or category(char) in ("Cc", "Cn", "Co", "Cs"))
    small = ord(char.lower()[0])  # letters that become ones of Latin-1 as small letters: frequent words have these
    strange = small < 0x80 <= ord(char) or small < 0x100 <= ord(char) - 0x150
    return other or strange or "\u2500" <= char <= "\u259f"  # boxes are judged by what stands around them


def _place(char: str) -> tuple[float, ...]:
    """Cost of a character for the place that it stands in; 0 for those whose place the kernel looks at."""
    kind = places.script(char)
    if kind == "han":
        return (places.place(char, " ", " ", char, 0),) * 4
    if kind or category(char) in ("Mn", "Mc", "Cf", "Zs") or char in places.QUOTES:
        return (0.0,) * 4
    return tuple(places.symbol(char, left, right, "x") for left in (False, True) for right in (False, True))


def _signs() -> dict[str, int]:
    """The kinds of characters that ftfy's signs of mojibake are made of."""
    from ftfy.badness import BADNESS_RE, MOJIBAKE_CATEGORIES

    def of(*names: str) -> set[str]:
        known = re.compile(f"[{''.join(MOJIBAKE_CATEGORIES[name] for name in names)}]")
        return {char for char in map(chr, range(0x80, 0x10000)) if known.match(char)}

    letters = of("lower_accented", "upper_accented", "lower_common", "upper_common", "kaomoji")
    capitals = {char for char in letters if not char.islower()}
    bad = of("bad", "law", "currency", "numeric", "box", "c1") | set("°‚ЂўÐÎ")
    kinds = [  # what comes later is more suspicious
        (BAD, {char for char in BADNESS_RE.pattern if char >= "\x80"}),
        (COMMON, of("common")),
        (CLOSES, of("end_punctuation")),
        (OPENS, of("start_punctuation")),
        (SMALL, letters - capitals),
        (CAPITAL, capitals),
        (BAD, bad),
        (ALWAYS, set("ŒœÃÂ")),
    ]
    return {char: kind for kind, characters in kinds for char in characters}


def row_of(code: int) -> int:
    """The row of a Latin letter beyond ASCII in the table of letters."""
    return code - 0x80 if code < 0x250 else code - 0x1E00 + 0x1D0


def _letters() -> NDArray[np.float64]:
    table = np.zeros((0x2D0, 2, len(LATIN)))
    for char in map(chr, (*range(0x80, 0x250), *range(0x1E00, 0x1F00))):
        if places.script(char) == "latin":
            table[row_of(ord(char)), 0] = [judge.uncovered({char: 1}, name) for name in LATIN]
            others = [char.lower() not in ALONE.get(name, "") for name in LATIN]
            table[row_of(ord(char)), 1] = places.ODD_SYMBOL * np.array(others)
    return table


def _surprise() -> NDArray[np.float64]:
    # What the small letter of a capital is may depend on its place: Σ is σ or ς.
    small = ["σς" if code == 0x3A3 else chr(code).lower() for code in range(0x530)]
    return np.array([max(SURPRISE.get(letter, RARE) for letter in letters) for letters in small])


def _folded() -> NDArray[np.uint8]:
    small = [chr(code).lower() if _WORD.match(chr(code)) else "" for code in range(0x250)]
    return np.array([ord(char) if len(char) == 1 and char < "\u0100" else 0 for char in small], np.uint8)


def _words() -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    words, known = np.zeros(4096, np.uint64), np.zeros(4096, np.uint32)
    names = list(LATIN)
    for word in sorted({*judge.LANGUAGES_OF, *AFTER_APOSTROPHE, *BEFORE_APOSTROPHE}):
        key = int.from_bytes(word.encode("latin-1"), "big")
        at = place_of(key)
        while words[at]:
            at = (at + 1) % 4096
        words[at] = key
        known[at] = sum(1 << names.index(name) for name in judge.LANGUAGES_OF.get(word, ()))
        known[at] |= FOLLOWS * (word in AFTER_APOSTROPHE) | LEADS * (word in BEFORE_APOSTROPHE)
    return words, known


def place_of(key: int) -> int:
    """Where the search for a word begins in the tables of words."""
    return (key * 0x9E3779B97F4A7C15 % 2**64) >> 52


if __name__ == "__main__":
    write()
