"""What waits when its rule is published anew: kept, planned again, or cancelled; counted before."""

from __future__ import annotations

import pytest

from actions.runs import ActionRun
from core.errors import BadArguments
from rules.change_requests import ChangeRequest
from rules.document.load import load
from rules.document.model import Document
from rules.editing import begin
from rules.publish import publish, publish_text
from rules.reach import change_of, stated
from rules.rule_sets import HOUSE
from tests.kit import a_fine, work

pytestmark = pytest.mark.django_db
TEXT = """set: house
params: {wait: {type: duration, default: 3d}}
rules:
- {key: later, title: Later, when: fine.created, then: [{do: fine.settle, after: {param: wait}}]}
- {key: other, when: fine.created, then: [{do: test.note, after: 9d}]}
"""


@pytest.fixture(autouse=True)
def waiting(midsummer: None) -> None:
    publish_text(HOUSE, TEXT, title="t")
    a_fine(case="A")
    a_fine(case="B")
    work()


def runs(rule: str = "later") -> list[tuple[str, int, str]]:
    """(state, days of waiting, what was said) of the runs of a rule."""
    found = ActionRun.objects.filter(rule=rule).order_by("pk")
    return [(run.state, (run.due_at - run.created_at).days, run.said) for run in found]


def change(text: str) -> ChangeRequest:
    return begin(HOUSE, title="t", text=text)


def test_its_reach_is_stated_before() -> None:
    step = change_of(Document(_data(TEXT)), Document(_data(TEXT.replace("default: 3d", "default: 5d"))))
    assert (step.changed, step.stopped) == ({"later"}, frozenset())
    [found] = [one for one in stated(step) if one.reach.name == "waiting_runs"]
    assert found.count == 2
    assert found.listed[0].startswith("fine.settle on fine:")
    assert list(found.reach.choices) == ["keep", "replan", "cancel"]


def test_a_new_title_reaches_nothing() -> None:
    step = change_of(Document(_data(TEXT)), Document(_data(TEXT.replace("title: Later", "title: Much later"))))
    assert stated(step) == []


@pytest.mark.parametrize(
    ("choices", "after"),
    [
        ({}, [("ready", 3, "")] * 2),
        ({"waiting_runs": "keep"}, [("ready", 3, "")] * 2),
        ({"waiting_runs": "replan"}, [("ready", 5, "")] * 2),
        ({"waiting_runs": "cancel"}, [("cancelled", 3, "its rule is another one from house v2 on")] * 2),
    ],
)
def test_what_was_chosen_is_done(choices: dict[str, str], after: list[tuple[str, int, str]]) -> None:
    made = change(TEXT.replace("default: 3d", "default: 5d"))
    publish(made, choices=choices)
    assert runs() == after
    assert runs("other") == [("ready", 9, "")] * 2
    reached = ChangeRequest.objects.get(pk=made.pk).reach["waiting_runs"]
    assert reached == {"choice": choices.get("waiting_runs", "keep"), "count": 2}


def test_planned_again_by_rules_that_do_not_ask_any_more_is_cancelled() -> None:
    publish(change(TEXT.replace("do: fine.settle", "do: test.note")), choices={"waiting_runs": "replan"})
    assert runs() == [("cancelled", 3, "the rules of house v2 do not ask for it any more")] * 2


def test_one_customers_change_reaches_that_customer_only() -> None:
    text = "set: customer:1\nmute: {later: asked for it}\n"
    publish(begin("customer:1", title="t", text=text), choices={"waiting_runs": "cancel"})
    assert [state for state, _days, _said in runs()] == ["ready", "ready"]


@pytest.mark.parametrize("choices", [{"waiting_runs": "forget"}, {"nothing": "keep"}])
def test_a_choice_that_nobody_offers_is_refused(choices: dict[str, str]) -> None:
    with pytest.raises(BadArguments, match="possible"):
        publish(change(TEXT.replace("3d", "5d")), choices=choices)


def _data(text: str) -> dict[str, object]:
    return load(text, name="x.yaml").documents[0].data
