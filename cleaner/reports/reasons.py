"""Why each rule is there: the texts that reports show beside its name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

#: Reasons of what is not a rule of a file.
REASONS = {
    "decode": "How the bytes of the file became text.",
    "line-model": "The line model takes the line and its neighbours for boilerplate.",
    "template": "The line repeats in many documents of this source.",
    "same-line-twice": "The line stands twice in the document.",
    "nearly-same-line-twice": "Nearly the same line stands twice in the document.",
    "byline": "The byline becomes the authors of the document.",
    "dates": "The dates of publication become fields of the document.",
    "label": "The label of a line that becomes a field.",
    "agency-credit": "The credit of an agency becomes a field of the document.",
    "passage": "Another document has nearly the same passage; the other copy is kept.",
    "left-alone": "The document would have lost most of its text, and nothing like a paragraph would have stayed.",
    "photo-credit": "The credit of a photo becomes a field of the document.",
    "section": "The name of the section becomes a field of the document.",
    "rejected": "The record could not be used.",
}


def reasons(rule_files: Iterable[str]) -> dict[str, str]:
    """A sentence for each rule, by its name without the stage; ``rule_files`` are those of the user."""
    from cleaner.boilerplate.rules import RuleSet
    from cleaner.encoding import REPAIRS

    rules = RuleSet.load([path for name in rule_files if (path := Path(name)).exists()]).rules
    return {**REASONS, **{one.name: one.why for one in REPAIRS}, **{rule.name: rule.why for rule in rules}}
