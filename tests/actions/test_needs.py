"""`needs`: one step after another, skipped with it, waiting while it is dead."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions.finish import cancel, redrive
from actions.runs import ActionRun
from core import clock
from core.machine import perform
from rules.once import Use
from tests.kit import a_fine, in_force, work

pytestmark = pytest.mark.django_db
SETTLED = {"fact": "fine.outstanding", "op": "lte", "value": {"money": "0.00 EUR"}}


def rule(*steps: dict, **parts: object) -> dict:
    return {"key": "rule", "when": "fine.created", "then": list(steps), **parts}


def states() -> dict[str, str]:
    return dict(ActionRun.objects.values_list("item", "state"))


def test_a_chain_of_steps_is_done_in_its_order() -> None:
    in_force(
        rule(
            {"id": "pay", "do": "fine.payment", "with": {"paid_minor": 3600}},
            {"id": "settle", "needs": "pay", "do": "fine.settle"},
            {"id": "note", "needs": "settle", "do": "test.note"},
        )
    )
    a_fine()
    work()
    assert states() == {"pay": "done", "settle": "done", "note": "done"}
    ended = ActionRun.objects.order_by("finished_at").values_list("item", flat=True)
    assert list(ended) == ["pay", "settle", "note"]


def test_what_needs_a_skipped_step_is_skipped_with_it_to_the_end_of_the_chain() -> None:
    in_force(
        rule(
            {"id": "settle", "do": "fine.settle", "if_refused": "skip"},
            {"id": "tell", "needs": "settle", "do": "test.note"},
            {"id": "file", "needs": "tell", "do": "test.poke"},
        )
    )
    a_fine()
    work()
    assert states() == {"settle": "skipped", "tell": "skipped", "file": "skipped"}
    assert "skipped with fine.settle, which it needs" in ActionRun.objects.get(item="tell").said


def test_what_needs_a_dead_letter_waits_and_goes_on_after_its_redrive() -> None:
    in_force(rule({"id": "settle", "do": "fine.settle"}, {"id": "note", "needs": "settle", "do": "test.note"}))
    fine = a_fine()
    work()
    assert states() == {"settle": "dead", "note": "waiting"}
    perform(fine, "payment", arguments={"paid_minor": 3600})
    work()
    redrive(ActionRun.objects.get(item="settle").pk)
    work()
    assert states() == {"settle": "done", "note": "done"}


def test_cancelling_a_step_skips_what_needs_it() -> None:
    in_force(rule({"id": "late", "do": "test.note", "after": "1d"}, {"id": "then", "needs": "late", "do": "test.poke"}))
    a_fine()
    work()
    cancel(ActionRun.objects.get(item="late").pk, "not wanted")
    assert states() == {"late": "cancelled", "then": "skipped"}


def test_a_step_that_waits_can_be_cancelled_and_stopped_by_its_unless() -> None:
    steps = (
        {"id": "late", "do": "test.note", "after": "1d"},
        {"id": "one", "needs": "late", "do": "test.poke"},
        {"id": "two", "needs": "late", "do": "test.poke", "unless": SETTLED},
    )
    in_force(rule(*steps))
    fine = a_fine()
    work()
    cancel(ActionRun.objects.get(item="one").pk, "not wanted")
    perform(fine, "payment", arguments={"paid_minor": 3600})
    work()
    with clock.turned_to(clock.now() + timedelta(days=2)):
        work()
    assert states() == {"late": "done", "one": "cancelled", "two": "skipped"}


def test_its_own_wait_is_kept() -> None:
    in_force(rule({"id": "now", "do": "test.note"}, {"id": "later", "needs": "now", "do": "test.poke", "after": "2d"}))
    a_fine()
    work()
    assert states() == {"now": "done", "later": "ready"}
    with clock.turned_to(clock.now() + timedelta(days=3)):
        work()
    assert states()["later"] == "done"


def test_a_step_left_out_takes_with_it_what_needs_it() -> None:
    never = {"fact": "fine.article", "op": "eq", "value": 1}
    in_force(rule({"id": "a", "if": never, "do": "test.note"}, {"id": "b", "needs": "a", "do": "test.poke"}))
    a_fine()
    work()
    assert states() == {}


def test_once_is_given_back_when_the_whole_chain_came_to_nothing() -> None:
    in_force(
        rule(
            {"id": "settle", "do": "fine.settle", "if_refused": "skip"},
            {"id": "note", "needs": "settle", "do": "test.note"},
            once={"per": "subject", "every": "7d"},
        )
    )
    a_fine()
    work()
    assert states() == {"settle": "skipped", "note": "skipped"}
    assert not Use.objects.exists()
