"""The settings as a commented file, as a JSON schema, and as a table for the documentation: all from ``Config``."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from cleaner.config import Config, key_of

#: A heading stands before these settings; what follows belongs to it.
HEADINGS = {
    "stages": "What is done",
    "duplicates": "Near-duplicate passages",
    "max_source_loss": "Limits: of a run the first, of cleaner check all",
    "text_field": "Reading the inputs",
    "max_record_bytes": "Bounds",
}
_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
_HEAD = """\
# Settings of cleaner (news-corpus-cleaner). What is commented out is the default.
# Options and CLEANER_* variables come before this file; cleaner config shows what is in force.
# cleaner config --schema prints a JSON schema of it, for editors.
"""


def toml() -> str:
    """A ``cleaner.toml`` that holds every setting, commented out, with its default and what it is for."""
    lines = [_HEAD]
    for one in fields(Config):
        if one.name in HEADINGS:
            lines.append(f"\n# --- {HEADINGS[one.name]} ---\n")
        lines += [f"# {line}" for line in textwrap.wrap(_sentence(one), 98)]
        lines.append(f"# {key_of(one.name)} = {_literal(one)}\n")
    return "\n".join(lines)


def schema() -> dict[str, Any]:
    """A JSON schema (draft 7, which editors know) that takes what ``cleaner.toml`` may hold."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "cleaner.toml, settings of news-corpus-cleaner",
        "type": "object",
        "additionalProperties": False,
        "properties": {key_of(one.name): _property(one) for one in fields(Config)},
    }


def markdown() -> str:
    """A table of all settings for the documentation."""
    return "".join(_rows())


def _rows() -> Iterator[str]:
    yield "| setting | default | what it is |\n| --- | --- | --- |\n"
    for one in fields(Config):
        shown = "" if one.default in (None, (), "") else f"`{plain(one.default)}`"
        yield f"| `{key_of(one.name)}` | {shown} | {_sentence(one)} |\n"


def _sentence(one: Any) -> str:
    text, choices = one.metadata["help"], one.metadata["choices"]
    kind = "Some" if isinstance(one.default, tuple) else "One"
    return f"{text}" + (f" {kind} of {', '.join(choices)}." if choices and choices != one.default else "")


def plain(value: Any) -> str:
    """A value as it is written in an option; empty for one that is not set."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _literal(one: Any) -> str:
    """The default as TOML; a setting that has none shows what it could be."""
    value = one.default
    if value is None:
        return '"1%"' if one.metadata["check"] else '"4GB"' if one.metadata["size"] else '""'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(f'"{name}"' for name in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _property(one: Any) -> dict[str, Any]:
    rules, default = one.metadata, one.default
    made: dict[str, Any] = {"description": rules["help"]}
    names = {"type": "string", **({"enum": list(rules["choices"])} if rules["choices"] else {})}
    if isinstance(default, tuple):
        return made | {"type": "array", "items": names, "default": list(default)}
    if rules["check"]:
        return made | {"type": ["string", "integer"], "pattern": r"^\s*\d{1,12}(\.\d{1,9})?\s*%?\s*$", "minimum": 0}
    if default is None:
        return made | names
    made |= names if isinstance(default, str) else {"type": _TYPES[type(default)]}
    bounds = {"minimum": rules["low"], "maximum": rules["high"]}
    return made | {"default": default} | {name: bound for name, bound in bounds.items() if bound is not None}
