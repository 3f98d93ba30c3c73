"""Payment retries: planned by the policy from the first failure, each attempt a payment of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core import clock
from core.errors import Blocked
from core.events import Event
from core.machine import perform
from state_machines.models import Payment, PaymentRetry, RetryPolicy
from state_machines.payment_retries import plan_retry
from tests.state_machines.made import a_payment, a_retry, an_issued

pytestmark = pytest.mark.django_db
FAILED = datetime(2026, 3, 1, 9, tzinfo=UTC)


def a_failed() -> Payment:
    with clock.turned_to(FAILED):
        payment = a_payment(an_issued())
        perform(payment, "fail_payment")
    return payment


class TestPlanning:
    def test_counts_from_the_first_failure(self) -> None:
        payment = a_failed()
        due = [plan_retry(payment).due_at - FAILED for _ in range(4)]
        assert due == [timedelta(days=day) for day in (1, 3, 7, 14)]
        with pytest.raises(Blocked, match="all 4 attempts are used up"):
            plan_retry(payment)
        last = [event.facts["payment_retry"]["is_last"] for event in Event.objects.filter(type="payment_retry.created")]
        assert last == [False, False, False, True]

    def test_follows_the_default_policy_unless_another_is_given(self) -> None:
        RetryPolicy.objects.create(code="short", days=[2], is_default=True)
        long = RetryPolicy.objects.create(code="long", days=[5, 6])
        assert plan_retry(a_failed()).due_at == FAILED + timedelta(days=2)
        assert plan_retry(a_failed(), long).due_at == FAILED + timedelta(days=5)

    def test_is_for_failed_payments(self) -> None:
        with pytest.raises(Blocked, match="it is pending, not failed"):
            plan_retry(a_payment(an_issued()))

    def test_one_default(self) -> None:
        RetryPolicy.objects.create(code="a", is_default=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            RetryPolicy.objects.create(code="b", is_default=True)

    @pytest.mark.parametrize(
        "days", [[], [0], [3, 1], [1, 1], ["1"], [True], [1.5], list(range(1, 12)), [366], "1,3", None]
    )
    def test_days_rise(self, days: Any) -> None:
        with pytest.raises(ValidationError):
            RetryPolicy(code="x", days=days).full_clean()


class TestAttempt:
    def test_waits_for_its_day(self) -> None:
        retry = a_retry(a_failed())
        with clock.turned_to(FAILED), pytest.raises(Blocked, match=r"is not due before 2026-03-02T09:00:00Z"):
            perform(retry, "start")

    def test_is_a_payment_of_its_own(self) -> None:
        retry = a_retry(a_failed())
        perform(retry, "start")
        assert retry.attempt is not None
        assert (retry.attempt.attempt, retry.attempt.amount_minor, retry.attempt.state) == (2, 121_00, "pending")
        with pytest.raises(Blocked, match=r"payment:\d+ is pending"):
            perform(retry, "succeed")
        perform(retry.attempt, "succeed")
        perform(retry, "succeed")
        assert PaymentRetry.objects.get().state == "success"

    def test_nothing_is_taken_that_is_no_longer_owed(self) -> None:
        payment = a_failed()
        retry = a_retry(payment)
        perform(a_payment(payment.invoice), "succeed")
        with pytest.raises(Blocked, match=r"is more than the 0.00 RON left to pay"):
            perform(retry, "start")
        assert Payment.objects.count() == 2
