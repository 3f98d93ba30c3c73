"""What is told about rules that hang on time: objects, dates, states and parameters that do not fit what is declared."""

from __future__ import annotations

from typing import Any

import pytest

from rules.checks.comparing import condition
from rules.checks.covered import covered
from rules.checks.scope import Finding, Scope
from rules.checks.timing import timing
from rules.checks.worlds import Worlds
from rules.facts import FactPath
from rules.rule import Rule, build_rule
from rules.samples import samples
from tests.rules.cases import rule
from tests.rules.checks.declared import catalog

DUE = {"date": "invoice.due_at", "offset": "3d"}
PARAMS = {
    "one": {"type": "duration", "default": "3d"},
    "several": {"type": ["duration"], "default": ["3d"]},
    "count": {"type": "integer", "default": 3},
    "table": {"type": {"by": "invoice.state", "of": "duration"}, "default": {"else": "3d"}},
}


def built(when: Any, **parts: Any) -> Rule:
    return build_rule(rule("hangs", when, **parts))


def told(when: Any, *, strict: bool = False) -> list[Finding]:
    made = built(when)
    return list(timing(made, Scope(made, catalog(), strict=strict), PARAMS))


@pytest.mark.parametrize(
    "when",
    [
        "invoice.paid",
        DUE,
        {"date": "invoice.due_at", "offset": {"param": "one"}},
        {"date": "invoice.due_at", "offset": {"param": "several"}},
        {"date": "invoice.extra", "offset": "3d"},
        {"state": "invoice.issued", "for": "14d"},
        {"schedule": "0 8 * * *", "each": "invoice", "in": ["issued", "paid"]},
        {"schedule": "0 8 * * *"},
    ],
)
def test_what_is_declared_fits(when: Any) -> None:
    assert told(when) == []


@pytest.mark.parametrize(
    ("when", "severity", "pointer", "said"),
    [
        ({"date": "invoice.due"}, "error", "/when/date", "Did you mean invoice.due_at"),
        ({"date": "invoice.total"}, "error", "/when/date", "invoice.total is no date"),
        ({"date": "server.load"}, "error", "/when/date", "those of another object"),
        ({"date": "invoise.due_at"}, "warning", "/when/date", "Did you mean invoice?"),
        ({"state": "invoice.isued", "for": "1d"}, "error", "/when/state", "Did you mean issued?"),
        ({"state": "moon.full", "for": "1d"}, "warning", "/when/state", "no declared object"),
        ({"schedule": "0 8 * * *", "each": "moon"}, "warning", "/when/each", "no declared object"),
        ({"schedule": "0 8 * * *", "each": "server", "in": ["up", "x"]}, "error", "/when/in", "Possible: up, down"),
        ({"date": "invoice.due_at", "offset": {"param": "count"}}, "error", "/when/offset/param", "[duration]"),
        ({"date": "invoice.due_at", "offset": {"param": "table"}}, "error", "/when/offset/param", "[duration]"),
        ({"state": "invoice.issued", "for": {"param": "count"}}, "error", "/when/for/param", "[duration]"),
    ],
)
def test_what_is_not_declared_is_told_with_its_place(when: Any, severity: str, pointer: str, said: str) -> None:
    [found] = told(when)
    assert (found.severity, found.pointer) == (severity, pointer)
    assert said in found.message


def test_where_everything_must_be_declared_an_unknown_object_is_an_error() -> None:
    assert [found.severity for found in told({"date": "moon.full_at"}, strict=True)] == ["error"]


@pytest.mark.parametrize(
    ("when", "fact", "known"),
    [
        (DUE, "invoice.total", True),
        (DUE, "customer.tags", True),
        (DUE, "moment.number", True),
        (DUE, "moment.last", True),
        (DUE, "moment.base", False),
        (DUE, "server.load", False),
        ({"schedule": "0 8 * * *"}, "moment.number", True),
        ({"schedule": "0 8 * * *"}, "invoice.total", False),
        ("invoice.paid", "moment.number", False),
    ],
)
def test_a_moment_carries_its_object_and_which_moment_it_is(when: Any, fact: str, known: bool) -> None:
    assert (Scope(built(when), catalog()).unknown(FactPath.parse(fact)) is None) is known


def test_conditions_on_a_moment_are_checked_by_its_kinds() -> None:
    made = built(DUE, if_={"fact": "moment.number", "op": "eq", "value": "first"})
    assert [found.severity for found in condition(made.condition, Scope(made, catalog()), {})] == ["error"]
    made = built(DUE, if_={"fact": "moment.number", "op": "eq", "value": 1})
    assert list(condition(made.condition, Scope(made, catalog()), {})) == []


@pytest.mark.parametrize(("first", "second"), [(DUE, DUE), (DUE, "invoice.paid"), ("*", DUE)])
def test_no_rule_covers_one_of_its_own_moments(first: Any, second: Any) -> None:
    one = build_rule(rule("a", first, group="g"))
    other = build_rule(rule("b", second, group="g"))
    assert list(covered([other], [one], Worlds(catalog(), {}))) == []


def test_events_are_made_up_for_a_rule_without_events_too() -> None:
    assert samples([built(DUE, if_={"fact": "invoice.lines", "op": "gt", "value": 1})], {})
