"""Cleaning up after an object takes what hung on it, and nothing of the customer's other objects."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from actions.leftovers import leaves_behind, leftovers
from actions.runs import ActionRun
from tests.kit import in_force, work
from tests.state_machines.made import a_customer, an_order

pytestmark = pytest.mark.django_db
TELL = {"key": "tell", "when": "order.*", "then": [{"do": "notify.webhook", "after": "1h"}]}
CLEAN = {"key": "clean", "when": "order.deleted", "then": [{"do": "object.clean_up"}]}


@pytest.fixture
def files() -> Iterator[dict[str, list[str]]]:
    """An app that keeps files of orders."""
    kept: dict[str, list[str]] = {}
    declared = leaves_behind("files", lambda ref: len(kept.pop(ref, [])))
    yield kept
    leftovers.remove(declared.name)


def test_webhooks_of_one_order_are_cancelled_and_those_of_another_are_not() -> None:
    """A port cancels whatever waits for the customer."""
    in_force(TELL, CLEAN)
    customer = a_customer()
    gone, stays = an_order(customer, items=0), an_order(customer, items=0)
    ref = gone.ref
    work()
    gone.delete()
    work()
    states = {(run.subject, run.state) for run in ActionRun.objects.filter(rule="tell")}
    assert states == {(ref, "cancelled"), (ref, "ready"), (stays.ref, "ready")}
    waits = ActionRun.objects.get(rule="tell", subject=ref, state="ready")
    assert waits.event_id == ActionRun.objects.get(rule="clean").event_id, "its end is still told"


def test_what_an_app_keeps_goes_for_that_object_only(files: dict[str, list[str]]) -> None:
    in_force(CLEAN)
    gone, stays = an_order(items=0), an_order(items=0)
    files |= {gone.ref: ["a.pdf", "b.pdf"], stays.ref: ["c.pdf"]}
    gone.delete()
    work()
    assert files == {stays.ref: ["c.pdf"]}
    assert ActionRun.objects.get(rule="clean").said == "2 files"


def test_nothing_left_is_a_skip() -> None:
    in_force(CLEAN)
    an_order(items=0).delete()
    work()
    assert ActionRun.objects.get().state == "skipped"
