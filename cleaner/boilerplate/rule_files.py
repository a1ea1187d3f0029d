"""Rule files: TOML tables that become rules, each checked, with messages for people."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from importlib import resources
from pathlib import Path
from typing import Any

from cleaner.errors import ConfigError, reason_of

ACTIONS = ("remove", "remove-list", "remove-to-end", "thread", "thread-to-end", "keep")
SHAPES = ("inline-headline",)
_KINDS = {"str": "text in quotes", "float": "a number", "int": "a whole number", "bool": "true or false"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as its file says it.

    Attributes:
        name: unique; shown in reports and in the audit.
        why: one sentence for people.
        action: ``remove`` the line; ``remove-list``: and the headlines that follow it; ``remove-to-end``: and all
            that follows; ``thread``: the line stands between readers' comments, and where some follow each other they
            and the comments go (see ``threads``); ``thread-to-end``: comments follow to the end; ``keep`` protects the
            line.
        confidence: how sure the rule is that its action is right.
        phrases: what the whole line says (see ``phrases``); ``patterns``: the same as regular expressions (RE2).
        shape: the name of a built-in detector that looks at form and place, instead of phrases.
        position: ``start``: no prose stands before the line; ``end``: none after it; with a number
            (``start 3``): and it is one of the first (last) so many lines; ``late``: three paragraphs or more stand
            before it, and twice as many as after it.
        words: no line of more words is meant.
        after, before: one of these rules must speak of one of the two lines before (after) this one; with the
            action ``thread``: of a line above the thread, unless a rule without ``after`` speaks of one of its lines.
        long: lines of more than 200 characters are meant too.
        languages: two-letter codes; none stands for every language.
        changes: examples that the rule must change; keeps: examples that no rule may change.
    """

    name: str
    why: str
    action: str = "remove"
    confidence: float = 0.9
    phrases: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    shape: str = ""
    position: str = "anywhere"
    words: int = 0
    after: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    long: bool = False
    languages: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    file: str = ""


def packaged_files() -> list[tuple[str, str]]:
    """Return name and content of the rule files in the package."""
    folder = resources.files("cleaner.boilerplate") / "rules"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return [(file.name, file.read_text(encoding="utf-8")) for file in files]


def read_file(path: Path) -> tuple[str, str]:
    """Return name and content of a rule file.

    Raises:
        ConfigError: a file that cannot be read.
    """
    try:
        return str(path), path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{path}: the rule file cannot be read: {reason_of(error)}; check the path given to rules"
        ) from None


def read_rules(files: Iterable[tuple[str, str]]) -> tuple[list[Rule], dict[str, str]]:
    """Return the rules and the named pieces of the files, given as name and content.

    Raises:
        ConfigError: a file or rule that cannot be used; says which, and what to do.
    """
    rules: dict[str, Rule] = {}
    pieces: dict[str, str] = {}
    for name, content in files:
        try:
            table = tomllib.loads(content)
        except (ValueError, RecursionError) as error:
            raise ConfigError(
                f"{name}: this is not TOML: {reason_of(error)};"
                " see cleaner/boilerplate/rules/pieces.toml for what a rule file holds"
            ) from None
        _known(table, ("rule", "pieces"), name)
        pieces.update(_pieces(table.get("pieces", {}), name))
        for entry in _tables(table.get("rule", []), name):
            rule = _rule(entry, name)
            if rule.name in rules:
                raise ConfigError(
                    f"{name}: rule {rule.name!r} is already in {rules[rule.name].file}; give it another name"
                )
            rules[rule.name] = rule
    for rule in rules.values():
        for name in (*rule.after, *rule.before):
            if name not in rules:
                raise ConfigError(f"{rule.file}: rule {rule.name!r}: there is no rule {name!r}")
    return list(rules.values()), pieces


def _pieces(table: Any, file: str) -> dict[str, str]:
    if isinstance(table, dict) and all(isinstance(one, str) for one in table.values()):
        return table
    raise ConfigError(f"{file}: pieces must be a table of texts in quotes, under [pieces]")


def _tables(entries: Any, file: str) -> list[dict[str, Any]]:
    if isinstance(entries, list) and all(isinstance(one, dict) for one in entries):
        return entries
    raise ConfigError(f"{file}: rules are tables, each under [[rule]]")


def _known(table: Mapping[str, Any], keys: Sequence[str], where: str) -> None:
    for key in table:
        if key not in keys:
            near = difflib.get_close_matches(key, keys, n=1)
            meant = f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(keys)}"
            raise ConfigError(f"{where}: unknown key {key!r}{meant}")


def _rule(entry: Mapping[str, Any], file: str) -> Rule:
    """Return the rule of a TOML table, checked."""
    where = f"{file}: rule {entry.get('name', '?')!r}"
    types = {field.name: field.type for field in fields(Rule) if field.name != "file"}
    _known(entry, list(types), where)
    values: dict[str, Any] = {}
    for key, value in entry.items():
        values[key] = _value(str(types[key]), value, f"{where}: {key}")
    for key in ("name", "why", "changes", "keeps"):
        if not values.get(key):
            raise ConfigError(
                f"{where}: {key!r} is missing; every rule needs a name, a reason and examples of both kinds"
            )
    return _sound(replace(Rule(values.pop("name"), values.pop("why"), **values), file=file), where)


def _value(kind: str, value: Any, where: str) -> Any:
    if kind.startswith("tuple"):
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        raise ConfigError(f'{where} must be a list of texts, such as ["one", "two"]')
    wanted: dict[str, tuple[type, ...]] = {
        "str": (str,),
        "float": (int, float),
        "int": (int,),
        "bool": (bool,),
    }
    if not isinstance(value, wanted[kind]) or (isinstance(value, bool) and kind != "bool"):
        raise ConfigError(f"{where} must be {_KINDS[kind]}, not {value!r}")
    return value


def _sound(rule: Rule, where: str) -> Rule:
    """Return the rule if its values are possible."""
    if not re.fullmatch("anywhere|late|(start|end)( [0-9]{1,6})?", rule.position):
        raise ConfigError(
            f"{where}: position {rule.position!r} is not one of 'anywhere', 'late', 'start', 'end', 'start 3', 'end 3'"
        )
    if rule.action not in ACTIONS:
        near = difflib.get_close_matches(rule.action, ACTIONS, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise ConfigError(f"{where}: action {rule.action!r} is not one of {', '.join(ACTIONS)}{meant}")
    if not 0 < rule.confidence <= 1:
        raise ConfigError(f"{where}: confidence must lie between 0 and 1, such as 0.9")
    if rule.shape and rule.shape not in SHAPES:
        raise ConfigError(f"{where}: shape {rule.shape!r} is not one of {', '.join(SHAPES)}")
    if bool(rule.shape) == bool(rule.phrases or rule.patterns):
        raise ConfigError(f"{where}: give phrases or patterns, or a shape")
    return rule
