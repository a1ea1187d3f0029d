"""Bytes to text, noted so that :func:`encode` gives back exactly the same bytes."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from cleaner.encoding.charsets import BYTE_ORDER_MARKS, MARK, UNICODE, codec_of, refuse_binary, wide_codec


class Decoded(NamedTuple):
    r"""A text and what is needed to write its bytes again.

    Attributes:
        text: the characters, valid in UTF-8 (no surrogates), line ends as in ``newline`` turned into line feeds.
        codec: the Python codec that the bytes were read with.
        bom: a byte order mark came first; it is not part of ``text``.
        newline: the line end that the original has everywhere; mixed line ends stay in ``text``, with "\\n" here.
        odd: places where the bytes do not decode one to one: (character offset in ``text``, the raw bytes that the
            character there stands for). The character is U+FFFD unless the bytes have a clear meaning.
    """

    text: str
    codec: str = "utf-8"
    bom: bool = False
    newline: str = "\n"
    odd: tuple[tuple[int, bytes], ...] = ()


# Bytes that cannot be decoded pass through the decoder as surrogates, which no decoder makes by itself: the first
# byte of a bad sequence as U+DC00 + byte, the others as U+DD00 + byte.
_ODD = re.compile("[\udc00-\udcff][\udd00-\uddff]*")
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]")


def _keep_odd(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    first, *others = error.object[error.start : error.end]
    return chr(0xDC00 + first) + "".join(chr(0xDD00 + byte) for byte in others), error.end


codecs.register_error("cleaner.odd", _keep_odd)


def decode(raw: bytes, declared: str | None = None) -> Decoded:
    """Decode a document.

    The order: a byte order mark, UTF-8 if all of it is valid, UTF-16 and UTF-32 by their shape, the declared
    charset if its text is plausible, and then the most plausible of the known encodings.

    Args:
        raw: any bytes; ``encode(decoded.text, decoded) == raw`` holds for all that are not refused.
        declared: charset label from HTTP, a ``meta`` element or a WARC header; it is checked, not trusted.

    Raises:
        RecordError: the bytes are no text (images, archives, many control characters).
    """
    for mark, codec in BYTE_ORDER_MARKS:
        if raw.startswith(mark) and (codec != "utf-32-le" or _is_valid(raw, codec)):
            return _with_newline(raw[len(mark) :], codec, bom=True)
    refuse = not (wide := wide_codec(raw))
    if refuse:
        refuse_binary(raw)
    return _with_newline(raw, wide or _narrow_codec(raw, declared))


def from_text(text: str) -> Decoded:
    """Note a text that came as characters (JSON, Parquet): ``to_text(result.text, result) == text``.

    Surrogate pairs become the characters that they stand for and lone surrogates U+FFFD, both noted in ``odd`` as
    the bytes that UTF-8 would have for each surrogate.
    """
    if not (text.isascii() or _SURROGATES.search(text)):
        return _translated(text, Decoded("", "utf-8"))
    odd: list[tuple[int, bytes]] = []
    shift = 0

    def replaced(match: re.Match[str]) -> str:
        nonlocal shift
        raw = match[0].encode("utf-8", "surrogatepass")
        odd.append((match.start() - shift, raw))
        shift += len(match[0]) - 1
        return "\ufffd" if len(match[0]) == 1 else match[0].encode("utf-16", "surrogatepass").decode("utf-16")

    return _translated(_SURROGATES.sub(replaced, text), Decoded("", "utf-8", odd=tuple(odd)))


def to_text(text: str, note: Decoded) -> str:
    """Undo :func:`from_text`: the characters as they came, surrogates included."""
    return encode(text, note).decode("utf-8", "surrogatepass")


def encode(text: str, note: Decoded) -> bytes:
    """Undo :func:`decode`: the bytes that ``text`` with this ``note`` was read from."""
    parts = [MARK[note.codec] if note.bom else b""]
    at = 0
    for offset, raw in note.odd:
        parts += text[at:offset].replace("\n", note.newline).encode(note.codec), raw
        at = offset + 1
    parts.append(text[at:].replace("\n", note.newline).encode(note.codec))
    return b"".join(parts)


def _is_valid(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _narrow_codec(raw: bytes, declared: str | None) -> str:
    if raw.isascii() or _is_valid(raw, "utf-8"):
        return "utf-8"
    from cleaner.encoding.detect import detect

    return detect(raw, codec_of(declared))


def _with_newline(raw: bytes, codec: str, bom: bool = False) -> Decoded:
    text, odd = _one_to_one(raw, codec)
    decoded = _translated(text, Decoded("", codec, bom, odd=odd))
    if codec not in UNICODE and encode(decoded.text, decoded) != (MARK[codec] if bom else b"") + raw:
        # Safe for every byte string, whatever an exotic codec does.
        return _with_newline(raw, "utf-8", bom)
    return decoded


def _translated(text: str, note: Decoded) -> Decoded:
    """Turn line ends that are the same everywhere into line feeds."""
    returns = text.count("\r")
    if not returns:
        return note._replace(text=text)
    feeds, pairs = text.count("\n"), text.count("\r\n")
    if pairs == returns == feeds:
        odd = tuple((offset - text.count("\r\n", 0, offset), raw) for offset, raw in note.odd)
        return note._replace(text=text.replace("\r\n", "\n"), newline="\r\n", odd=odd)
    if not feeds:
        return note._replace(text=text.replace("\r", "\n"), newline="\r")
    return note._replace(text=text)


def _one_to_one(raw: bytes, codec: str) -> tuple[str, tuple[tuple[int, bytes], ...]]:
    text = raw.decode(codec, "cleaner.odd")
    if codec not in UNICODE and not _ODD.search(text) and text.encode(codec) != raw:
        text = _by_character(raw, codec)
    if not _ODD.search(text):
        return text, ()
    odd: list[tuple[int, bytes]] = []
    shift = 0

    def replaced(match: re.Match[str]) -> str:
        nonlocal shift
        odd.append((match.start() - shift, bytes(ord(one) & 0xFF for one in match[0])))
        shift += len(match[0]) - 1
        return _meant(match) if codec == "utf-8" else "\ufffd"

    return _ODD.sub(replaced, text), tuple(odd)


def _meant(match: re.Match[str]) -> str:
    """The character of Windows-1252 that a byte is amid UTF-8, if its neighbours say so; else U+FFFD."""
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    char, left, right = (_western(one) for one in (match[0], before, after))
    if char.isalpha():  # ÿ is 0xFF, which is anything but a letter
        fits = char != "ÿ" and (left.isalpha() or right.isalpha()) and not (char.isupper() and left.islower())
    elif char in "“‘":
        fits = (not left or left.isspace() or left in "([—–-") and right.isalnum()
    elif char in "–—":
        fits = (left.isspace() and right.isspace()) or (left.isalnum() and right.isalnum())
    elif char in "£€":
        fits = right.isdigit() or (left.isdigit() and not right.isalnum())
    else:
        fits = char in "’”…" and (left.isalnum() or left in ".,!?") and left != ""
    return char if fits else "\ufffd"


def _western(char: str) -> str:
    """A character, or that of Windows-1252 for the surrogate of a single odd byte."""
    odd = len(char) == 1 and "\udc00" <= char <= "\udcff"
    return bytes([ord(char) & 0xFF]).decode("cp1252", "replace") if odd else char


def _by_character(raw: bytes, codec: str) -> str:
    """Decode character by character; those that would not be encoded to the same bytes become surrogates."""
    decoder = codecs.getincrementaldecoder(codec)("cleaner.odd")
    parts: list[str] = []
    start = 0
    for end in range(1, len(raw) + 1):
        one = decoder.decode(raw[end - 1 : end], end == len(raw))
        if not one:
            continue
        if not _ODD.search(one) and one.encode(codec) != raw[start:end]:
            first, *others = raw[start:end]
            one = chr(0xDC00 + first) + "".join(chr(0xDD00 + byte) for byte in others)
        parts.append(one)
        start = end
    return "".join(parts)
