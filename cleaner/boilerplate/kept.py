"""What is made of many rules, kept beside the compiled kernels: to read it takes a twentieth of making it.

Files are named by a digest of the rules and of the code that makes it, so that none is ever out of date. They lie in
the folder of this package where Python and numba keep compiled code, so that only those can write them who could write
that, and hold no objects. Where nothing can be written there, nothing is kept.
"""

from __future__ import annotations

import os
import time
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from unicodedata import unidata_version
from uuid import uuid4

import numpy as np
import orjson

from cleaner import __version__
from cleaner.boilerplate.automata import Automata, Tables, expressions_of
from cleaner.boilerplate.gate_tables import Gates
from cleaner.boilerplate.rule_files import Rule

#: Fewer phrases and patterns than that are not worth a file.
FEW = 500
#: So many files are kept.
FILES = 4
#: What a process that was killed left is taken away after so long.
LEFT_SECONDS = 3600
#: What reading a damaged archive can raise.
DAMAGED = (OSError, LookupError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
_FOLDER = Path(__file__).with_name("__pycache__")


def automata(rules: Sequence[Rule], pieces: Mapping[str, str]) -> Automata:
    """Return the automata of rules, read or made.

    Raises:
        ConfigError: a phrase cannot be read.
    """
    if sum(len(rule.phrases) + len(rule.patterns) for rule in rules) < FEW:
        return Automata([expressions_of(rule, pieces) for rule in rules])
    path = _FOLDER / f"rules-{_digest(rules, pieces)}.npz"
    with suppress(*DAMAGED), path.open("rb") as file:
        tables = np.load(file, allow_pickle=False)
        with suppress(OSError):
            os.utime(path)  # those that were read last are kept
        gates = Gates(*(tables[name] for name in Gates._fields))
        return Automata.of(Tables(tables["rule_of"], tables["patterns"], gates))
    made = Automata([expressions_of(rule, pieces) for rule in rules])
    with suppress(OSError):  # then it is made anew the next time
        _write(path, made.tables)
    return made


def _digest(rules: Sequence[Rule], pieces: Mapping[str, str]) -> str:
    own = [[rule.phrases, rule.patterns, rule.long] for rule in rules]
    told = own, sorted(pieces.items()), unidata_version, __version__
    digest = blake2b(orjson.dumps(told), digest_size=16)
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _write(path: Path, tables: Tables) -> None:
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_name(f"{path.stem}.{uuid4().hex}.tmp")
    try:
        with temporary.open("xb") as file:  # for all who may read the code
            gates = tables.gates._asdict()
            np.savez(file, allow_pickle=False, rule_of=tables.rule_of, patterns=tables.patterns, **gates)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    kept = sorted(path.parent.glob("rules-*.npz"), key=lambda one: one.stat().st_mtime, reverse=True)
    left = [one for one in path.parent.glob("rules-*.tmp") if one.stat().st_mtime < time.time() - LEFT_SECONDS]
    for old in (*kept[FILES:], *left):
        old.unlink(missing_ok=True)
