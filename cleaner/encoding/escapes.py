"""Text that is still escaped for JSON, a web address, e-mail or a terminal."""

from __future__ import annotations

import re

from cleaner.encoding.options import RepairOptions

_TERMINAL = re.compile(r"\x1b\[[0-9;?]{0,16}[A-Za-z]|\x1b\][^\x07\x1b]{0,200}\x07")

_JSON = re.compile(r"\\u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?")
_PYTHON = re.compile(r"(?:\\x[0-9a-fA-F]{2})+")
_SIMPLE = re.compile(r"\\(?:r\\n|[nrt/\"'])")
_SIMPLE_VALUES = {"\\r\\n": "\n", "\\n": "\n", "\\r": "\n", "\\t": "\t", "\\/": "/", '\\"': '"', "\\'": "'"}
_NEWLINE_EVIDENCE = re.compile(r"\\n\\n|\\r\\n|[.!?:…”’\"]\\n(?=[^\W\d_a-z])")
_SLASHED_QUOTE = re.compile(r"\\+([\"'])")
_STRIPPED = re.compile(r"(?<=[a-z])u2019(?=(?:s|t|re|ve|ll|d|m)\b)")
_PATH = re.compile(r"\b[A-Za-z]:\\")

_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_PERCENT_U = re.compile(r"%u([0-9a-fA-F]{4})")
_QUOTED_PRINTABLE = re.compile(r"(?:=[0-9A-F]{2}|=\n)+")
# Encoders for e-mail cut a line at 76 characters and put "=" there (RFC 2045, 6.7): such lines are nearly full.
_SOFT_BREAK = re.compile(r"(?<=^.{68})[^\n]{1,7}(=\n)(?=[^\n])", re.MULTILINE)
_ENCODED = re.compile(r"=[C-F][0-9A-F]=(?:\n=)?[89AB][0-9A-F]|[A-Za-z]=[89A-F][0-9A-F]|=[89A-F][0-9A-F][A-Za-z]")
_ADDRESS = re.compile(r"://|www\.|[?&][\w%.-]+=|\w/[\w%./-]*$|\w=[\"'(]?$")
_QUERY = re.compile(r"[\w%.,+-]{0,200}&\w{1,30}=")


def terminal_escapes(line: str, options: RepairOptions) -> str:
    """Take the colour codes of terminals out."""
    return _TERMINAL.sub("", line) if "\x1b" in line else line


def json_escapes(line: str, options: RepairOptions) -> str:
    r"""``caf\u00e9`` → ``café``, ``\n`` and ``\/`` too where the line is surely escaped."""
    if "\\" not in line:
        return _STRIPPED.sub("’", line) if "u2019" in line else line
    text = _PYTHON.sub(_python, _JSON.sub(_json, line))
    sure = text != line or _NEWLINE_EVIDENCE.search(text)
    return _SIMPLE.sub(lambda match: _SIMPLE_VALUES[match[0]], text) if sure else text


def slashed_quotes(line: str, options: RepairOptions) -> str:
    r"""``it\'s \"good\"`` → ``it's "good"``; not in paths like ``"C:\"``."""
    if "\\" not in line or _PATH.search(line):
        return line
    return _SLASHED_QUOTE.sub(r"\1", line)


def percent_escapes(line: str, options: RepairOptions) -> str:
    """``na%C3%AFve`` → ``naïve``, ``don%u2019t`` → ``don’t``; web addresses stay as they are."""
    if "%" not in line:
        return line
    return _PERCENT.sub(_percent, _PERCENT_U.sub(_json, line))


def quoted_printable(line: str, options: RepairOptions) -> str:
    """``caf=C3=A9`` or ``caf=E9`` → ``café``, and then ``=3D``, ``=20`` and soft line ends."""
    if "=" not in line:
        return line
    found = [_high(match, "=") for match in _QUOTED_PRINTABLE.finditer(line)]
    if not any(found):
        return line
    return _QUOTED_PRINTABLE.sub(lambda match: _high(match, "=") or _low(match), line)


def soft_breaks(text: str) -> list[tuple[int, int]]:
    """Where lines of a text that is encoded as for e-mail go on in the next one: start and end of each ``=`` there."""
    if "=\n" not in text or not _ENCODED.search(text):
        return []
    return [match.span(1) for match in _SOFT_BREAK.finditer(text)]


def _json(match: re.Match[str]) -> str:
    first = int(match[1], 16)
    pair = match.re is _JSON and match[2]
    if 0xD800 <= first < 0xDC00 and pair:
        return chr(0x10000 + ((first - 0xD800) << 10) + int(match[2], 16) - 0xDC00)
    char = chr(first)
    rest = match[0][6:]
    return char + rest if _is_text(char) else match[0]


def _python(match: re.Match[str]) -> str:
    raw = bytes.fromhex(match[0].replace("\\x", ""))
    for codec in ("utf-8", "cp1252"):
        try:
            text = raw.decode(codec)
        except UnicodeDecodeError:
            continue
        if all(map(_is_text, text)):
            return text
    return match[0]


def _percent(match: re.Match[str]) -> str:
    if _ADDRESS.search(_before(match)) or _QUERY.match(match.string, match.end()):
        return match[0]
    if text := _high(match, "%"):
        return text
    raw = bytes.fromhex(match[0].replace("%", ""))
    words = match.string.count("%20") > 1 and " " not in match.string.strip()
    return raw.decode() if words and raw.isascii() and raw.decode().isprintable() else match[0]


def _high(match: re.Match[str], sign: str) -> str:
    """Give the text of a run of escaped bytes beyond ASCII, "" if it is none or stands in a web address."""
    raw = bytes.fromhex(match[0].replace("=\n", "").replace(sign, ""))
    if raw.isascii() or _ADDRESS.search(_before(match)):
        return ""
    try:
        text = raw.decode()
        sure = len(raw) > 1
    except UnicodeDecodeError:
        text, sure = raw.decode("cp1252", "replace"), False
    if not all(map(_is_text, text)):
        return ""
    return text if sure or _fits(match, text) else ""


def _low(match: re.Match[str]) -> str:
    raw = bytes.fromhex(match[0].replace("=\n", "").replace("=", ""))
    text = raw.decode("ascii", "replace")
    return text if raw.isascii() and all(map(_is_text, text)) else match[0]


def _fits(match: re.Match[str], text: str) -> bool:
    """A letter beside a letter, or a quotation mark, dash or ellipsis that does not stand behind a digit or sign."""
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    if text.isalpha():
        return before.isalpha() or (after.isalpha() and not before.isdigit())
    if after.isdigit() or after == ")":
        return False
    return all(char in "‘’‚“”„–—…«»\xa0€£" for char in text) and (not before or before not in "0123456789=%&?/")


def _before(match: re.Match[str]) -> str:
    """Give what stands before a match in its word, at most 300 characters."""
    near = match.string[max(0, match.start() - 300) : match.start()]
    return near[max(near.rfind(" "), near.rfind("\n")) + 1 :]


def _is_text(char: str) -> bool:
    return char.isprintable() or char in "\t\n\r" or char.isspace() or char == "\xad" or "\u200b" <= char <= "\u200f"
