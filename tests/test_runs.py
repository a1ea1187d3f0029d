"""The automaton of runs: it finds every run, wherever letters overlap, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cleaner.boilerplate.runs import Runs

RUNS = st.sets(st.text("abc", min_size=1, max_size=4).map(str.encode), max_size=8)


@given(RUNS, st.text("abcd\0", max_size=30).map(str.encode))
def test_the_runs_that_end_at_each_letter(runs: set[bytes], text: bytes) -> None:
    automaton = Runs.of(runs)
    state, read = 0, b""
    for letter in text:
        state = int(automaton.step[(state >> 1) + int(automaton.kinds[letter])])
        read += bytes([letter]) if letter else b""
        if letter:  # what is no letter changes nothing
            found = automaton.ends[(state >> 1) // (len(automaton.step) // len(automaton.ends))]
            assert found == {run for run in runs if read.endswith(run)}
            assert state & 1 == bool(found)
