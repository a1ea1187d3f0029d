"""Text that was read in the wrong encoding: other readings of its bytes, judged by the text that results."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from operator import add
from typing import NamedTuple

from cleaner.encoding import judge
from cleaner.encoding.options import RepairOptions

#: Which encodings text is taken for, and which ones it is really in. ``latin-1`` stands for text whose bytes 80-9F
#: were read as control characters.
MIXUPS = {
    "latin-1": "cp1252 mac-roman cp1250 cp1251 koi8-r iso8859-7 iso8859-2 cp1254 cp1257 cp866 cp437 cp850 mac-cyrillic "
    "iso8859-5 gb18030 big5hkscs cp932 cp949 euc_jp",
    "cp1252": "mac-roman cp1250 iso8859-2 cp1251 koi8-r iso8859-7 cp1253 cp1254 cp1257 cp437 cp850 cp852 cp866 "
    "iso8859-5 mac-cyrillic mac-latin2 gb18030 big5hkscs cp932 cp949 euc_jp",
    "mac-roman": "cp1252 cp1251 cp1250 mac-cyrillic mac-latin2 gb18030 big5hkscs cp932",
    "cp437": "cp1252 cp866 cp1251 cp1250",
    "cp850": "cp1252 cp866 cp1251 cp1250",
    "cp1250": "cp1252 iso8859-2 cp852 mac-roman",
    "iso8859-2": "cp1250 cp1252",
    "cp1251": "koi8-r koi8-u cp866 mac-cyrillic iso8859-5 cp1252 cp1253",
    "koi8-r": "cp1251 cp866 iso8859-5 cp1252",
    "cp866": "cp1251 koi8-r",
    "iso8859-5": "cp1251 koi8-r",
    "cp1253": "cp1252 iso8859-7",
    "cp1254": "cp1252",
    "cp1257": "cp1252",
    "gb18030": "utf-8",
    "big5hkscs": "utf-8",
    "cp932": "utf-8",
    "cp949": "utf-8",
}  # fmt: skip
EAST_ASIAN = {"gb18030", "big5hkscs", "cp932", "cp949", "euc_jp"}
WIDE = EAST_ASIAN | {"utf-8"}

#: A line is read anew if that takes at least this much from its cost, and leaves no more than this share of it.
GAIN = 1.25
LEFT = 0.3
LEFT_OF_UTF8 = 0.6  # its byte sequences are evidence by themselves, and text may be damaged in part

# What a sequence of UTF-8 may stand for when only a part of a line is damaged; other scripts come by chance.
_LIKELY = re.compile("[\xa0-\u017e\u0218-\u021b\u0370-\u045f\u0490\u0491\u1e00-\u1eff\u2010-\u203a\u20ac\u2122]")
_BEYOND_ASCII = re.compile("[^\\x00-\\x7f]")
_TWO_BEYOND_ASCII = re.compile("[^\\x00-\\x7f]{2}")
_STRANGE = re.compile("[A-Za-z][Ѐ-џΆ-ώ]|[Ѐ-џΆ-ώ][A-Za-z]|([À-ɏЀ-џ])\\1\\1")
_ASCII_LETTERS = re.compile("[A-Za-z]")


#: The readings of a line are compared by this many of its characters; the best one must then hold for all of it.
COMPARED = 20_000
#: Nobody writes lines of this many characters; mix-ups are not looked for in longer ones, so that time is bounded.
LONGEST = 200_000


class Reading(NamedTuple):
    """Another reading of a line: the text, the encodings, and the share of the line's cost that it may leave."""

    text: str
    wrong: str
    right: str
    left: float


def reread(line: str) -> str:
    """Give the most plausible reading of ``line``; ``line`` itself if no other one is far more plausible."""
    if len(line) > LONGEST:
        return line
    head = _head(line)
    best = _best(head)
    if best is None:
        return line
    text = _in_part(line, best.wrong) if best.left == LEFT_OF_UTF8 else _read(line, best.wrong, best.right)
    if text is None or (head != line and judge.cost(text) > judge.cost(line) * best.left):
        return line
    return text


def _best(line: str) -> Reading | None:
    """The most plausible reading, of what is near the characters beyond ASCII."""
    near, far = judge.near(line)
    before = judge.cost(near, far)
    if before < GAIN:
        return None
    best, best_key = None, (before - GAIN + 1e-9, 0.0)
    strange = _strange(near) + len(_BEYOND_ASCII.findall(near)) // 10
    for reading in readings(near, len(_ASCII_LETTERS.findall(line))):
        after = judge.cost(reading.text, far, before * reading.left)
        if after <= before * reading.left and _strange(reading.text) <= strange:
            key = (after - judge.familiar(reading.text), judge.surprise(reading.text))
            if key < best_key:
                best, best_key = reading, key
    return best


def _strange(text: str) -> int:
    """How often scripts meet within a word, or a letter stands three times in a row."""
    return len(_STRANGE.findall(text))


