"""Settings given as Python arguments."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cleaner.config import Config
from cleaner.origins import load, typed


def load_config(folder: str | os.PathLike[str] = ".", **settings: Any) -> Config:
    """The settings that the command would have in ``folder``: from its ``cleaner.toml``, the environment, the defaults.

    ``settings`` come before all of them. (Without this, only what is given as arguments counts.)

    Raises:
        ConfigError: an unknown setting, or a value that it cannot have.
    """
    return load(_plain(settings), os.environ, Path(folder).absolute())[0]


def config_of(config: Config | None, settings: Mapping[str, Any], where: str) -> Config:
    """The settings of a call: those of ``config`` (the defaults where it is None), changed by ``settings``.

    Raises:
        ConfigError: an unknown setting, or a value that it cannot have; says so of the function ``where``.
    """
    return replace(config or Config(), **typed(_plain(settings), where))


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Paths and lists of them as strings."""
    return {name: _text(value) for name, value in settings.items() if value is not None}


def _text(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_text(one) for one in value]
    return os.fspath(value) if isinstance(value, os.PathLike) else value
