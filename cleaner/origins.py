"""Where settings come from: what a file, a variable or a flag says, and which of them counts.

Precedence: command-line flags, then ``CLEANER_*`` variables, then the nearest ``cleaner.toml`` or
``[tool.cleaner]`` in ``pyproject.toml``, then the defaults of ``Config``.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from cleaner.config import FILES, Config, check, key_of, suggest
from cleaner.errors import ConfigError, reason_of

_WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
_KINDS = {str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false"}


@dataclass(frozen=True, slots=True)
class Origin:
    """A value and where it came from."""

    value: Any
    where: str


def load(flags: Mapping[str, Any], environment: Mapping[str, str], folder: Path) -> tuple[Config, dict[str, Origin]]:
    """Resolve all settings; ``flags`` holds only those given on the command line.

    Raises:
        ConfigError: an unknown key, a value of the wrong type or outside of its range; says in which file.
    """
    origins = {one.name: Origin(one.default, "default") for one in fields(Config)}
    path, table = find_file(folder)
    for key, value in table.items():
        name = _known(key, str(path))
        value = _typed(key, value, str(path))
        if path and name in FILES:
            value = tuple(os.path.relpath(path.parent / one, folder) for one in value)
        if path and name == "tmp":
            value = os.path.relpath(path.parent / value, folder)
        origins[name] = Origin(value, str(path))
    for variable, text in sorted(environment.items()):
        if variable.startswith("CLEANER_") and variable != "CLEANER_DEBUG":
            key = variable.removeprefix("CLEANER_").lower().replace("_", "-")
            name = _known(key, variable)
            origins[name] = Origin(_typed(key, _parsed(key, text, variable), variable), variable)
    for name, value in flags.items():
        origins[name] = Origin(_typed(key_of(name), value, "--" + key_of(name)), "--" + key_of(name))
    _check_engine(origins)
    for one in fields(Config):
        try:
            check(one.name, origins[one.name].value, one.metadata)
        except ConfigError as error:
            where = origins[one.name].where
            raise ConfigError(f"--{error}" if where.startswith("--") else f"{where}: {error}") from None
    return Config(**{name: origin.value for name, origin in origins.items()}), origins


def _check_engine(origins: Mapping[str, Origin]) -> None:
    """What is said of an engine must be of the one that runs; files may hold settings of both."""
    if origins["master"].value is not None and origins["engine"].where == "default":
        raise ConfigError(f"{origins['master'].where}: a master is set, but no engine that has one; add --engine spark")
    for name in ("jobs", "memory"):
        if origins["engine"].value == "spark" and origins[name].where.startswith("--"):
            raise ConfigError(
                f"--{name}: with --engine spark its own settings say that (spark.executor.instances, .cores, .memory,"
                " in PYSPARK_SUBMIT_ARGS or spark-submit); leave it out"
            )


def typed(settings: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Settings that were given from Python, by the names of the fields of ``Config``.

    Raises:
        ConfigError: an unknown setting, or a value of the wrong type; says so of ``where``.
    """
    return {_known(key_of(name), where): _typed(key_of(name), value, where) for name, value in settings.items()}


def find_file(folder: Path) -> tuple[Path | None, dict[str, Any]]:
    """The nearest ``cleaner.toml`` or ``pyproject.toml`` with ``[tool.cleaner]``, from ``folder`` upwards."""
    for place in (folder, *folder.parents):
        for name in ("cleaner.toml", "pyproject.toml"):
            path = place / name
            if path.is_file():
                try:
                    table = tomllib.loads(path.read_text(encoding="utf-8"))
                except (ValueError, RecursionError) as error:
                    raise ConfigError(f"{path}: not valid TOML: {reason_of(error)}; mend it") from error
                except OSError as error:
                    raise ConfigError(
                        f"{path}: cannot be read: {reason_of(error)}; allow it, or move it away"
                    ) from error
                if name == "cleaner.toml":
                    return path, table
                tools = table.get("tool")
                if isinstance(tools, dict) and "cleaner" in tools:
                    if isinstance(tools["cleaner"], dict):
                        return path, tools["cleaner"]
                    raise ConfigError(f"{path}: tool.cleaner must be a table: write [tool.cleaner]")
    return None, {}


def _known(key: str, where: str) -> str:
    names = tuple(key_of(one.name) for one in fields(Config))
    if key not in names:
        raise ConfigError(f"{where}: unknown setting {key!r}{suggest(key, names)}")
    return key.replace("-", "_")


def _default(key: str) -> Any:
    return next(one.default for one in fields(Config) if key_of(one.name) == key)


def _parsed(key: str, text: str, where: str) -> Any:
    default = _default(key)
    if isinstance(default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(default, bool) and text.strip().lower() in _WORDS:
        return _WORDS[text.strip().lower()]
    if isinstance(default, (int, float)) and not isinstance(default, bool):
        try:
            if isinstance(default, float) and text.rstrip().endswith("%"):
                return float(text.rstrip()[:-1]) / 100
            return type(default)(text)
        except ValueError:
            name = "" if key_of(where.lower()).endswith(key) else f"{key}: "
            raise ConfigError(f"{where}: {name}{text!r} is not a number") from None
    return text


def _typed(key: str, value: Any, where: str) -> Any:
    default = _default(key)
    if isinstance(default, tuple):
        if isinstance(value, str):
            value = _parsed(key, value, where)
        if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
            return tuple(value)
        raise ConfigError(f'{where}: {key} must be a list of names, such as ["one", "two"]')
    wanted = str if default is None else type(default)
    if isinstance(value, str) and wanted is float:
        return _parsed(key, value, where)
    if type(value) is int and key.startswith("max-") and default is None:
        return str(value)
    if type(value) is float and key.startswith("max-") and default is None:
        raise ConfigError(f"{where}: {key} is a whole number or a percentage such as '0.5%', not {value}")
    if isinstance(value, int) and not isinstance(value, bool) and wanted is float:
        return float(value)
    if isinstance(value, bool) != (wanted is bool) or not isinstance(value, wanted):
        if value is None and default is None:
            return None
        raise ConfigError(f"{where}: {key} must be {_KINDS[wanted]}, not {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    """A value as it stands in a file of settings."""
    return f"{value!r}" if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
