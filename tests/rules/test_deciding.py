"""What decides an event: the house, one customer's changes to it, and two matchers that watch each other."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from actions.dispatch import dispatch_all
from core.machine import record
from rules import deciding
from rules import in_force as sets_in_force
from rules.deciding import Decided, decide
from rules.decisions import Decision
from rules.double import DISAGREED
from rules.in_force import Cache, live_versions
from rules.incidents import Incident
from rules.matchers.compiled import CompiledMatcher
from rules.matchers.durable import DurableMatcher
from rules.matchers.reference import ReferenceMatcher
from tests.kit import in_force
from tests.state_machines.made import a_customer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cache]:
    """A cache of the test's own, and no version in quarantine."""
    fresh = Cache()
    monkeypatch.setattr(deciding, "CACHE", fresh)
    DISAGREED.clear()
    yield fresh
    DISAGREED.clear()


def rule(key: str, *, value: Any = None, **parts: Any) -> dict[str, Any]:
    condition = {"if": {"fact": "order.total", "op": "gte", "value": value}} if value is not None else {}
    return {"key": key, "when": "order.paid", **condition, "then": [{"do": "test.note"}], **parts}


def event(total: int = 100_00, customer: str = "customer:1", id: str = "order:1@3") -> dict[str, Any]:  # noqa: A002
    facts = {"order": {"total": {"minor": total, "currency": "RON"}}}
    return {"id": id, "type": "order.paid", "subject": "order:1", "sequence": 3,
            "at": "2026-03-01T10:00:00Z", "facts": facts, "customer": customer}  # fmt: skip


def decided(**parts: Any) -> Decided:
    found = event(**parts)
    return decide(found, live_versions([found["customer"]]))


def keys(found: Decided) -> list[str]:
    return [planned.rule.key for planned in found.planned]


BIG = {"big": {"type": "money", "default": {"money": "500.00 RON"}}}


class TestOverlay:
    def test_a_parameter_of_the_customer_counts_for_this_customer_only(self) -> None:
        in_force(rule("call", value={"param": "big"}), params=BIG)
        in_force(key="customer:1", params={"big": {"money": "50.00 RON"}})
        assert keys(decided()) == ["call"]
        assert keys(decided(customer="customer:2")) == []
        assert keys(decided(customer="customer:2", total=500_00)) == ["call"]

    def test_a_muted_rule_says_why_it_does_not_act(self) -> None:
        in_force(rule("call"), rule("note"))
        in_force(key="customer:1", mute={"call": "asked for silence"})
        found = decided()
        assert keys(found) == ["note"]
        assert found.held_back == {"call": "muted for this customer: asked for silence"}
        assert decided(customer="customer:2").held_back == {}

    def test_a_muted_rule_that_is_not_true_is_not_mentioned(self) -> None:
        in_force(rule("call", value={"money": "900.00 RON"}))
        in_force(key="customer:1", mute={"call": "asked for silence"})
        assert decided().held_back == {}

    def test_rules_run_by_priority_then_house_first_then_key(self) -> None:
        in_force(rule("z", priority=5), rule("m"), rule("b"))
        in_force(rule("a"), rule("c", priority=1), rule("y", priority=5), key="customer:1")
        found = decided()
        assert keys(found) == ["c", "z", "y", "b", "m", "a"]
        origins = {planned.rule.key: planned.rule_set for planned in found.planned}
        assert {key for key, origin in origins.items() if origin == "customer:1"} == {"a", "c", "y"}
        versions = {planned.rule_set: planned.version for planned in found.planned}
        assert versions == {"house": found.house, "customer:1": found.overlay}

    def test_a_rule_of_the_customer_may_use_a_parameter_of_the_house(self) -> None:
        in_force(rule("call", value={"money": "900.00 RON"}), params=BIG)
        in_force(rule("mine", value={"param": "big"}), key="customer:1", params={"big": {"money": "50.00 RON"}})
        assert keys(decided()) == ["mine"]

    def test_what_does_not_fit_the_house_any_more_is_left_out_and_said(self, caplog: pytest.LogCaptureFixture) -> None:
        in_force(rule("call"))
        in_force(rule("mine"), key="customer:1")
        in_force(rule("call"), rule("mine", value={"money": "900.00 RON"}))
        with caplog.at_level(logging.WARNING):
            found = decided()
        assert keys(found) == ["call"]
        assert "what it stands over has a rule of this key by now" in found.held_back["customer:1/mine"]
        [said] = [vars(record)["problems"] for record in caplog.records if "do not fit the house" in record.message]
        assert 'the house has a rule "mine" already' in said[0]

    def test_a_customer_without_house_rules_gets_none(self) -> None:
        in_force(rule("mine"), key="customer:1")
        assert decided() == Decided()


