"""Importing this loads what every worker of a large run needs: compiled kernels, the rules' automata, the line model.

The process that workers are forked from imports it, so that this is done once for all of them.
"""

from __future__ import annotations

import gc

import numpy as np
import pyarrow as pa

from cleaner.boilerplate import decide, kernels, model, rules
from cleaner.encoding import repair_batch
from cleaner.lines import Lines
from cleaner.minhash.keys import passage_keys
from cleaner.minhash.shingles import LARGE, use_numba
from cleaner.minhash.verify import verify

_TEXT = (
    "The council said that the bridge would be closed for ten weeks.\n\nShare this article\n\nBy Ann Lee, 3 May 2020"
)


def _warm() -> None:
    kernels.compiled(kernels.scan_lines)  # from the first one on, all are compiled
    use_numba("auto", LARGE)  # as if so many bytes had been seen
    settings = decide.Settings(ruleset=rules.RuleSet.load(), model=model.load())
    decide.find(Lines.of([_TEXT]), [None], [None], settings)
    texts = pa.array([_TEXT, f"{_TEXT} at ten"], pa.large_string())
    repair_batch(texts)
    passage_keys(texts)
    verify(texts, np.array([0]), np.array([1]))
    gc.freeze()  # what is here stays, and the collector of a worker need not touch it


_warm()
