"""Which encoding bytes are in that are not UTF-8."""

from __future__ import annotations

import re

from cleaner.encoding import judge
from cleaner.encoding.charsets import UNICODE

#: What text on the web and in archives is in, likelier ones first.
CANDIDATES = (
    *("cp1252", "cp1251", "cp1250", "iso8859-2", "cp1253", "iso8859-7", "cp1254", "cp1257", "koi8-r", "mac-roman"),
    *("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "cp1255", "cp1256", "cp874", "cp866", "iso8859-5", "cp437"),
)
#: Where so many times more bytes begin a sequence than are errors, it is UTF-8 with some bytes of another encoding:
#: sequences of UTF-8 come by chance in few places of texts in others.
MOSTLY = 4
_HEAD = 8192
#: What nobody writes, each as bad as a byte that cannot be decoded: letters of Hebrew, Arabic or Thai beside Latin
#: ones, a final letter of Hebrew amid a word, a Hebrew point without its letter.
_NEVER = re.compile(
    "[A-Za-z\u00c0-\u024f][\u0590-\u06ff\u0e01-\u0e5b]|[\u0590-\u06ff\u0e01-\u0e5b][A-Za-z\u00c0-\u024f]"
    "|[\u05da\u05dd\u05df\u05e3\u05e5](?=[\u05d0-\u05ea])|(?<![\u0590-\u05ff])[\u05b0-\u05c7]"
)
_ERROR = 2.0
#: Up to this cost a text is believed to be in its declared charset.
_DOUBT = 4.0


def detect(raw: bytes, declared: str | None) -> str:
    """The most plausible codec for ``raw``, which is not valid UTF-8; ``declared`` wins if its text is sound."""
    if _errors(raw, "utf-8") * MOSTLY < sum(byte >= 0xC0 for byte in raw):
        return "utf-8"
    head = raw[:_HEAD]
    costs = {codec: _implausibility(head, codec) for codec in CANDIDATES}
    best = min(costs, key=costs.__getitem__)
    if declared and declared not in UNICODE:
        said = costs.get(declared) or _implausibility(head, declared)
        if said[0] <= max(_DOUBT, costs[best][0] * 3):
            return declared
    return best


def _implausibility(raw: bytes, codec: str) -> tuple[float, float]:
    """Judge the text that ``codec`` makes of ``raw``: its cost, and the surprise of its letters to break ties."""
    text = raw.decode(codec, "replace")
    cut = len(raw) == _HEAD and text.endswith("\ufffd")  # amid a character, perhaps
    wrong = _ERROR * (text.count("\ufffd") - cut + len(_NEVER.findall(text)))
    lines = [line for line in text.split("\n") if not line.isascii()]
    cost = sum(judge.cost(line) - judge.familiar(line) for line in lines)
    return wrong + cost, judge.surprise(text)


def _errors(raw: bytes, codec: str) -> int:
    return raw.decode(codec, "replace").count("\ufffd")
