"""Subscriptions: periods follow one another, and each begins once."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from core import clock
from core.errors import Blocked
from core.events import Event
from core.machine import change, perform
from tests.parallel import at_once
from tests.state_machines.made import a_plan, a_subscription

JANUARY, FEBRUARY = datetime(2026, 1, 31, 9, tzinfo=UTC), datetime(2026, 2, 28, 9, tzinfo=UTC)


@pytest.mark.django_db
class TestPeriods:
    def test_price_is_that_of_the_day_it_began(self) -> None:
        plan = a_plan(price_minor=30_00)
        subscription = a_subscription(plan=plan)
        change(plan, price_minor=45_00)
        assert Event.objects.get(type="plan.price_changed").was["plan.price"]["minor"] == 30_00
        event = perform(subscription, "activate")
        assert event.facts["subscription"]["price"] == {"minor": 30_00, "currency": "RON"}
        assert event.facts["plan"]["price"]["minor"] == 45_00

    def test_renewal_needs_the_end_of_the_period(self) -> None:
        with clock.turned_to(JANUARY):
            subscription = a_subscription()
            perform(subscription, "activate")
            assert subscription.period_end == FEBRUARY
            with pytest.raises(Blocked, match=r"lasts until 2026-02-28T09:00:00Z"):
                perform(subscription, "renew")
        with clock.turned_to(FEBRUARY):
            perform(subscription, "renew")
            assert (subscription.period_start, subscription.period_end) == (
                FEBRUARY,
                datetime(2026, 3, 28, 9, tzinfo=UTC),
            )
            with pytest.raises(Blocked):
                perform(subscription, "renew")

    def test_trial_lasts_as_agreed_or_as_the_plan_says(self) -> None:
        with clock.turned_to(FEBRUARY):
            for given, days in (({"days": 3}, 3), ({}, 10)):
                subscription = a_subscription(trial_days=10)
                perform(subscription, "start_trial", arguments=given)
                assert (subscription.period_end - FEBRUARY).days == days

    def test_one_that_is_to_end_is_not_renewed(self) -> None:
        with clock.turned_to(JANUARY):
            subscription = a_subscription()
            perform(subscription, "activate")
            perform(subscription, "end_with_period")
            assert subscription.state == "active"
        with clock.turned_to(FEBRUARY):
            with pytest.raises(Blocked, match="ends with its period"):
                perform(subscription, "renew")
            perform(subscription, "expire")

    def test_reactivated_within_its_period_keeps_it(self) -> None:
        with clock.turned_to(JANUARY):
            subscription = a_subscription()
            perform(subscription, "activate")
            perform(subscription, "cancel")
            assert subscription.cancelled_at == JANUARY
            perform(subscription, "reactivate")
            assert (subscription.period_end, subscription.cancelled_at) == (FEBRUARY, None)
            perform(subscription, "cancel")
        with clock.turned_to(FEBRUARY):
            perform(subscription, "reactivate")
            assert subscription.period_start == FEBRUARY


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_a_period_begins_once_whoever_renews() -> None:
    with clock.turned_to(JANUARY):
        subscription = a_subscription()
        perform(subscription, "activate")
    with clock.turned_to(datetime(2026, 3, 1, tzinfo=UTC)):
        now = clock.now()

        def renew() -> Event:
            with clock.turned_to(now):
                return perform(subscription.ref, "renew")

        results = at_once(*(partial(renew) for _ in range(4)))
    assert sorted(type(result).__name__ for result in results) == ["Blocked", "Blocked", "Blocked", "Event"]
