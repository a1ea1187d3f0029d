"""The examples of rules as tests: what ``cleaner rules test`` runs.

An example is a line, or a small document of several lines; in a document the lines that must go begin with
``- `` and the others may be indented by two spaces. What one rule must leave alone, all must leave alone; what is
left of an example after the rules must not change again; and every guard must be needed: without it some example
of the rule fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cleaner.boilerplate.rules import Rule, RuleSet
from cleaner.lines import Lines

#: Marks below are reported and not applied.
APPLIED = 0.5
#: Each guard of a rule and its value when loosened.
GUARDS: dict[str, object] = {"position": "anywhere", "words": 0, "after": (), "before": ()}


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule whose example does not hold; ``guard`` names the guard that no example defends."""

    rule: str
    message: str
    example: str = ""
    guard: str = ""


@dataclass(frozen=True, slots=True)
class _Example:
    """A document and the rows of its lines that must go."""

    rule: Rule
    written: str
    text: str
    goes: frozenset[int]


def check(ruleset: RuleSet) -> list[Failure]:
    """Return everything that does not hold, in the order of the rules; empty if all is well."""
    examples = [example for rule in ruleset.rules for example in _examples(rule)]
    failures = [*_changes(ruleset, examples), *_twice(ruleset, examples)]
    for rule in ruleset.rules:
        failures.extend(_undefended(ruleset, rule))
    return failures


def _examples(rule: Rule) -> Iterator[_Example]:
    for written in rule.changes:
        yield _example(rule, written, changes=True)
    for written in rule.keeps:
        yield _example(rule, written, changes=False)


def _example(rule: Rule, written: str, changes: bool) -> _Example:
    lines = [line for line in written.split("\n") if line.strip()]
    if len(lines) == 1:
        return _Example(rule, written, written, frozenset([0] if changes else []))
    goes = frozenset(row for row, line in enumerate(lines) if line.startswith("- ")) if changes else frozenset()
    text = "\n".join(line[2:] if row in goes else line.strip() for row, line in enumerate(lines))
    return _Example(rule, written, text, goes)


def _removed(ruleset: RuleSet, texts: list[str], languages: list[str | None]) -> list[dict[int, str]]:
    """Return for each text the rows that the rules take out, each with the rule's name."""
    lines = Lines.of(texts)
    removed: list[dict[int, str]] = [{} for _ in texts]
    for mark in ruleset.match(lines, languages):
        if mark.action == "remove" and mark.confidence >= APPLIED:
            document = int(lines.document[mark.row])
            removed[document].setdefault(mark.row - int(lines.first[document]), mark.rule)
    return removed


def _run(ruleset: RuleSet, examples: list[_Example]) -> list[dict[int, str]]:
    languages = [example.rule.languages[0] if example.rule.languages else None for example in examples]
    return _removed(ruleset, [example.text for example in examples], languages)


def _changes(ruleset: RuleSet, examples: list[_Example]) -> Iterator[Failure]:
    for example, removed in zip(examples, _run(ruleset, examples), strict=True):
        lines = [line for line in example.text.split("\n") if line.strip()]
        for row, line in enumerate(lines):
            if row in removed and row not in example.goes:
                message = f"must stay, but rule {removed[row]!r} takes it out: {line!r}"
                yield Failure(example.rule.name, message, example.written if example.written != line else "")
            elif row in example.goes and row not in removed:
                message = f"must go, but no rule takes it out: {line!r}"
                yield Failure(example.rule.name, message, example.written if example.written != line else "")


def _twice(ruleset: RuleSet, examples: list[_Example]) -> Iterator[Failure]:
    """Yield examples of which a second run takes out more than the first."""
    left = []
    for example, removed in zip(examples, _run(ruleset, examples), strict=True):
        lines = [line for line in example.text.split("\n") if line.strip()]
        kept = "\n".join(line for row, line in enumerate(lines) if row not in removed)
        left.append(replace(example, text=kept))
    for example, removed in zip(left, _run(ruleset, left), strict=True):
        if removed:
            names = ", ".join(sorted(set(removed.values())))
            yield Failure(example.rule.name, f"a second run takes out more (rules {names})", example.written)


def _undefended(ruleset: RuleSet, rule: Rule) -> Iterator[Failure]:
    """Yield the guards of a rule that could be dropped without any example of it failing."""
    examples = list(_examples(rule))
    already = set(_changes(ruleset, examples))
    for guard, loose in GUARDS.items():
        if getattr(rule, guard) == loose:
            continue
        loosened = ruleset.with_rule(replace(rule, **{guard: loose}))  # type: ignore[arg-type]
        if already.issuperset(_changes(loosened, examples)):
            message = f"no example needs {guard} = {getattr(rule, guard)!r}; add one that must stay, or drop it"
            yield Failure(rule.name, message, guard=guard)
