"""Which events a rule is about, when it is in force, and in which order rules run."""

from __future__ import annotations

import pytest

from rules.matching import matching_rules
from rules.patterns import fits
from tests.rules.cases import MATCHERS, event, rule


@pytest.mark.parametrize(
    ("when", "event_type", "verdict"),
    [
        ("*", "invoice.paid", True),
        ("invoice.*", "invoice.paid", True),
        ("invoice.*", "invoices.paid", False),
        ("*.paid", "invoice.paid", True),
        ("in*ce.*aid", "invoice.paid", True),
        ("in*ce.*aid", "invoice.void", False),
        ("a*a", "a", False),
        ("invoice.paid", "invoice.paid", True),
        ("invoice.paid", "invoice.paid.late", False),
        ("*", "audit.security", False),
        ("*.died", "action_run.died", False),
        ("action_run.*", "action_run.died", True),
        ("audit.security", "audit.security", True),
        ("*", "rule_set_version.published", False),
        ("rule_set_version.p*", "rule_set_version.published", True),
    ],
)
def test_patterns(when: str, event_type: str, verdict: bool) -> None:
    assert fits(when, event_type) is verdict


@pytest.mark.parametrize("matcher", MATCHERS)
def test_rules_run_by_priority_then_key(matcher: str) -> None:
    rules = [rule("b"), rule("a"), rule("z", priority=1), rule("c", priority=100), rule("n", when="order.*")]
    assert matching_rules(rules, event(), matcher) == ["z", "a", "b", "c"]


@pytest.mark.parametrize("matcher", MATCHERS)
@pytest.mark.parametrize(
    ("bounds", "acts"),
    [
        ({"from": "2026-03-01"}, True),
        ({"from": "2026-03-02"}, False),
        ({"until": "2026-03-01"}, True),
        ({"until": "2026-02-28"}, False),
        ({"until": "2026-03-01T10:00:00+00:00"}, False),
        ({"until": "2026-03-01T10:00:01+00:00"}, True),
        ({"from": "2026-03-01T11:00:00+01:00", "until": "2027-01-01"}, True),
        ({"from": "2026-03-01T09:00:00"}, False),
    ],
)
def test_a_rule_is_in_force_from_and_until(matcher: str, bounds: dict[str, str], acts: bool) -> None:
    assert matching_rules([rule(**bounds)], event(), matcher) == ["r"] * acts


@pytest.mark.parametrize("matcher", MATCHERS)
def test_an_event_without_a_type_fits_nothing(matcher: str) -> None:
    assert matching_rules([rule(), rule("named", when=["a", "b"])], {"id": "1"}, matcher) == []
    assert matching_rules([rule("named", when=["a", "b"])], event(type="b"), matcher) == ["named"]
