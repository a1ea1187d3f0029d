"""Which encoding bytes are in that are not UTF-8."""

from __future__ import annotations

from cleaner.encoding.charsets import MULTIBYTE, SINGLE_BYTE


def detect(raw: bytes, declared: str | None) -> str:
    """The most plausible codec for ``raw``, which is not valid UTF-8; ``declared`` wins if its text is sound."""
    if declared and declared != "utf-8" and _errors(raw, declared) == 0:
        return declared
    if _errors(raw, "utf-8") * 20 < sum(byte >= 0xC0 for byte in raw):
        return "utf-8"
    from charset_normalizer import from_bytes

    best = from_bytes(raw, cp_isolation=[*SINGLE_BYTE, *MULTIBYTE]).best()
    return best.encoding if best else "cp1252"


def _errors(raw: bytes, codec: str) -> int:
    return raw.decode(codec, "replace").count("\ufffd")
