"""Results as small pieces of HTML, for notebooks: no script, and nothing of the corpus as markup."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from cleaner.checking import Checked
from cleaner.config import key_of
from cleaner.reports.excerpts import excerpt, visible

#: Rows of a table that are shown.
SHOWN = 8

_RESULT = """\
<div><p><strong>{{ counts.read|number }} read</strong> = {{ counts.kept|number }} kept
+ {{ counts.dropped|number }} dropped + {{ counts.rejected|number }} rejected;
{{ counts.changed|number }} changed, {{ edits|number }} edits</p>
{% if rules %}<table><thead><tr><th scope="col">rule</th><th scope="col">edits</th>
<th scope="col">characters taken out</th></tr></thead><tbody>
{% for name, count, size in rules[:shown] %}<tr><td>{{ name|shown }}</td><td>{{ count|number }}</td>
<td>{{ size|number }}</td></tr>
{% endfor %}</tbody></table>{% if rules|length > shown %}<p>and {{ rules|length - shown }} more rules</p>{% endif %}
{% endif %}{% if sources %}<table><thead><tr><th scope="col">source</th><th scope="col">characters</th>
<th scope="col">lost</th></tr></thead><tbody>
{% for one in sources[:shown] %}<tr><td>{{ (one.source or "(none)")|shown }}</td><td>{{ one.characters|number }}</td>
<td>{{ "%.1f%%"|format(100 * one.lost) }}</td></tr>
{% endfor %}</tbody></table>
{% endif %}<p>{{ near.passages|number }} near-duplicate passages in {{ near.clusters|number }} clusters,
{{ near.pairs|number }} pairs{% for pair in near.weakest[:1] %}; weakest match: {{ pair.a_id|shown }} at
{{ pair.a_start }} and {{ pair.b_id|shown }} at {{ pair.b_start }},
Jaccard similarity {{ "%.2f"|format(pair.jaccard) }},
containment {{ "%.2f"|format(pair.containment) }}{% endfor %}</p>
{% for note in notes[:shown] %}<p>{{ note|visible }}</p>
{% endfor %}</div>
"""

_CHECK = """\
<div><p><strong>{{ verdict }}</strong></p>
{% if measures %}<table><thead><tr><th scope="col">kind</th><th scope="col">found</th><th scope="col">limit</th>
</tr></thead><tbody>
{% for one in measures %}<tr><td>{{ one.setting|key }}</td><td>{{ one.amount|number }} of {{ one.total|number }}
{{ one.unit }} ({{ "%.2f%%"|format(100 * one.share) }})</td>
<td>{% if one.limit %}{{ one.limit|string }}{{ " (over)" if one.over }}{% endif %}</td></tr>
{% endfor %}</tbody></table>
{% endif %}{% if rules %}<table><thead><tr><th scope="col">rule</th><th scope="col">findings</th></tr></thead><tbody>
{% for name, count in rules[:shown] %}<tr><td>{{ name|shown }}</td><td>{{ count|number }}</td></tr>
{% endfor %}</tbody></table>{% if rules|length > shown %}<p>and {{ rules|length - shown }} more rules</p>{% endif %}
{% endif %}</div>
"""


def result_html(record: dict[str, Any], notes: Sequence[str] = ()) -> str:
    """The counts of a run, its biggest effects, and the weakest match; ``record`` is what ``run.json`` holds."""
    edits, sizes = record["edits"], record["characters_removed"]
    return _render(
        _RESULT,
        counts=record["counts"],
        edits=sum(edits.values()),
        rules=[(name, edits[name], sizes[name]) for name in sorted(edits, key=lambda name: (-sizes[name], name))],
        sources=[one for one in record["sources"] if one["lost"]],
        near=record["near_duplicates"],
        notes=notes,
    )


def check_html(checked: Checked) -> str:
    """The verdict of a check, its measures, and the rules that found most."""
    from cleaner.reports.findings import summary

    rules = sorted(checked.tally.rules.items(), key=lambda row: (-row[1], row[0]))
    verdict = summary(checked).partition("\n")[0]
    return _render(_CHECK, verdict=verdict, measures=checked.measures, rules=rules)


def _render(template: str, **values: Any) -> str:
    page: str = _environment().from_string(template).render(shown=SHOWN, **values)
    return page


@cache
def _environment() -> Any:
    from jinja2 import Environment, StrictUndefined

    found = Environment(autoescape=True, undefined=StrictUndefined)
    found.filters |= {"number": "{:,}".format, "shown": excerpt, "visible": visible, "key": key_of}
    return found
