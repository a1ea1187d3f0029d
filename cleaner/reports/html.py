"""The report of a run as one page: no network, no script that it needs, nothing of the corpus as markup."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from cleaner.checking import write_file
from cleaner.corpus import Corpus
from cleaner.output import REPORT
from cleaner.reports.evidence import BINS, gather, sources
from cleaner.reports.examples import Caps
from cleaner.reports.excerpts import excerpt, visible
from cleaner.reports.reasons import reasons

#: Bytes of a report, at most.
LARGEST = 2_000_000

SOURCES = Path(__file__).parent


def write_report(folder: Path, target: Path | None = None) -> Path:
    """Write the report of the output folder ``folder`` to ``target``, or beside the corpus; returns where.

    Raises:
        InputError: the folder is no output of a run.
        OutputError: the report cannot be written.
    """
    target = target or folder / REPORT
    write_file(target, iter([render(Corpus(folder))]))
    return target


def render(corpus: Corpus) -> str:
    """The page; the same bytes for the same run."""
    caps = Caps()
    while True:
        page = _page(corpus, caps)
        if len(page.encode()) <= LARGEST or caps == caps.halved():
            return page
        caps = caps.halved()


def _page(corpus: Corpus, caps: Caps) -> str:
    evidence = gather(corpus, caps)
    style, script = ((SOURCES / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    page: str = template().render(
        record=corpus.record,
        evidence=evidence,
        rules=_rules(corpus.record, caps),
        left_out=max(0, len(corpus.record["edits"]) - caps.rules),
        why=reasons(corpus.record["config"]["rules"]),
        filters=sources(evidence),
        records=_records(corpus.record["counts"]),
        bars=_bars(evidence.similarities.jaccard, evidence.similarities.containment),
        settings=_settings(corpus.record["config"]),
        bins=BINS,
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
    )
    return page.lstrip()


@cache
def template() -> Any:
    """The page without what it says; compiled once a process."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"excerpt": excerpt, "visible": visible, "grouped": "{:,}".format, "percent": _percent}
    return environment.from_string((SOURCES / "report.html.j2").read_text(encoding="utf-8"))


def _percent(share: float) -> str:
    if 0 < share < 0.0005:
        return "< 0.1 %"
    return f"{share * 100:.1f} %"


def _hash(text: str) -> str:
    """What a content-security policy calls an inline style or script by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _rules(record: dict[str, Any], caps: Caps) -> list[dict[str, Any]]:
    """The rules, those that take most out first; a near-duplicate's rule names its kept copy, so these are one."""
    rules: dict[str, dict[str, Any]] = {}
    for name, count in record["edits"].items():
        row = rules.setdefault(name, {"name": name, "edits": 0, "characters": 0})
        row["edits"] += count
        row["characters"] += record["characters_removed"][name]
    return sorted(rules.values(), key=lambda row: (-row["characters"], -row["edits"], row["name"]))[: caps.rules]


def _records(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    """The records by what became of them: class of the bar, name, number."""
    return [
        ("changed", "kept, changed", counts["changed"]),
        ("kept", "kept as they were", counts["kept"] - counts["changed"]),
        ("dropped", "dropped as near-duplicates", counts["dropped"]),
        ("rejected", "could not be used", counts["rejected"]),
    ]


def _bars(*series: list[int]) -> list[list[float]]:
    """Heights of bars from 0 to 100; the highest of all series has 100."""
    highest = max(1, *(max(counts) for counts in series))
    return [[round(100 * count / highest, 1) for count in counts] for counts in series]


def _settings(config: dict[str, Any]) -> list[tuple[str, str]]:
    """The settings that differ from the defaults, as options."""
    from dataclasses import fields

    from cleaner.config import Config, key_of

    rows = []
    for one in fields(Config):
        value = config.get(key_of(one.name), one.default)
        if (tuple(value) if isinstance(value, list) else value) != one.default:
            rows.append(("--" + key_of(one.name), ",".join(value) if isinstance(value, list) else str(value)))
    return rows
