"""A rule as one sentence for lists: when order paid, if order.total is at least 5000.00 RON: open a ticket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext

from admin_ui.templatetags.staff import amounts
from core import catalog
from rules import describing
from rules.operators import operators
from rules.values import aggregate_kind

LONGEST = 240


def shown(written: Any) -> str:
    """A value of a rule, its amounts as the reader's language writes them."""
    return amounts(describing.shown(written))


def sentence(rule: Mapping[str, Any], params: Mapping[str, Any]) -> str:
    """The rule in words; `params` are the values by name that its parameters have."""
    said = gettext("When %(what)s") % {"what": when(rule.get("when"))}
    if "if" in rule:
        said += gettext(", if %(what)s") % {"what": condition(rule["if"], params)}
    steps = ", ".join(dict.fromkeys(_steps(rule.get("then", ()))))
    said += f": {steps}." if steps else "."
    return said if len(said) <= LONGEST else said[:LONGEST] + "…"


def when(written: Any) -> str:
    """What a rule hangs on: order paid, or order approved."""
    if isinstance(written, list):
        return gettext(" or ").join(map(_event, written))
    return _event(written) if isinstance(written, str) else shown(written)


def condition(written: Any, params: Mapping[str, Any]) -> str:
    """A condition in words."""
    if not isinstance(written, Mapping):
        return shown(written)
    for key, word in (("all", gettext(" and ")), ("any", gettext(" or "))):
        if isinstance(written.get(key), list):
            said = word.join(condition(one, params) for one in written[key])
            return said if key == "all" or len(written[key]) < 2 else f"({said})"
    if "not" in written:
        return gettext("not (%(what)s)") % {"what": condition(written["not"], params)}
    operator = operators.find(str(written.get("op", "")))
    about = str(written.get("fact") or written.get("param") or "")
    if operator is None or (not about and aggregate_kind(written)):
        return shown(written)
    return f"{about} {gettext(operator.says).format(wanted=_value(written.get('value'), params))}"


def _value(written: Any, params: Mapping[str, Any]) -> str:
    if isinstance(written, Mapping) and isinstance(written.get("param"), str):
        name = written["param"]
        return f"{shown(params[name])} ({name})" if name in params and "at" not in written else f"({name})"
    return shown(written)


def _event(name: str) -> str:
    return name if "*" in name else name.replace(".", " ").replace("_", " ")


def _steps(steps: Any) -> Iterator[str]:
    for step in steps:
        if "then" in step:
            yield from _steps(step["then"])
        elif "do" in step:
            spec = catalog.actions.find(step["do"])
            title = str(spec.title) if spec else str(step["do"])
            if step.get("target") and "." in step["do"] and spec and spec.sentence.startswith(title):
                title = f"{title}: {step['do'].partition('.')[0].replace('_', ' ')}"
            after = f" {gettext('after')} {shown(step['after'])}" if "after" in step else ""
            yield title[:1].lower() + title[1:] + after
