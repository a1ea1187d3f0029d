"""SARIF 2.1.0 (OASIS): the format of code scanning services."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote

from cleaner import __version__
from cleaner.checking import Checked
from cleaner.findings import Located
from cleaner.places import Place
from cleaner.reports.jsontext import dumps

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

#: Results of a run that GitHub takes.
MOST = 25_000


def render(checked: Checked) -> Iterator[str]:
    """One run: its rules, then one result a line."""
    names = sorted(checked.tally.rules)
    driver = {
        "name": "cleaner",
        "version": __version__,
        "rules": [_rule(name, checked.reasons) for name in names],
    }
    yield f'{{"$schema":{dumps(SCHEMA)},"version":"2.1.0","runs":[{{"tool":{{"driver":{dumps(driver)}}},'
    yield f'"columnKind":"unicodeCodePoints","invocations":[{dumps(_invocation(checked))}],"results":['
    places = {name: number for number, name in enumerate(names)}
    for number, finding in enumerate(islice(checked, MOST)):
        yield (",\n" if number else "\n") + dumps(_result(finding, places[finding.rule]))
    yield "\n]}]}\n"


def _rule(name: str, reasons: dict[str, str]) -> dict[str, Any]:
    why = reasons.get(name.partition("/")[2])
    return {"id": name, **({"shortDescription": {"text": why}} if why else {})}


def _invocation(checked: Checked) -> dict[str, Any]:
    more = sum(checked.tally.levels.values()) - MOST
    notes = [{"level": "warning", "message": {"text": f"{more:,} more findings were left out"}}] if more > 0 else []
    return {"executionSuccessful": True, "toolExecutionNotifications": notes}


def _result(finding: Located, index: int) -> dict[str, Any]:
    result = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.level,
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": _location(finding.place), **_logical(finding.document)}],
        "partialFingerprints": {"cleaner/v1": finding.fingerprint},
        "properties": {"confidence": round(finding.confidence, 4), "source": finding.source},
    }
    if finding.related:
        kept = {"id": 1, "physicalLocation": _location(finding.related), "message": {"text": "the kept copy"}}
        result["relatedLocations"] = [kept]
    return result


def _logical(document: str) -> dict[str, Any]:
    return {"logicalLocations": [{"fullyQualifiedName": document, "kind": "module"}]} if document else {}


def _location(place: Place) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": quote(place.path.encode("utf-8", "surrogateescape"))}}
    names = {"startLine": place.line, "startColumn": place.column, "endLine": place.end_line,
             "endColumn": place.end_column}  # fmt: skip
    if place.line:
        location["region"] = {name: number for name, number in names.items() if number}
    return location
