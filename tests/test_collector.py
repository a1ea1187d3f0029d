from __future__ import annotations

import gc

import pytest

from cleaner.collector import paused


@paused()
def _fails() -> None:
    assert not gc.isenabled()
    with paused():
        assert not gc.isenabled()
    assert not gc.isenabled()
    raise ValueError("stop")


def test_the_collector_pauses_and_goes_on_even_after_an_error() -> None:
    with pytest.raises(ValueError, match="stop"):
        _fails()
    assert gc.isenabled()