def _head(line: str) -> str:
    """Cut ``line`` at an ASCII character, so that no sequence of bytes is torn apart, if it is long."""
    if len(line) <= COMPARED:
        return line
    start = match.start() if (match := _BEYOND_ASCII.search(line)) else 0
    end = start + COMPARED
    while end < len(line) and not line[end].isascii() and end - start < 2 * COMPARED:
        end += 1
    return line[start:end]


def wrong_encoding(line: str, options: RepairOptions) -> str:
    """``ïðèâåò`` → ``привет``, ``itÕs`` → ``it’s``: the line was read in another encoding than its own."""
    return line if line.isascii() else reread(line)


def readings(line: str, letters: int) -> Iterator[Reading]:
    """Give the other readings of ``line``, likelier mix-ups first; it had so many ``letters`` of ASCII in all."""
    odd, between = "".join(_BEYOND_ASCII.findall(line)), _BEYOND_ASCII.split(line)
    high = {char: odd.count(char) for char in sorted(set(odd))}
    dense = len(odd) >= 8 and len(odd) * 2 >= letters
    beside = _TWO_BEYOND_ASCII.search(line) is not None  # a sequence of UTF-8 has two characters at least
    seen, translated = {line}, {odd}
    for wrong, rights in MIXUPS.items():
        if beside and wrong not in WIDE and (text := _in_part(line, wrong)) not in seen:
            seen.add(text)
            yield Reading(text, wrong, "utf-8", LEFT_OF_UTF8)
        if wrong not in WIDE and not _knows(wrong, high, len(odd)):
            continue
        for right in rights.split():
            if right in EAST_ASIAN and not dense:
                continue
            if wrong not in WIDE and right not in WIDE:  # character by character
                if (other_odd := odd.translate(_translation(wrong, right))) in translated:
                    continue
                translated.add(other_odd)
                other: str | None = "".join(map(add, between, other_odd)) + between[-1]
            else:
                other = _read(line, wrong, right)
            if other is not None and other not in seen and (right not in EAST_ASIAN or _is_east_asian(other)):
                seen.add(other)
                yield Reading(other, wrong, right, LEFT)


def _knows(codec: str, counts: Mapping[str, int], total: int) -> bool:
    """Whether a one-byte codec has nine in ten of the characters counted."""
    known = _bytes(codec).keys()
    return counts.keys() <= known or (
        total >= 10 and sum(counts[char] for char in counts.keys() & known) >= 0.9 * total
    )


def _is_east_asian(text: str) -> bool:
    """Whether enough of the wide characters are among the most frequent ones, and few are narrow katakana."""
    wide = [char for char in text if char >= "\u2e80"]
    narrow = sum("\uff61" <= char <= "\uff9f" for char in wide)
    return judge.familiar(text) * 40 >= len(wide) and narrow * 5 <= len(wide)


def _in_part(line: str, wrong: str) -> str:
    """Read as UTF-8 what is a sequence of UTF-8 in the bytes of ``wrong``; the rest stays."""
    table = _bytes(wrong)
    return _sequences(wrong).sub(lambda match: _likely(bytes(map(table.__getitem__, match[0]))) or match[0], line)


@cache
def _sequences(wrong: str) -> re.Pattern[str]:
    """What a sequence of UTF-8 looks like in an encoding."""
    two, three, four, follows = (
        "[" + re.escape("".join(char for char, byte in _bytes(wrong).items() if start <= byte < end)) + "]"
        for start, end in ((0xC2, 0xE0), (0xE0, 0xF0), (0xF0, 0xF5), (0x80, 0xC0))
    )
    return re.compile(f"{two}{follows}|{three}{follows}{{2}}|{four}{follows}{{3}}")


def _likely(raw: bytes) -> str:
    try:
        char = raw.decode()
    except UnicodeDecodeError:
        return ""
    return char if _LIKELY.match(char) else ""


def _read(line: str, wrong: str, right: str) -> str | None:
    if wrong not in WIDE and right not in WIDE:
        return _translated(line, _translation(wrong, right))
    try:
        raw = line.encode(wrong) if wrong in WIDE else bytes(map(_bytes(wrong).__getitem__, line))
        return raw.decode(right)
    except (UnicodeError, KeyError):
        return None


def _translated(line: str, table: dict[int, str]) -> str:
    """``line.translate(table)``, by its few characters beyond ASCII if they are few."""
    odd = _BEYOND_ASCII.findall(line)
    if len(odd) * 8 > len(line):
        return line.translate(table)
    return _BEYOND_ASCII.sub(lambda match: table.get(ord(match[0]), match[0]), line)


@cache
def _characters(codec: str) -> list[str]:
    """The 256 characters of a one-byte codec; bytes without one are control characters, as in browsers."""
    return [_character(bytes([byte]), codec) for byte in range(256)]


def _character(raw: bytes, codec: str) -> str:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return raw.decode("latin-1")


@cache
def _bytes(codec: str) -> dict[str, int]:
    return {char: byte for byte, char in enumerate(_characters(codec))}


@cache
def _translation(wrong: str, right: str) -> dict[int, str]:
    pairs = zip(_characters(wrong), _characters(right), strict=True)
    return {ord(old): new for old, new in pairs if old > "\x7f" and old != new}
