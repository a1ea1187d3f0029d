"""Errors that are shown to the person at the terminal: what is wrong, where, and what to do."""

from __future__ import annotations


class CleanerError(Exception):
    """A run cannot start or go on; the message is for people and needs no traceback."""


class InputError(CleanerError):
    """An input that cannot be found or opened."""


class NothingKeptError(InputError):
    """No record could be used, and an earlier output that has documents stays as it is; exit code 1."""


class OutputError(CleanerError):
    """An output that cannot be written, or that would destroy what is not ours."""


class ConfigError(CleanerError):
    """A setting, rule file or model that cannot be used."""


class LimitError(CleanerError):
    """What was found is over a limit that was set; exit code 1."""


class WorkerError(CleanerError):
    """Worker processes died, again and again."""


class LostPartError(CleanerError):
    """A part of the spool is gone: something else deleted it, or it was not kept for a run to go on from."""


class StoppedError(CleanerError):
    """A run was stopped by what has nothing to do with it; ``--resume`` goes on from what it has finished.

    ``code`` is the exit code.
    """

    def __init__(self, message: str, code: int = 2) -> None:
        super().__init__(message)
        self.code = code


class RecordError(CleanerError):
    """One record that cannot be used: it goes to ``rejected``, and the run goes on."""


def reason_of(error: BaseException) -> str:
    """Why something failed, for a message: in one line, and without what only a programmer can read."""
    if isinstance(error, UnicodeError):
        return "it is not text in UTF-8"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    lines = str(error).strip().splitlines()
    return lines[0].removesuffix(".") if lines else "no reason is given"
