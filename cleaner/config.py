"""Settings: one table of them, from which the options, ``cleaner config`` and ``run.json`` are made."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from cleaner.errors import ConfigError

#: Settings that name files: in a file of settings they are relative to it.
FILES = ("rules", "templates", "against")
#: Numbers of files and of kernels have 64 bits.
LARGEST = 2**63 - 1
#: One worker with its libraries, model and a batch of documents holds about this much.
LEAST_MEMORY = 500_000_000
STAGES = ("encoding", "extract", "boilerplate", "near-duplicates")
#: Names of the repairs of ``cleaner.encoding``, which takes too long to import here.
REPAIRS = (
    *("terminal-escapes", "html-entities", "html-entities-cut", "json-escapes", "slashed-quotes", "quoted-printable"),
    *("percent-escapes", "mojibake", "mojibake-in-part", "wrong-encoding", "line-ends", "control-characters"),
    *("zero-width", "soft-hyphens", "direction-marks", "spaces", "ligatures", "full-width", "composed"),
)


def setting(
    default: Any,
    text: str,
    *,
    choices: tuple[str, ...] = (),
    low: float | None = None,
    high: float | None = None,
    result: bool = True,
    check: bool = False,
    size: bool = False,
) -> Any:
    """A field of ``Config``.

    ``result`` says whether it can change what is written (and so stands in run.json), ``check`` that only
    ``cleaner check`` heeds it; such a limit is a percentage or a whole number. ``size`` is one of memory, with a unit.
    """
    return field(
        default=default,
        metadata={
            "help": text,
            "choices": choices,
            "low": low,
            "high": high,
            "result": result,
            "check": check,
            "size": size,
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings of a run, resolved. Field names are the keys of ``cleaner.toml``, with ``-`` for ``_``."""

    stages: tuple[str, ...] = setting(STAGES, "Stages to run, separated by commas.", choices=STAGES)
    format: str = setting("jsonl", "How the corpus is written.", choices=("jsonl", "jsonl.zst", "parquet", "txt"))
    report: bool = setting(True, "Write report.html, a page about the run, beside the corpus.", result=False)
    spaces: str = setting(
        "between-words",
        "No-break and other special spaces that become plain ones.",
        choices=("between-words", "all", "keep"),
    )
    skip_repairs: tuple[str, ...] = setting((), "Repairs of characters that are not made.", choices=REPAIRS)
    boilerplate: str = setting(
        "balanced",
        "How sure a line must be boilerplate to be removed.",
        choices=("conservative", "balanced", "aggressive"),
    )
    rules: tuple[str, ...] = setting((), "More rule files (TOML), added to the packaged ones.")
    templates: tuple[str, ...] = setting((), "Files of templates that earlier runs learned (their templates.jsonl).")
    duplicates: str = setting(
        "flag",
        "What happens to near-duplicate passages.",
        choices=("flag", "drop-passages", "drop-documents"),
    )
    drop_covered: float = setting(
        0.8, "Share of a passage that its kept copy must have for it to be dropped.", low=0.0, high=1.0
    )
    keep: str = setting("earliest", "Which copy of a near-duplicate passage is kept.", choices=("earliest", "longest"))
    jaccard: float = setting(0.2, "Jaccard similarity from which on passages are near-duplicates.", low=0.0, high=1.0)
    containment: float = setting(0.38, "Containment from which on passages are near-duplicates.", low=0.0, high=1.0)
    shared_words: int = setting(8, "Words in shared shingles that near-duplicates have at least.", low=1)
    short_words: int = setting(8, "Passages of fewer words are compared by equality only.", low=1)
    form: int = setting(
        40, "Words in common for each place with other numerals or names, at least; 0 lets forms pass.", low=0
    )
    bands: int = setting(4, "Bands of a signature.", low=0, high=128)
    rows: int = setting(4, "Values in a band.", low=1, high=128)
    shingle_rate: float = setting(1.0, "Share of runs of words that make candidate pairs.", low=0.0, high=1.0)
    against: tuple[str, ...] = setting((), "Earlier corpora to compare with: saved indexes, or outputs of runs.")
    max_source_loss: float = setting(
        1.0, "Stop if a source would lose more than this share of its characters.", low=0.0, high=1.0, result=False
    )
    max_boilerplate: str | None = setting(
        None, "Boilerplate: % of the characters, or a number of findings.", result=False, check=True
    )
    max_near_duplicates: str | None = setting(
        None, "Near-duplicates: % of the passages, or a number of findings.", result=False, check=True
    )
    max_mojibake: str | None = setting(
        None, "Text in a wrong encoding: % of the documents, or a number of findings.", result=False, check=True
    )
    max_repairs: str | None = setting(
        None, "Repairs of characters of all kinds: % of the documents, or a number.", result=False, check=True
    )
    max_rejected: str | None = setting(
        None, "Records that cannot be used: % of the records, or a number.", result=False, check=True
    )
    text_field: str | None = setting(None, "Field that holds the text.")
    html_field: str | None = setting(None, "Field that holds HTML.")
    id_field: str | None = setting(None, "Field that holds the id.")
    source_field: str | None = setting(None, "Field that holds the source (outlet or site).")
    url_field: str | None = setting(None, "Field that holds the URL.")
    date_field: str | None = setting(None, "Field that holds the date of publication.")
    title_field: str | None = setting(None, "Field that holds the title.")
    input_format: str | None = setting(None, "Read every input as this format, instead of by its name and content.")
    charset: str | None = setting(None, "Charset that byte content is taken for, where it is not valid UTF-8 and fits.")
    max_record_bytes: int = setting(32 << 20, "A larger record is rejected.", low=1)
    max_file_bytes: int = setting(1 << 40, "A compressed file or archive is read up to so many bytes.", low=1)
    max_ratio: int = setting(200, "A compressed file may unpack to so many times its size.", low=1)
    jobs: int = setting(0, "Worker processes; 0 takes one a core for large inputs.", low=0, high=1024, result=False)
    memory: str | None = setting(
        None, "Memory that all processes share, like 4GB; else half of what there is.", size=True, result=False
    )
    tmp: str | None = setting(
        None, "Folder for what lies between the steps of a run (some 4 times the input); else OUTPUT.", result=False
    )
    engine: str = setting("local", "What runs the passes.", choices=("local", "spark"), result=False)
    master: str | None = setting(
        None,
        "Master of the engine spark: local[2], spark://host:port, yarn, k8s://…; as Spark is configured.",
        result=False,
    )

    def __post_init__(self) -> None:
        for one in fields(self):
            check(one.name, getattr(self, one.name), one.metadata)
        if self.bands * self.rows > 128:
            raise ConfigError(
                f"bands x rows: {self.bands} x {self.rows} values are more than a signature's 128; take fewer of either"
            )

    def resolved(self) -> dict[str, Any]:
        """The settings that can change results, as run.json holds them."""
        return {key_of(one.name): asdict(self)[one.name] for one in fields(self) if one.metadata["result"]}


