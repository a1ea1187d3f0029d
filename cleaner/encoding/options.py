"""What repairs may touch that some people want kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class RepairOptions:
    """Settings of :func:`cleaner.encoding.repair`.

    Attributes:
        spaces: no-break and other exotic spaces: ``between-words`` makes plain ones of those that stand between two
            words, where no typography asks for them; ``all`` makes plain ones of all; ``keep`` leaves them.
        soft_hyphens: take soft hyphens out.
        ligatures: take the Latin ligatures of print (ﬁ, ﬂ) apart.
        full_width: make full-width Latin letters and digits plain ones in lines without East Asian script.
    """

    spaces: Literal["between-words", "all", "keep"] = "between-words"
    soft_hyphens: bool = True
    ligatures: bool = True
    full_width: bool = True
