"""Holds: a cause that blocks named transitions, also against a transition that is under way."""

from __future__ import annotations

from functools import partial

import pytest

from core import holding, holds
from core.acting import Actor
from core.errors import Blocked, NotDeclared, ObjectMissing
from core.events import Event
from core.machine import perform
from core.offers import offers
from tests.fines.models import Fine
from tests.kit import a_fine
from tests.parallel import at_once

pytestmark = pytest.mark.django_db
RULE = Actor("rule:dispute", unlimited=True)
CAUSE = "the fine is disputed"


def held(fine: Fine, *transitions: str, cause: str = CAUSE) -> list[str]:
    return holding.place(fine, transitions, cause, actor=RULE)


def send(fine: Fine | str) -> Event:
    return perform(fine, "send_fine", arguments={"expense_minor": 0})


class TestPlace:
    def test_the_named_transition_is_refused_with_its_cause_and_leaves_nothing(self) -> None:
        fine = a_fine()
        assert held(fine, "send_fine") == ["send_fine"]
        with pytest.raises(Blocked, match="it is held: the fine is disputed \\(by rule:dispute\\)"):
            send(fine)
        fine.refresh_from_db()
        assert fine.state == "created"
        assert list(Event.objects.filter(subject=fine.ref).order_by("id").values_list("type", flat=True)) == [
            "fine.created",
            "hold.placed",
        ]

    def test_other_transitions_and_other_objects_go_on(self) -> None:
        fine, other = a_fine(), a_fine(case="A2")
        held(fine, "settle")
        send(fine)
        send(other)
        assert Event.objects.filter(type="fine.send_fine").count() == 2

    def test_a_star_holds_every_transition(self) -> None:
        fine = a_fine()
        held(fine, holds.EVERY)
        with pytest.raises(Blocked, match="disputed"):
            send(fine)

    def test_the_same_hold_twice_is_one(self) -> None:
        fine = a_fine()
        held(fine, "send_fine")
        assert held(fine, "send_fine", "settle") == ["settle"]
        assert held(fine, "settle") == []
        assert Event.objects.filter(type="hold.placed").count() == 2

    def test_the_event_tells_what_is_held_and_why(self) -> None:
        held(a_fine(), "send_fine")
        facts = Event.objects.get(type="hold.placed").facts
        assert (facts["held"], facts["cause"]) == (["send_fine"], CAUSE)

    def test_what_cannot_be_held_is_refused(self) -> None:
        fine = a_fine()
        with pytest.raises(NotDeclared, match="send_fine"):
            held(fine, "send_fin")
        with pytest.raises(holding.NoCause):
            held(fine, "send_fine", cause=" ")
        with pytest.raises(ObjectMissing):
            holding.place("fine:999999", ["send_fine"], CAUSE)
        assert not holds.Hold.objects.exists()


class TestRelease:
    def test_it_may_be_performed_again_and_the_event_says_so(self) -> None:
        fine = a_fine()
        held(fine, "send_fine")
        assert holding.release(fine, CAUSE) == ["send_fine"]
        send(fine)
        assert Event.objects.filter(type="hold.released", subject=fine.ref).exists()
        assert holding.release(fine, CAUSE) == []

    def test_another_cause_holds_on(self) -> None:
        fine = a_fine()
        held(fine, "send_fine")
        held(fine, "send_fine", cause="the driver is not known")
        holding.release(fine, CAUSE)
        with pytest.raises(Blocked, match="the driver is not known"):
            send(fine)

    def test_it_can_be_held_again_after_a_release(self) -> None:
        fine = a_fine()
        for _time in range(2):
            assert held(fine, "send_fine") == ["send_fine"]
            holding.release(fine, CAUSE)


def test_offers_say_what_is_held_and_why() -> None:
    fine = a_fine()
    held(fine, "send_fine")
    offer = next(offer for offer in offers(fine, RULE) if offer.transition.name == "send_fine")
    assert "it is held: the fine is disputed" in str(offer.blocked)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_no_transition_slips_through_while_a_hold_is_placed() -> None:
    """Whoever comes second waits for the row and sees what the first did: nothing happens after the hold."""
    for number in range(40):
        fine = a_fine(case=f"A{number}")
        results = at_once(partial(held, fine, holds.EVERY), partial(send, fine.ref))
        types = list(Event.objects.filter(subject=fine.ref).order_by("sequence").values_list("type", flat=True))
        refused = [result for result in results if isinstance(result, Blocked)]
        assert types[-1] == "hold.placed"
        assert len(types) == (2 if refused else 3)
        assert not [result for result in results if isinstance(result, Exception) and not isinstance(result, Blocked)]