def key_of(name: str) -> str:
    """``text_field`` as it is written in files and options: ``text-field``."""
    return name.replace("_", "-")


def check(name: str, value: Any, rules: Mapping[str, Any]) -> None:
    """Raise ConfigError if a value is not one that the setting can have."""
    for one in value if isinstance(value, tuple) else (value,):
        if rules["choices"] and one not in rules["choices"]:
            raise ConfigError(
                f"{key_of(name)}: {one!r} is none of {', '.join(rules['choices'])}{suggest(one, rules['choices'])}"
            )
    if isinstance(value, float) and value != value:
        raise ConfigError(f"{key_of(name)}: {value} is not a number, and must be one")
    if rules["size"] and value is not None:
        bytes_of(value, key_of(name))
    if isinstance(value, int) and value > LARGEST:
        raise ConfigError(f"{key_of(name)}: {value} is above {LARGEST}, the most that any number can be")
    if rules["low"] is not None and value < rules["low"]:
        raise ConfigError(f"{key_of(name)}: {value} is below {rules['low']}, the least that it can be")
    if rules["high"] is not None and value > rules["high"]:
        raise ConfigError(f"{key_of(name)}: {value} is above {rules['high']}, the most that it can be")


def bytes_of(text: str, name: str) -> int:
    """Bytes of a size such as ``4GB`` or ``512 MiB``.

    Raises:
        ConfigError: it is none, or less than a run needs.
    """
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?([KMGT]?)(i?)B?", text.strip(), re.IGNORECASE)
    if not found:
        raise ConfigError(f"{name}: {text!r} is no size; write it like 4GB or 512MB")
    number, prefix, binary = found.groups()
    size = int(float(number) * (1024 if binary else 1000) ** " KMGT".index(prefix.upper() or " "))
    if size < LEAST_MEMORY:
        raise ConfigError(f"{name}: {text} is less than a run needs, {LEAST_MEMORY // 1_000_000}MB")
    return size


def suggest(word: object, known: tuple[str, ...]) -> str:
    """A "; did you mean …?" where one of the known words is near, else nothing."""
    near = difflib.get_close_matches(str(word), known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
