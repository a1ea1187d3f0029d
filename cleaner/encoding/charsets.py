"""Which character encodings we decode, under which names, and which byte strings are no text at all."""

from __future__ import annotations

import codecs
import re

from cleaner.errors import RecordError

#: Byte order marks, the longer ones first because UTF-32's begins with UTF-16's.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
MARK = {codec: mark for mark, codec in BYTE_ORDER_MARKS}

#: Codecs that keep no state, so that a text may be encoded piece by piece. UTF-7, ISO-2022 and EBCDIC are left out.
SINGLE_BYTE = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "cp1258",
    "iso8859-2",
    "iso8859-3",
    "iso8859-4",
    "iso8859-5",
    "iso8859-6",
    "iso8859-7",
    "iso8859-8",
    "iso8859-10",
    "iso8859-13",
    "iso8859-14",
    "iso8859-15",
    "iso8859-16",
    "koi8-r",
    "koi8-u",
    "mac-roman",
    "mac-cyrillic",
    "mac-greek",
    "mac-latin2",
    "mac-turkish",
    "cp437",
    "cp850",
    "cp852",
    "cp866",
    "cp874",
    "latin-1",
]
MULTIBYTE = ["gb18030", "big5hkscs", "cp932", "euc_jp", "cp949"]
UNICODE = ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]

#: Labels that stand for a larger set in practice (the WHATWG Encoding Standard does the same).
LARGER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}

_ALIASES = {
    "x-mac-cyrillic": "mac-cyrillic",
    "windows-874": "cp874",
    "x-sjis": "cp932",
    "unicode-1-1-utf-8": "utf-8",
}
_KNOWN = {codecs.lookup(name).name: name for name in [*SINGLE_BYTE, *MULTIBYTE, *UNICODE] if name != "latin-1"}

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or office document"),
    (b"\x1f\x8b\x08", "gzip data"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ\x00", "xz data"),
    (b"\x28\xb5\x2f\xfd", "zstandard data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
)
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\f\r\x1b")


def codec_of(label: str | None) -> str | None:
    """The codec for a declared charset label, or None for one that is unknown or that we do not decode."""
    if not label:
        return None
    cleaned = label.strip().strip("\"'").lower()
    try:
        name = codecs.lookup(_ALIASES.get(cleaned, cleaned)).name
    except LookupError:
        return None
    name = LARGER.get(name, name)
    return _KNOWN.get(codecs.lookup(name).name)


def refuse_binary(raw: bytes) -> None:
    """Raise RecordError if ``raw`` looks like an image, an archive or other data that is no text."""
    for start, kind in _MAGIC:
        if raw.startswith(start) and (start == b"%PDF-" or _control_share(raw) > 0.01):
            raise RecordError(f"not text: the content is {kind}")
    if len(raw) >= 8 and (share := _control_share(raw)) > 0.1:
        raise RecordError(f"not text: {share:.0%} of the bytes are control characters")


def _control_share(raw: bytes) -> float:
    head = raw[:65536]
    return 1 - len(head.translate(None, _CONTROLS)) / max(1, len(head))


def wide_codec(raw: bytes) -> str | None:
    """The UTF-16 or UTF-32 codec that ``raw`` without a byte order mark looks written in, or None.

    In such text the high bytes of most characters are equal (NUL in Latin text), so that one byte position in
    two or four hardly varies.
    """
    head = raw[: 4096 - 4096 % 4]
    if len(head) < 8 or len(raw) % 2 or b"\0" not in head:
        return None
    zeros = [head[at::4].count(0) / len(head[at::4]) for at in range(4)]
    if len(raw) % 4 == 0 and min(zeros[2:]) > 0.9 and zeros[0] < 0.1:
        return "utf-32-le"
    if len(raw) % 4 == 0 and min(zeros[:2]) > 0.9 and zeros[3] < 0.1:
        return "utf-32-be"
    even, odd = (zeros[0] + zeros[2]) / 2, (zeros[1] + zeros[3]) / 2
    if odd > 0.02 and even == 0 and _is_prose(raw, "utf-16-le"):
        return "utf-16-le"
    if even > 0.02 and odd == 0 and _is_prose(raw, "utf-16-be"):
        return "utf-16-be"
    return None


def _is_prose(raw: bytes, codec: str) -> bool:
    text = raw[:4096].decode(codec, "replace")
    letters = len(re.findall(r"[\w\s.,;:!?'\"-]", text))
    return letters > 0.7 * len(text) and text.count("\ufffd") <= 1 and any(mark in text for mark in " \n\u3002\u3001")
