"""What repairs may touch that some people want kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class RepairOptions:
    """Settings of :func:`cleaner.encoding.repair`.

    Attributes:
        spaces: no-break and other special spaces: ``between-words`` makes plain ones of those that stand between two
            words, where no typography asks for them; ``all`` makes plain ones of all; ``keep`` leaves them.
        skip: names of repairs that are not made, such as ``soft-hyphens`` or ``ligatures``.
    """

    spaces: Literal["between-words", "all", "keep"] = "between-words"
    skip: tuple[str, ...] = ()
