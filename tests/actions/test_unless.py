"""`unless` is asked of every later event of the subject, however the events fall into batches."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions.dispatch import dispatch_all
from actions.runner import run_due
from actions.runs import ActionRun
from core import clock
from core.machine import perform
from tests.fines.models import Fine
from tests.kit import a_fine, in_force, work

PAID = {"fact": "fine.outstanding", "op": "lte", "value": {"money": "0.00 EUR"}}
REMIND = {"key": "remind", "when": "fine.created", "then": [{"do": "test.note", "after": "60d", "unless": PAID}]}
pytestmark = pytest.mark.django_db


def paid_and_in_debt_again(fine: Fine) -> list[str]:
    perform(fine, "payment", arguments={"paid_minor": 3600})
    perform(fine, "add_penalty", arguments={"amount_minor": 7200})
    return ["paid", "penalized"]


def state() -> str:
    return ActionRun.objects.get().state


def test_what_was_true_for_a_while_stops_the_run_when_each_event_has_its_batch() -> None:
    in_force(REMIND)
    fine = a_fine()
    dispatch_all()
    perform(fine, "payment", arguments={"paid_minor": 3600})
    dispatch_all()
    assert state() == "skipped"
    assert "which fine.payment" in ActionRun.objects.get().said


def test_and_when_all_of_them_are_in_one_batch() -> None:
    in_force(REMIND)
    dispatch_all()
    paid_and_in_debt_again(a_fine())
    dispatch_all()
    assert state() == "skipped"
    with clock.turned_to(clock.now() + timedelta(days=61)):
        work()
    assert state() == "skipped"


def test_the_event_that_asked_for_the_run_does_not_stop_it() -> None:
    in_force(REMIND | {"when": "fine.payment"})
    fine = a_fine()
    perform(fine, "payment", arguments={"paid_minor": 3600})
    dispatch_all()
    assert state() == "ready"


def test_nor_does_an_event_of_another_subject() -> None:
    in_force(REMIND)
    a_fine(case="A")
    dispatch_all()
    in_force()
    perform(a_fine(case="B"), "payment", arguments={"paid_minor": 3600})
    dispatch_all()
    assert state() == "ready"


def test_the_runner_asks_once_more_of_the_newest_facts() -> None:
    in_force(REMIND)
    fine = a_fine()
    dispatch_all()
    perform(fine, "payment", arguments={"paid_minor": 3600})
    with clock.turned_to(clock.now() + timedelta(days=61)):
        run_due("default")
    assert state() == "skipped"