def test_overlays_end_to_end() -> None:
    customer, other = a_customer(), a_customer(email="b@example.ro")
    when = {"when": "customer.updated"}
    in_force(rule("first", **when, priority=1), rule("loud", **when))
    in_force(rule("own", **when, priority=2), key=customer.ref, mute={"loud": "too loud"})
    dispatch_all()
    for row in (customer, other):
        record(row, "customer.updated")
    dispatch_all()
    mine, theirs = Decision.objects.order_by("-id")[:2][::-1]
    assert (mine.rules, mine.held_back) == (["first", "own"], {"loud": "muted for this customer: too loud"})
    assert [planned["rule"] for planned in mine.plan] == ["first", "own"]
    assert (theirs.rules, theirs.held_back, theirs.overlay) == (["first", "loud"], {}, "")


class TestTwoMatchers:
    @pytest.fixture(autouse=True)
    def _rules(self, caplog: pytest.LogCaptureFixture) -> None:
        self.version = in_force(rule("call"), rule("never", value={"money": "900.00 RON"}))
        caplog.set_level(logging.ERROR)

    def test_where_they_agree_both_are_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        code = watched(monkeypatch, CompiledMatcher.match, CompiledMatcher)
        engine = watched(monkeypatch, DurableMatcher.match)
        assert keys(decided()) == ["call"]
        assert (len(code), len(engine)) == (1, 1)
        assert not DISAGREED

    @pytest.mark.parametrize(("matcher", "name"), [(DurableMatcher, "durable"), (CompiledMatcher, "compiled")])
    def test_where_they_differ_the_reference_decides_from_then_on(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, matcher: Any, name: str
    ) -> None:
        asked = watched(monkeypatch, lambda *_args: ["never"], matcher)
        found = [decided() for _time in range(3)]
        assert [keys(one) for one in found] == [["call"]] * 3
        assert len(asked) == 1, "the version goes on by the reference alone"
        assert {self.version.content_hash} == DISAGREED
        [told] = found[0].disagreements
        assert (told.matcher, told.reference, told.other) == (name, ("call",), ("never",))
        assert [one.disagreements for one in found[1:]] == [(), ()]
        said = [record for record in caplog.records if "disagree" in record.message]
        assert [(one.levelname, one.reference, one.other) for one in said] == [("ERROR", ["call"], ["never"])]

    def test_another_version_is_not_in_quarantine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        watched(monkeypatch, lambda *_args: [])
        decided()
        asked = watched(monkeypatch, lambda *_args: ["call"])
        in_force(rule("call"))
        decided()
        assert len(asked) == 1

    @pytest.mark.parametrize(("matcher", "name"), [(DurableMatcher, "durable"), (CompiledMatcher, "compiled")])
    def test_an_exception_in_one_does_not_fail_the_decision(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, matcher: Any, name: str
    ) -> None:
        def broken(*_args: Any) -> list[str]:
            raise MemoryError("the engine is out of rules")

        asked = watched(monkeypatch, broken, matcher)
        found = [decided() for _time in range(2)]
        assert [keys(one) for one in found] == [["call"]] * 2
        assert len(asked) == 1
        assert [(one.matcher, one.error) for one in found[0].disagreements] == [
            (name, "MemoryError: the engine is out of rules")
        ]
        assert "the engine is out of rules" in caplog.text

    def test_rules_that_the_engine_cannot_compile_are_decided_without_it(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(_rules: object) -> DurableMatcher:
            raise RuntimeError("no such network")

        monkeypatch.setitem(sets_in_force.MATCHERS, "durable", broken)
        assert keys(decided()) == ["call"]
        assert "no such network" in caplog.text

    def test_without_the_engine_the_code_is_held_against_the_reference(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("rules.matchers.durable.AVAILABLE", False)
        watched(monkeypatch, lambda *_args: ["never"], CompiledMatcher)
        found = decided()
        assert keys(found) == ["call"]
        assert [one.matcher for one in found.disagreements] == ["compiled"]

    def test_dispatch_stores_the_incident_and_every_worker_heeds_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        version = in_force(rule("never", when="customer.*"))
        watched(monkeypatch, lambda *_args: ["else"])
        a_customer_changes()
        incident = Incident.objects.get()
        assert (incident.matcher, incident.content_hash) == ("durable", version.content_hash)
        assert live_versions([])["house"].quarantined
        DISAGREED.clear()  # as in another worker
        asked = watched(monkeypatch, lambda *_args: ["else"])
        a_customer_changes()
        assert asked == []
        assert Incident.objects.count() == 1

    def test_the_rules_of_an_overlay_are_decided_twice_for_a_sample(self, monkeypatch: pytest.MonkeyPatch) -> None:
        in_force(rule("own"), key="customer:7")
        asked = watched(monkeypatch, ReferenceMatcher.match, ReferenceMatcher)
        for number in range(200):
            decided(id=f"fine:{number}@0", customer="customer:7")
        assert 2 <= len(asked) <= 40


def a_customer_changes() -> None:
    record(a_customer(), "customer.updated")
    dispatch_all()


def watched(monkeypatch: pytest.MonkeyPatch, answer: Any, matcher: Any = DurableMatcher) -> list[tuple[Any, ...]]:
    """What a matcher is asked from now on; `answer` answers."""
    asked: list[tuple[Any, ...]] = []

    def match(*args: Any) -> list[str]:
        asked.append(args)
        return list(answer(*args))

    monkeypatch.setattr(matcher, "match", match)
    return asked
