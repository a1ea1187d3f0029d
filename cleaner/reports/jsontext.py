"""JSON that may go to a log."""

from __future__ import annotations

from typing import Any

import orjson


def dumps(value: Any) -> str:
    """One line of JSON; ``##[``, which starts a command in the log of some CI systems, is written with an escape."""
    return orjson.dumps(value).decode().replace("##[", "#\\u0023[")
