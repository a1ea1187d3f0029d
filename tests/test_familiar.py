"""The line model speaks of English; elsewhere it needs far more to take out a line."""

from __future__ import annotations

import numpy as np
import pytest

from cleaner.boilerplate import scan
from cleaner.boilerplate.familiar import familiar
from cleaner.lines import Lines

ENGLISH = "The council said on Monday that it had not been told of the plan.\nShare this story with your friends"
GERMAN = "Der Rat teilte am Montag mit, dass er von dem Plan nichts gewusst habe.\nTeilen Sie diesen Artikel"
POLISH = "Rada poinformowała w poniedziałek, że o planie nic nie wiedziała.\nUdostępnij ten artykuł"
GREEK = "Το συμβούλιο ανακοίνωσε τη Δευτέρα ότι δεν γνώριζε τίποτα για το σχέδιο."
CHINESE = "市议会周一表示，对该计划一无所知。"


@pytest.mark.parametrize("text", [GERMAN, POLISH, GREEK, CHINESE])
def test_other_languages_are_told_from_english_in_one_batch(text: str) -> None:
    lines = Lines.of([ENGLISH, text, ENGLISH])
    found = familiar(lines, scan.scan(lines))
    assert found.tolist() == (lines.document != 1).tolist()


def test_no_lines_and_no_words() -> None:
    assert familiar(Lines.of([]), scan.scan(Lines.of([]))).tolist() == []
    lines = Lines.of(["* * *", ENGLISH])
    assert familiar(lines, scan.scan(lines)).tolist() == [False, True, True]
    assert familiar(lines, scan.scan(lines)).dtype == np.bool_
