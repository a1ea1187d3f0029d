"""A JUnit report: a suite for each document with findings, a test case for each finding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from xml.sax.saxutils import quoteattr

from cleaner.checking import Checked
from cleaner.findings import Located
from cleaner.reports.findings import line

#: What XML 1.0 cannot hold, even escaped.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(checked: Checked) -> Iterator[str]:
    """XML; findings are failures, notes are cases that passed with an output."""
    warnings, notes = (checked.tally.levels[level] for level in ("warning", "note"))
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="cleaner check" tests="{warnings + notes or 1}" failures="{warnings}" errors="0">\n'
    for document, group in groupby(checked, key=lambda one: (one.document, one.place.path)):
        yield from _suite(document[0] or document[1], list(group))
    if not warnings + notes:
        yield '  <testsuite name="cleaner check" tests="1" failures="0" errors="0">\n'
        yield '    <testcase name="no findings" classname="cleaner"/>\n  </testsuite>\n'
    yield "</testsuites>\n"


def _suite(name: str, findings: list[Located]) -> Iterator[str]:
    failures = sum(finding.level == "warning" for finding in findings)
    yield f'  <testsuite name={_quoted(name)} tests="{len(findings)}" failures="{failures}" errors="0">\n'
    for finding in findings:
        place = finding.place
        where = f" file={_quoted(place.path)}" + (f' line="{place.line}"' if place.line else "")
        yield f"    <testcase name={_quoted(f'{finding.rule} {place}')} classname={_quoted(finding.rule)}{where}>\n"
        if finding.level == "warning":
            yield f"      <failure message={_quoted(finding.message)} type={_quoted(finding.rule)}/>\n"
        else:
            yield f"      <system-out>{_escaped(line(finding).rstrip())}</system-out>\n"
        yield "    </testcase>\n"
    yield "  </testsuite>\n"


def _quoted(text: str) -> str:
    return quoteattr(_NO_XML.sub("\ufffd", text)).replace("##[", "&#35;#[")  # a command in the log of some CI systems


def _escaped(text: str) -> str:
    return (
        _NO_XML.sub("\ufffd", text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("##[", "&#35;#[")
    )
