"""The boilerplate rules as text."""

from __future__ import annotations

from cleaner.boilerplate.rules import Rule, RuleSet
from cleaner.config import suggest
from cleaner.encoding import REPAIRS
from cleaner.errors import ConfigError
from cleaner.reports.reasons import REASONS


def table(ruleset: RuleSet) -> str:
    """A line a rule: its name, what it does, how sure it is, and why."""
    width = max(len(rule.name) for rule in ruleset.rules)
    return "\n".join(
        f"{rule.name:{width}}  {rule.action:13}  {rule.confidence:.2f}  {rule.why}"
        for rule in sorted(ruleset.rules, key=lambda rule: rule.name)
    )


def show(ruleset: RuleSet, name: str) -> str:
    """All that a rule says of itself; a name may have its stage before it, as in a finding.

    Raises:
        ConfigError: there is no rule of this name.
    """
    name = name.rpartition("/")[2]
    rules = {rule.name: rule for rule in ruleset.rules}
    others = {**REASONS, **{repair.name: repair.why for repair in REPAIRS}}
    if name in others and name not in rules:
        return f"{name}\n\n  {others[name]}\n\n  (found by a detector or a repair; it has no phrases)"
    if name not in rules:
        near = suggest(name, (*rules, *others))
        raise ConfigError(f"there is no rule {name!r}{near or '; cleaner rules list shows all'}")
    rule = rules[name]
    lines = [rule.name, "", f"  {rule.why}", "", *(f"  {key:12} {value}" for key, value in _facts(rule))]
    for title, texts in (
        ("says", rule.phrases + rule.patterns),
        ("changes", rule.changes),
        ("keeps", rule.keeps),
    ):
        if texts:
            lines += ["", f"  {title}"]
            lines += ["    " + text.replace("\n", "\n      ") for text in texts]
    return "\n".join(lines)


def _facts(rule: Rule) -> list[tuple[str, str]]:
    facts = [("action", rule.action), ("confidence", f"{rule.confidence:.2f}"), ("position", rule.position)]
    facts += [("languages", ", ".join(rule.languages))] if rule.languages else []
    return facts
