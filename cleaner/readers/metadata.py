"""The fields of a record that are no columns, as a string of JSON that every parser can read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from cleaner.errors import RecordError

#: Deeper nesting than this is refused: writers nest metadata further, and parsers have limits.
DEPTH = 200


def as_json(record: Mapping[str, Any], names: Sequence[str]) -> str | None:
    r"""Return the fields ``names`` as a JSON object, None for no fields.

    What JSON lacks becomes a string: dates (ISO 8601), bytes, numbers of more than 64 bits, lone surrogates
    (as ``\udce9``). What is no number becomes null.

    Raises:
        RecordError: they are nested more than 200 deep.
    """
    if not names:
        return None
    rest = {name: record[name] for name in names}
    try:
        # Within some more brackets, so that the writers' own nesting does not go over the limit of orjson.
        return orjson.dumps([[[[rest]]]], default=_string).decode()[4:-4]
    except TypeError:
        return orjson.dumps(_simple(rest, DEPTH)).decode()


def _string(value: Any) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def _simple(value: Any, depth: int) -> Any:
    """Return the same in types and values that JSON has."""
    if not depth:
        raise RecordError(f"its fields are nested more than {DEPTH} deep")
    if isinstance(value, dict):
        return {_simple(str(key), depth): _simple(one, depth - 1) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_simple(one, depth - 1) for one in value]
    if value is None or isinstance(value, bool) or (isinstance(value, int) and -(2**63) <= value < 2**64):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    text = str(value.isoformat()) if hasattr(value, "isoformat") else _string(value)
    return text.encode("utf-8", "backslashreplace").decode()
