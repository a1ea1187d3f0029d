"""Importing this loads what every worker of a large run needs: compiled kernels, the rules' automata, the line model.

The process that workers are forked from imports it, so that this is done once for all of them. On the very first run
half of the kernels are compiled beside the others.
"""

from __future__ import annotations

import gc

import numpy as np
import pyarrow as pa

from cleaner.boilerplate import decide, kernels, model, rules
from cleaner.boilerplate.line_keys import line_keys
from cleaner.encoding import repair_batch
from cleaner.lines import Lines
from cleaner.minhash.bands import candidate_pairs, maybe_shared
from cleaner.minhash.compiled import in_two, is_kept
from cleaner.minhash.kernels import key_texts
from cleaner.minhash.keys import passage_keys
from cleaner.minhash.shingles import LARGE, use_numba
from cleaner.minhash.verify import verify

_TEXT = (
    "The council said that the bridge would be closed for ten weeks.\n\nShare this article\n\nBy Ann Lee, 3 May 2020"
)
_TEXTS = pa.array([_TEXT, f"{_TEXT} at ten"], pa.large_string())


def _warm() -> None:
    use_numba("auto", LARGE)  # as if so many bytes had been seen
    if not is_kept(key_texts):
        in_two(_documents, _near_duplicates)
    _documents()
    _near_duplicates()
    gc.freeze()  # what is here stays, and the collector of a worker need not touch it


def _documents() -> None:
    kernels.compiled(kernels.scan_lines)  # from the first one on, all are compiled
    settings = decide.Settings(ruleset=rules.RuleSet.load(), model=model.load())
    decide.find(Lines.of([_TEXT]), [None], [None], settings)
    repair_batch(_TEXTS)
    line_keys(_TEXTS)


def _near_duplicates() -> None:
    made = passage_keys(_TEXTS)
    keys, numbers = (pa.array(one).to_numpy() for one in (made.key, made.text))  # read-only, as they come from a spool
    candidate_pairs(*maybe_shared([keys], [numbers]))
    verify(_TEXTS, np.array([0]), np.array([1]))


_warm()
