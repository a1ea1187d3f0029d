"""The command ``cleaner``: a skin over the library. Its commands are in ``cleaner.commands``.

Exit codes: 0 done, nothing over a limit · 1 findings over a limit · 2 could not run · 130 interrupted.
"""

# ruff: noqa: D301 - click reads the character \b, so docstrings must not be raw
from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Sequence

import click

from cleaner import __version__
from cleaner.commands import check, index, outputs, rules, run, settings, terminal, usage
from cleaner.errors import CleanerError, LimitError, NothingKeptError, StoppedError

#: With this variable set an internal error shows its traceback.
DEBUG = "CLEANER_DEBUG"

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100, "auto_envvar_prefix": None}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit; every error becomes one message and an exit code."""
    sys.exit(_run(arguments))


def _terminate(*_: object) -> None:
    raise KeyboardInterrupt("terminated")  # so that what a run has begun is cleared away


def _run(arguments: Sequence[str] | None) -> int:
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminate)
    terminal.settle_streams()
    try:
        result = cli.main(args=arguments, prog_name="cleaner", standalone_mode=False)
        if sys.stdout:  # there is none where whoever started the command closed it
            sys.stdout.flush()
    except click.exceptions.Abort:
        return _say("interrupted", 130)
    except click.ClickException as error:
        return _say(f"error: {usage.said(error)}", 2)
    except LimitError as error:
        return _say(f"over the limit: {error}", 1)
    except StoppedError as error:
        return _say(str(error), error.code)
    except NothingKeptError as error:
        return _say(f"error: {error}", 1)
    except CleanerError as error:
        return _say(f"error: {error}", 2)
    except (BrokenPipeError, SystemExit):  # click exits where the reader of standard output went away
        terminal.leave_output()
        return 0
    except KeyboardInterrupt:
        return _say("interrupted", 130)
    except MemoryError:
        return _say("error: out of memory; try --jobs 1, or split the input", 2)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            return _say("error: the disk is full; nothing was changed; free some space, or choose another folder", 2)
        return _say(f"error: {error.filename or 'input or output'}: {error.strerror or error}", 2)
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        name = type(error).__name__
        return _say(f"internal error: {name}: {error}; this is a bug, please report it with what {DEBUG}=1 shows", 2)
    return result if isinstance(result, int) else 0


def _say(message: str, code: int) -> int:
    terminal.say(message)
    return code


@click.group(cls=usage.Commands, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="cleaner", message="%(prog)s %(version)s")
def cli() -> None:
    """Clean a news corpus: repair encoding, strip boilerplate, flag near-duplicate passages.

    Every change is written to an audit that restores the original.

    \b
    Example:
      cleaner run articles/ -o clean/
    """


for one in (
    run.run_command,
    check.check_command,
    outputs.report_command,
    outputs.why_command,
    outputs.restore_command,
    outputs.rethreshold_command,
    index.index_group,
    rules.rules_group,
    settings.config_command,
    settings.init_command,
    settings.completion_command,
):
    cli.add_command(one)
terminal.add_color(cli)
