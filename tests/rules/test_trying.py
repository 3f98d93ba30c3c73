"""Trying one event: every rule is accounted for, in running order, with what it saw and why it did not act."""

from __future__ import annotations

from typing import Any

from rules.document.model import Document
from rules.trying import try_event

HOUSE = Document(
    {
        "set": "house",
        "params": {"large": {"type": "integer", "default": 100}},
        "rules": [
            {"key": "b", "title": "Large", "when": "order.paid", "then": [{"do": "x.y", "with": {"n": {"fact": "n"}}}],
             "if": {"fact": "order.total", "op": "gte", "value": {"param": "large"}}},
            {"key": "a", "when": "order.paid", "if": {"not": {"fact": "order.total", "op": "lt", "value": 500}},
             "then": [{"do": "x.y"}]},
            {"key": "c", "when": ["order.*", "invoice.paid"], "from": "2026-02-01", "then": [{"do": "x.y"}]},
            {"key": "d", "when": "invoice.paid", "priority": 1, "then": [{"do": "x.y"}]},
            {"key": "e", "when": "order.paid", "then": [{"do": "x.y", "with": {"text": "{{ order.total }} lei"}}]},
        ],
    }
)  # fmt: skip


def _event(total: Any, at: str = "2026-01-05T00:00:00Z") -> dict[str, Any]:
    return {"type": "order.paid", "at": at, "facts": {"order": {"total": total}}}


def test_rules_are_grouped_in_running_order_with_their_reasons() -> None:
    tried = try_event(_event(150), HOUSE)
    assert [rule.key for rule in tried.rules] == ["d", "a", "b", "c", "e"]
    assert [rule.key for rule in tried.acted] == ["b", "e"]
    assert {rule.key: rule.why for rule in tried.not_eligible} == {
        "d": "it is for invoice.paid, and this event is order.paid",
        "c": "it is in force from 2026-02-01, and this event is of 2026-01-05T00:00:00Z",
    }
    (missed,) = tried.not_acted
    assert (missed.key, missed.why) == ("a", "order.total was 150, which is less than 500")


def test_actions_carry_their_rendered_arguments_or_what_is_missing() -> None:
    large, text = try_event(_event(150), HOUSE).acted
    assert text.actions[0].arguments == {"text": "150 lei"}
    assert large.title == "Large"
    assert large.actions[0].problem == "n has no value: n is not set"


def test_a_miss_says_how_far_it_was_or_that_it_is_unknown() -> None:
    why = {rule.key: rule.why for rule in try_event(_event(90), HOUSE).not_acted}
    assert why["b"] == "order.total was 90, needs at least 100: 10 short"
    why = {rule.key: rule.why for rule in try_event(_event(None), HOUSE).not_acted}
    assert why["b"] == "unknown: order.total is not set"


def test_a_customers_changes_take_part() -> None:
    own = {"key": "own", "when": "order.paid", "then": [{"do": "x.z"}]}
    overlay = Document({"set": "customer:1", "params": {"large": 1000}, "mute": {"e": "by contract"}, "rules": [own]})
    tried = try_event(_event(150), HOUSE, overlay)
    assert [(rule.key, rule.set) for rule in tried.acted] == [("own", "customer:1")]
    assert "muted for this customer: by contract" in [rule.why for rule in tried.not_eligible]
    assert tried.problems == ()


def test_what_does_not_fit_the_house_is_named_and_left_out() -> None:
    overlay = Document({"set": "customer:1", "mute": {"zzz": "x"}, "rules": [HOUSE.rules[0]]})
    tried = try_event(_event(150), HOUSE, overlay)
    assert {problem.pointer for problem in tried.problems} == {"/mute/zzz", "/rules/0/key"}
    assert [rule.key for rule in tried.acted] == ["b", "e"]
