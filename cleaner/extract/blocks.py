"""The text blocks of a page in document order, and the containers (block elements) that hold them."""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree  # type: ignore[import-untyped]
from lxml.html import HtmlElement  # type: ignore[import-untyped]

#: Elements whose content is never text of the page.
UNSEEN = frozenset(
    (
        "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "audio", "video",
        "canvas", "select", "option", "textarea", "input", "head", "link", "meta", "map", "area", "applet", "frame",
        "frameset", "noframes",
    )
)  # fmt: skip
#: Elements that do not break a line of text.
INLINE = frozenset(
    (
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
        "ins", "kbd", "label", "mark", "nobr", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup",
        "time", "tt", "u", "var", "wbr", "ruby", "rt", "rp", "rb",
    )
)  # fmt: skip
_ATTRIBUTES = ("class", "id", "itemprop", "role", "data-testid", "style")


class Container(NamedTuple):
    """A block element. ``parent`` is its place in the list of containers (-1: none); parents come first."""

    tag: str
    attributes: str
    parent: int


class Block(NamedTuple):
    """A run of text without a line break; ``linked`` counts characters in links, ``links`` counts links."""

    text: str
    container: int
    linked: int
    links: int


def blocks_of(tree: HtmlElement) -> tuple[list[Block], list[Container]]:
    """Return the blocks that hold text, and all containers. Linear time, no recursion."""
    reader = _Reader()
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag in UNSEEN or not isinstance(tag, str):
                walk.skip_subtree()
            else:
                reader.open(element, tag)
                reader.add(element.text)
        else:
            if tag not in UNSEEN and isinstance(tag, str):
                reader.close(tag)
            reader.add(element.tail)
    reader.flush()
    return reader.blocks, reader.containers


class _Reader:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.containers: list[Container] = []
        self.inside: list[int] = []
        self.parts: list[str] = []
        self.linked = self.links = 0
        self.in_link = 0

    def open(self, element: HtmlElement, tag: str) -> None:
        if tag == "a":
            self.in_link += 1
            self.links += 1
        elif tag not in INLINE:
            self.flush()
            if tag != "br":
                values = " ".join([element.get(name) or "" for name in _ATTRIBUTES])
                self.containers.append(Container(tag, values[:300].strip(), self.inside[-1] if self.inside else -1))
                self.inside.append(len(self.containers) - 1)

    def close(self, tag: str) -> None:
        if tag == "a":
            self.in_link -= 1
        elif tag not in INLINE and tag != "br":
            self.flush()
            self.inside.pop()

    def add(self, text: str | None) -> None:
        if not text:
            return
        self.parts.append(text)
        if self.in_link:
            self.linked += len(text.strip())

    def flush(self) -> None:
        text = " ".join("".join(self.parts).split()) if self.parts else ""
        if text:
            length = len(text)
            inside = self.inside[-1] if self.inside else 0
            self.blocks.append(Block(text, inside, min(self.linked, length), self.links))
        self.parts.clear()
        self.linked = self.links = 0
