"""Events of moments: what a rule would have been asked, and when, told from the log alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from core.catalog import calendars
from rules.calendars import DEFAULT
from rules.deriving import MOMENT_DUE, derived
from rules.facts import View
from rules.rule import Rule, build_rule
from tests.rules.cases import event, rule

OFFICE = calendars.get(DEFAULT)
BEGINNING, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
UNPAID = {"fact": "invoice.state", "op": "in", "value": ["issued", "overdue"]}
DUNNING = {"date": "invoice.due_at", "offset": {"param": "days"}, "at": "10:00"}


def told(at: str, state: str, due_at: str = "2026-03-01", subject: str = "invoice:1") -> dict[str, Any]:
    facts = {"invoice": {"ref": subject, "state": state, "due_at": due_at}}
    return event(facts, at=at, subject=subject, customer="customer:7", type=f"invoice.{state}")


def asked(made: Rule, *events: dict[str, Any], days: tuple[str, ...] = ("1d", "7d")) -> list[dict[str, Any]]:
    return list(derived(made, events, BEGINNING, END, {"days": list(days)}, OFFICE))


def acts(made: Rule, *events: dict[str, Any], days: tuple[str, ...] = ("1d", "7d")) -> list[str]:
    return [found["at"][:10] for found in asked(made, *events, days=days) if made.evaluate(View(found, {}))]


ISSUED = told("2026-02-01T10:00:00+00:00", "issued")
PAID = told("2026-03-05T10:00:00+00:00", "paid")
REMIND = build_rule(rule("remind", DUNNING, if_=UNPAID))


def test_the_event_of_a_moment_carries_its_object_and_which_moment_it_is() -> None:
    [first, second] = asked(REMIND, ISSUED)
    assert first == {
        "id": "remind/invoice:1/2026-03-01/1d",
        "type": MOMENT_DUE,
        "subject": "invoice:1",
        "customer": "customer:7",
        "at": "2026-03-02T08:00:00+00:00",
        "facts": {
            **ISSUED["facts"],
            "moment": {
                "rule": "remind",
                "base": "2026-03-01",
                "due": "2026-03-02T08:00:00Z",
                "number": 1,
                "offset": "1d",
                "last": False,
            },
        },
    }
    assert (second["facts"]["moment"]["number"], second["facts"]["moment"]["last"]) == (2, True)


def test_conditions_see_the_facts_at_the_moment_and_not_later_ones() -> None:
    assert acts(REMIND, ISSUED, PAID) == ["2026-03-02"]
    assert [found["facts"]["invoice"]["state"] for found in asked(REMIND, ISSUED, PAID)] == ["issued", "paid"]


def test_of_two_events_of_one_instant_the_later_in_the_log_is_known() -> None:
    at_once = told(ISSUED["at"], "paid")
    assert acts(REMIND, ISSUED, at_once) == []
    assert acts(REMIND, at_once, ISSUED) == ["2026-03-02", "2026-03-08"]


def test_the_log_is_told_in_any_order_of_time() -> None:
    assert asked(REMIND, PAID, ISSUED) == asked(REMIND, ISSUED, PAID)


def test_other_offsets_show_what_would_have_shifted() -> None:
    assert acts(REMIND, ISSUED, days=("7d",)) == ["2026-03-08"]
    assert acts(REMIND, ISSUED, days=("5d",)) == ["2026-03-06"]
    assert acts(REMIND, ISSUED, PAID, days=("3d",)) == ["2026-03-04"]
    assert acts(REMIND, ISSUED, PAID, days=("5d",)) == []


def test_a_date_that_moves_takes_along_what_was_not_due_yet() -> None:
    moved = told("2026-03-03T10:00:00+00:00", "issued", due_at="2026-04-01")
    found = [(one["at"][:10], one["facts"]["moment"]["base"]) for one in asked(REMIND, ISSUED, moved)]
    assert found == [("2026-03-02", "2026-03-01"), ("2026-04-02", "2026-04-01"), ("2026-04-08", "2026-04-01")]


def test_some_time_in_a_state_and_schedules_are_told_alike() -> None:
    stay = build_rule(rule("stay", {"state": "invoice.issued", "for": "14d"}))
    assert acts(stay, ISSUED, PAID) == ["2026-02-15"]
    first = build_rule(rule("first", {"schedule": "0 8 1 * *", "each": "invoice", "in": ["issued"]}))
    assert acts(first, ISSUED, PAID) == ["2026-03-01"]


def test_only_events_of_such_objects_count_and_broken_ones_are_passed_over() -> None:
    other = told("2026-02-01T10:00:00+00:00", "issued", subject="invoice_line:1")
    assert asked(REMIND, other) == []
    broken = [ISSUED | {"at": "soon"}, ISSUED | {"subject": None}, ISSUED | {"facts": None, "at": PAID["at"]}]
    assert asked(REMIND, *broken) == []


def test_a_rule_without_objects_has_no_moments_of_one() -> None:
    assert asked(build_rule(rule("plain", "invoice.issued")), ISSUED) == []
    assert asked(build_rule(rule("house", {"schedule": "0 8 * * *"})), ISSUED) == []
