"""The boilerplate rules as text."""

from __future__ import annotations

from cleaner.boilerplate.rules import Rule, RuleSet
from cleaner.config import suggest
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
    """All that a rule says of itself.

    Raises:
        ConfigError: there is no rule of this name.
    """
    rules = {rule.name: rule for rule in ruleset.rules}
    if name in REASONS and name not in rules:
        return f"{name}\n\n  {REASONS[name]}\n\n  (found by a detector; it has no phrases)"
    if name not in rules:
        raise ConfigError(f"there is no rule {name!r}{suggest(name, tuple(rules))}; cleaner rules list shows all")
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
