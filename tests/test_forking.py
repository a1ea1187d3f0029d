"""Workers that are forked from a fork of the command: they have what it has imported, and none of its files."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import multiprocessing, os, sys, threading
import cleaner
from cleaner.forking import forked_server
from cleaner.ready import get_ready
cleaner.mark = "known"
os.dup2(os.open(os.devnull, os.O_RDONLY), 77, inheritable=True)
if "thread" in sys.argv:
    threading.Thread(target=threading.Event().wait, daemon=True).start()
get_ready(how=forked_server())
worker = multiprocessing.get_context("forkserver").Process(target=exec, args=(sys.argv[1], {}))
worker.start()
worker.join()
"""
WORKER = "import cleaner, os; print(getattr(cleaner, 'mark', 'imported anew'), os.path.exists('/proc/self/fd/77'))"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere Python is started anew")
@pytest.mark.parametrize(("arguments", "said"), [((), "known False"), (("thread",), "imported anew False")])
def test_workers_know_what_the_command_had_imported_if_it_has_one_thread(arguments: tuple[str, ...], said: str) -> None:
    done = subprocess.run(  # that it returns says as well that the server ended: it holds standard output
        [sys.executable, "-c", PROGRAM, WORKER, *arguments], capture_output=True, text=True, check=True, timeout=600
    )
    assert (done.stdout.strip(), done.stderr) == (said, "")
