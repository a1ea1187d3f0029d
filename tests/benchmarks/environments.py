"""The other tools: what each one does and leaves undone, and a virtual environment for each."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

SCRIPTS = Path(__file__).parent / "peers"


class Peer(NamedTuple):
    """A tool to measure beside ours.

    Attributes:
        script: a file of ``peers/``, called with INPUT FOLDER PROCESSES; it prints how many records it read.
        requirements: what pip installs, with versions.
        stages: the stages of ours that do the same work, as far as it goes.
        lacks: what of our work it does not do.
        slow: whether it gets the smaller corpus.
        processes: the most it can use.
        folder: whether its input is a folder with a file for each process.
        python: the least version that it needs.
    """

    name: str
    script: str
    requirements: tuple[str, ...]
    stages: str
    lacks: str
    slow: bool = True
    processes: int = 2
    folder: bool = False
    python: tuple[int, int] = (3, 11)


EVERYTHING = "encoding,boilerplate,near-duplicates"

PEERS = {
    "ftfy": Peer(
        "ftfy", "run_ftfy.py", ("ftfy==6.3.1",), "encoding", "boilerplate, near-duplicates, audit", slow=False
    ),
    "rensa": Peer(
        "rensa, paragraphs", "run_rensa.py", ("rensa==0.5.0",), "near-duplicates",
        "repair, boilerplate, offsets, verification, which copy matched, audit", slow=False,
    ),
    "by-hand": Peer(
        "ftfy + datasketch by hand, paragraphs", "run_by_hand.py", ("ftfy==6.3.1", "datasketch==2.0.0"), EVERYTHING,
        "boilerplate, offsets, verification, which copy matched, audit", processes=1,
    ),
    "text-dedup": Peer(
        "text-dedup MinHash, documents", "run_text_dedup.py", ("text-dedup==0.4.1",), "near-duplicates",
        "repair, boilerplate, passages, audit", python=(3, 12),
    ),
    "datatrove": Peer(
        "datatrove FTFY + C4 + MinHash, documents", "run_datatrove.py",
        ("datatrove[io,processing]==0.10.1", "spacy==3.8.18"), EVERYTHING,
        "boilerplate beyond C4's line rule, passages, verification, which copy matched, audit", folder=True,
    ),
    "data-juicer": Peer(
        "data-juicer fix_unicode + mappers + MinHash, documents", "run_data_juicer.py",
        ("py-data-juicer==1.6.1", "aiohttp==3.14.5"), EVERYTHING,
        "boilerplate beyond links and repeated sentences, passages, verification, which copy matched, audit",
    ),
}  # fmt: skip


class UnavailableError(Exception):
    """A tool that cannot be installed here, with the reason."""


def interpreter(peer: Peer, environments: Path) -> Path:
    """The Python of the peer's own environment, which is made on first use.

    Raises:
        UnavailableError: no suitable Python, or pip failed.
    """
    folder = environments / Path(peer.script).stem
    python, made = folder / "bin" / "python", folder / "installed.txt"
    wanted = "\n".join(peer.requirements)
    if made.exists() and made.read_text(encoding="utf-8") == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    _call([_python(peer.python), "-m", "venv", folder])
    _call([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *peer.requirements])
    made.write_text(wanted, encoding="utf-8")
    return python


def _call(command: list[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip() and "WARNING" not in line]
        raise UnavailableError("; ".join(lines[-2:]) or f"{command[0]} failed with exit code {done.returncode}")


def _python(least: tuple[int, int]) -> str:
    """A Python of at least this version: the one that runs, or one on PATH."""
    if sys.version_info >= least:
        return sys.executable
    for minor in range(least[1], least[1] + 3):
        found = shutil.which(f"python3.{minor}")
        if found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
            return found
    raise UnavailableError(f"needs Python {least[0]}.{least[1]} or later, and none is on PATH")


def version(requirement: str) -> str:
    """A pinned requirement as people write it: ``datatrove 0.10.1``."""
    return re.sub(r"\[.*\]", "", requirement).replace("==", " ")
