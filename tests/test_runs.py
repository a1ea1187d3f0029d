"""The automaton of runs: it finds every run, wherever letters overlap, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cleaner.boilerplate.runs import Runs

RUNS = st.dictionaries(st.text("abc", min_size=1, max_size=4).map(str.encode), st.integers(1, 255), max_size=8)


@given(RUNS, st.text("abcd\0", max_size=30).map(str.encode))
def test_the_runs_that_end_at_each_letter(runs: dict[bytes, int], text: bytes) -> None:
    automaton = Runs.of(runs)
    state, read = 0, b""
    for letter in text:
        state = int(automaton.step[(state >> 8) + int(automaton.kinds[letter])])
        read += bytes([letter]) if letter else b""
        if letter:  # what is no letter changes nothing
            expected = 0
            for run, bits in runs.items():
                expected |= bits if read.endswith(run) else 0
            assert state & 255 == expected
