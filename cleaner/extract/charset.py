"""The character encoding that a page declares in its first bytes."""

from __future__ import annotations

import codecs
import re

#: The HTML standard looks for a declaration in the first 1024 bytes; real pages have it later too.
PRESCAN = 4096

_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_XML = re.compile(rb"""\A\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_META = re.compile(rb"<meta[\s/]([^>]{0,1000})", re.IGNORECASE)
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)


def declared_charset(raw: bytes) -> str | None:
    """Return the name of the Python codec that the page declares, or None.

    Follows the prescan of the HTML standard (13.2.3.2, "prescan a byte stream to determine its encoding"):
    ``<meta charset>``, ``<meta http-equiv content="...; charset=">`` and the XML declaration, comments left
    out. A page that can be scanned as ASCII is not UTF-16, so UTF-16 there means UTF-8; Latin-1 and ASCII
    mean Windows-1252, as in browsers. A name that Python does not know is no declaration.
    """
    head = _COMMENT.sub(b"", raw[:PRESCAN])
    for meta in _META.finditer(head):
        found = _CHARSET.search(meta[1])
        if found and (name := _codec(found[1])):
            return name
    declared = _XML.match(head)
    return _codec(declared[1]) if declared else None


def _codec(label: bytes) -> str | None:
    try:
        name = codecs.lookup(label.decode("ascii", "replace")).name
    except LookupError:
        return None
    if name.startswith(("utf-16", "utf-32")):
        return "utf-8"
    return {"ascii": "cp1252", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}.get(name, name)
