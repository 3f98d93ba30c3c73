"""Changes of inherited rules: pointers by names, wrong ones refused as a whole, and what merging promises."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.changing import changed, rebuilt
from rules.checks import check
from rules.deciding import decide
from rules.document import Document
from rules.in_force import live_versions
from rules.overlays import effective
from rules.rule import build_rule
from rules.trying import try_event
from tests.kit import in_force
from tests.rules.cases import event, rule
from tests.rules.checks.declared import catalog

BIG = {"fact": "invoice.lines", "op": "gt", "value": 5}
HOUSE_RULE = rule(
    "dunning",
    "invoice.issued",
    if_={"all": [BIG, {"fact": "invoice.state", "op": "eq", "value": "issued"}]},
    then=[
        {"do": "notify.email", "with": {"template": "first"}},
        {"id": "second", "do": "notify.email", "with": {"template": "x"}, "after": "2d"},
    ],
    priority=50,
)
HOUSE = Document({"params": {"n": {"type": "integer", "default": 1}}, "rules": [HOUSE_RULE, rule("other", "x")]})


def customer(changes: dict[str, Any], key: str = "dunning", **parts: Any) -> Document:
    return Document({"set": "customer:17", "change": {key: changes}, **parts})


def made(changes: dict[str, Any]) -> dict[str, Any]:
    found, wrong = changed(HOUSE_RULE, changes)
    assert wrong == []
    return found


@pytest.mark.parametrize(
    ("pointer", "value", "at"),
    [
        ("/then/notify.email/after", "3d", ("then", 0, "after")),
        ("/then/second/with/template", "y", ("then", 1, "with", "template")),
        ("/if/all/invoice.lines/value", 7, ("if", "all", 0, "value")),
        ("/then/second", {"id": "second", "do": "a.b"}, ("then", 1)),
        ("/title", "Ours", ("title",)),
        ("/when", ["a.b"], ("when",)),
        ("/once", {"per": "customer"}, ("once",)),
    ],
)
def test_a_place_is_named_by_keys_ids_actions_and_facts(pointer: str, value: Any, at: tuple[Any, ...]) -> None:
    before = deepcopy(HOUSE_RULE)
    found: Any = made({pointer: value})
    for part in at:
        found = found[part]
    assert found == value
    assert before == HOUSE_RULE


def test_null_takes_a_place_away() -> None:
    assert "after" not in made({"/then/second/after": None})["then"][1]
    assert [step.get("id") for step in made({"/then/notify.email": None})["then"]] == ["second"]
    assert "if" not in made({"/if": None})


@pytest.mark.parametrize(
    ("changes", "pointer", "said"),
    [
        ({"/key": "x"}, "/key", "keeps its key"),
        ({"/priority": 5}, "/priority", "keeps its key and its priority"),
        ({"then": []}, "then", "no JSON pointer"),
        ({"/": []}, "/", "no JSON pointer"),
        ({"/then/0/after": "3d"}, "/then/0/after", "notify.email, second"),
        ({"/then/secon/after": "3d"}, "/then/secon/after", "Did you mean second?"),
        ({"/then/second/with/template/x": 1}, "/then/second/with/template/x", "correct the pointer"),
        ({"/once/every": "7d"}, "/once/every", "write the whole of it"),
        ({"/then/second": {"id": "third", "do": "a.b"}}, "/then/second", 'called "second" too'),
        ({"/then/second/aftr": "3d"}, "/then/second/aftr", "Did you mean after?"),
        ({"/then/second/after": "soon"}, "/then/second/after", "duration"),
        ({"/if/all/invoice.lines/op": "during"}, "/if/all/invoice.lines/op", ""),
        ({"/if": {"fact": "a", "op": "matches", "value": "("}}, "/if", "RE2"),
        ({"/if/all": []}, "/if/all", "at least 1"),
        (
            {"/then/second": {"id": "second", "do": "a"}, "/then/second/after": "1d"},
            "/then/second/after",
            "lies within",
        ),
        ({"/when": None}, "/when", "missing"),
    ],
)
def test_a_wrong_change_leaves_the_whole_rule_as_it_was(changes: dict[str, Any], pointer: str, said: str) -> None:
    built = build_rule(HOUSE_RULE)
    found, wrong = rebuilt(built, changes | {"/title": "Ours"})
    assert found is built
    assert wrong
    assert {where for where, _ in wrong} == {pointer}
    assert any(said in message for _, message in wrong), wrong
    rules = effective(HOUSE, customer(changes | {"/title": "Ours"}))
    assert rules.changed == {}
    assert "title" not in next(found.document for found in rules.rules if found.key == "dunning")
    for problem in rules.problems:
        assert problem.rule == "dunning"
        assert f'customer:17 changes the rule "dunning" at {pointer}' in problem.message


def test_the_changed_rule_stands_in_place_of_the_houses() -> None:
    rules = effective(HOUSE, customer({"/then/second/after": "5d", "/title": "Ours"}))
    assert rules.problems == ()
    [found] = [found for found in rules.rules if found.key == "dunning"]
    assert (found.order, found.document["then"][1]["after"]) == ((50, 0, "dunning"), "5d")
    assert rules.origins["dunning"] == "house, changed by customer:17 at /then/second/after, /title"
    assert rules.origins["other"] == "house"


@pytest.mark.parametrize(
    ("key", "parts", "said"),
    [("dunnin", {}, "Did you mean dunning?"), ("dunning", {"mute": {"dunning": "why"}}, "muted too")],
)
def test_what_cannot_be_changed_at_all(key: str, parts: dict[str, Any], said: str) -> None:
    rules = effective(HOUSE, customer({"/title": "Ours"}, key, **parts))
    assert [problem.pointer for problem in rules.problems] == [f"/change/{key}"]
    assert said in rules.problems[0].message
    assert rules.changed == {}


def test_a_changed_rule_is_checked_against_what_is_declared() -> None:
    def told(changes: dict[str, Any]) -> list[tuple[str, str, str]]:
        found = check([HOUSE, customer(changes)], catalog())
        return [
            (problem.severity, problem.pointer, problem.message) for problem in found if "/change" in problem.pointer
        ]

    assert told({"/then/second/with/template": "y", "/if/all/invoice.lines/value": {"param": "n"}}) == []
    [(severity, pointer, message)] = told({"/if/all/invoice.lines/value": "5"})
    assert (severity, pointer) == ("error", "/change/dunning/~1if~1all~1invoice.lines~1value")
    assert 'customer:17 changes the rule "dunning" at /if/all/invoice.lines/value: invoice.lines is number' in message
    [(_, pointer, message)] = told({"/then/second": {"id": "second", "do": "notify.mail"}})
    assert pointer == "/change/dunning/~1then~1second"
    assert "Did you mean notify.email" in message
    assert "no parameter" in told({"/if/all/invoice.lines/value": {"param": "m"}})[0][2]


POINTERS = {
    "/title": ["A", "B", None],
    "/when": ["a.b", "c.*"],
    "/then/notify.email": [{"do": "notify.email"}, None],
    "/then/second/after": ["1d", "9d", None],
    "/then/second/with/template": ["y", "z"],
    "/then/second": [{"id": "second", "do": "a.b"}, None],
    "/if/all/invoice.lines/value": [1, 2],
    "/if": [BIG, None],
    "/nope/nope": [1],
}
CHANGES = st.fixed_dictionaries({}, optional={pointer: st.sampled_from(values) for pointer, values in POINTERS.items()})


@given(CHANGES)
def test_merging_twice_is_merging_once(changes: dict[str, Any]) -> None:
    once, _ = changed(HOUSE_RULE, changes)
    assert changed(once, changes)[0] == once


@given(CHANGES, st.randoms(use_true_random=False))
def test_the_order_of_changes_says_nothing(changes: dict[str, Any], random: Any) -> None:
    shuffled = list(changes.items())
    random.shuffle(shuffled)
    one, other = changed(HOUSE_RULE, changes), changed(HOUSE_RULE, dict(shuffled))
    assert (one[0], sorted(one[1])) == (other[0], sorted(other[1]))


@given(CHANGES)
def test_an_empty_overlay_changes_nothing(changes: dict[str, Any]) -> None:
    full = Document({"set": "customer:17", "change": {"dunning": changes}} if changes else {"set": "customer:17"})
    assert effective(HOUSE, Document({"set": "customer:17"})) == effective(HOUSE) == effective(HOUSE, None)
    assert effective(HOUSE, full, Document({"set": "customer:17"})) == effective(HOUSE, full)


@pytest.mark.django_db
@pytest.mark.parametrize(("lines", "theirs", "mine"), [(6, ["a"], []), (60, ["a"], ["a"]), (1, [], [])])
def test_decisions_and_trials_ask_the_changed_rule(lines: int, theirs: list[str], mine: list[str]) -> None:
    house = rule("a", "invoice.issued", if_=BIG, then=[{"do": "test.note", "with": {"text": "house"}}])
    changes = {"a": {"/if/value": 50, "/then/test.note/with/text": "customer"}}
    in_force(house)
    in_force(key="customer:1", change=changes)
    happened = event({"invoice": {"lines": lines}}, customer="customer:1")
    for customer_of, acts, text in (("customer:2", theirs, "house"), ("customer:1", mine, "customer")):
        found = decide(happened | {"customer": customer_of}, live_versions([customer_of]))
        assert [planned.rule.key for planned in found.planned] == acts
        assert [planned.actions[0].arguments["text"] for planned in found.planned] == [text] * len(acts)
        assert {planned.rule_set for planned in found.planned} <= {"house"}
    tried = try_event(happened, Document({"rules": [house]}), Document({"set": "customer:1", "change": changes}))
    assert [found.key for found in tried.acted] == mine
    assert tried.rules[0].set == "house, changed by customer:1 at /if/value, /then/test.note/with/text"


def test_aggregates_and_blocks_go_by_what_they_are_over() -> None:
    few = {"count": "customer.invoices", "op": "lt", "value": 3}
    block = {"each": "customer.invoices", "then": [{"do": "a.b", "with": {"x": 1}}]}
    built = build_rule(rule("r", if_={"all": [few, {"fact": "x", "op": "eq", "value": 1}]}, then=[block]))
    changes = {"/if/all/customer.invoices/value": 5, "/then/customer.invoices/then/a.b/with/x": 2}
    made, wrong = rebuilt(built, changes)
    assert wrong == []
    assert made.document["if"]["all"][0]["value"] == 5
    assert made.document["then"][0]["then"][0]["with"] == {"x": 2}
