"""Saved events with the plan that is expected of them: made by one call, asked before a version goes live."""

from __future__ import annotations

import pytest

from core.errors import NotPermitted
from core.events import Event
from rules.document.problem import BadRules
from rules.editing import check
from rules.publish import publish_now, publish_text
from rules.rule_sets import HOUSE
from rules.scenarios import BadScenario, Scenario, delete, from_event, save
from state_machines.customers import Customer
from tests.kit import a_fine
from tests.rules.made_requests import ANA, HOUSE_TEXT, ION, VIEWER, fresh, request

pytestmark = pytest.mark.django_db
OWN = "set: {0}\nrules:\n- {{key: own, when: customer.created, then: [{{do: test.note}}]}}\n"


@pytest.fixture
def scenario() -> Scenario:
    publish_text(HOUSE, HOUSE_TEXT, title="first")
    a_fine(article=8)
    return from_event(Event.objects.get(type="fine.created"), name="A fine is noted", actor=ION)


def test_it_is_made_from_a_real_event_by_one_call(scenario: Scenario) -> None:
    assert scenario.expected == [{"rule": "note", "id": "test.note", "do": "test.note"}]
    assert scenario.event["facts"]["fine"]["article"] == 8


def test_a_change_that_breaks_it_is_not_published(scenario: Scenario) -> None:
    made = request(HOUSE_TEXT.replace("default: 7", "default: 9"))
    [found] = check(made, actor=ION).errors
    assert found.message == (
        'scenario "A fine is noted": test.note by the rule "note" is expected and would not be asked for'
    )
    with pytest.raises(BadRules, match="is expected and would not be asked for"):
        publish_now(made, actor=ANA)
    assert fresh(made).state == "draft"


def test_what_comes_beside_the_expected_is_a_finding_too(scenario: Scenario) -> None:
    more = HOUSE_TEXT + "- {key: more, when: fine.created, then: [{do: test.note}]}\n"
    [found] = check(request(more), actor=ION).errors
    assert found.message.endswith('test.note by the rule "more" would be asked for and is not expected')


def test_a_change_that_leaves_it_alone_goes_live(scenario: Scenario) -> None:
    made = request(HOUSE_TEXT.replace("title: Other", "title: Else"))
    assert publish_now(made, actor=ANA).number == 2


def test_an_overlay_answers_for_the_scenarios_of_its_customer_only(scenario: Scenario) -> None:
    ana = Customer.objects.create(name="Ana")
    from_event(Event.objects.get(subject=ana.ref), name="Nothing for Ana", actor=ION)
    [found] = check(request(OWN.format(ana.ref), ana.ref), actor=ION).errors
    assert found.message.startswith('scenario "Nothing for Ana"')
    assert check(request(OWN.format("customer:99"), "customer:99"), actor=ION).errors == []


def test_saving_and_deleting_are_for_writers(scenario: Scenario) -> None:
    for act in (lambda: delete(scenario, actor=VIEWER), lambda: save("x", scenario.event, [], actor=VIEWER)):
        with pytest.raises(NotPermitted):
            act()
    again = save(scenario.name, scenario.event, [], actor=ION)
    assert (again.pk, again.expected) == (scenario.pk, [])
    delete(scenario, actor=ION)
    assert not Scenario.objects.exists()


@pytest.mark.parametrize(
    ("name", "event", "expected"),
    [(" ", {"type": "a", "facts": {}}, []), ("x", {"type": 5, "facts": {}}, []), ("x", {"type": "a"}, []),
     ("x", {"type": "a", "facts": {}}, [{"do": "y"}])],
)  # fmt: skip
def test_what_is_no_scenario_is_refused(name: str, event: dict[str, object], expected: list[dict[str, object]]) -> None:
    with pytest.raises(BadScenario):
        save(name, event, expected, actor=ION)
