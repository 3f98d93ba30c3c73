"""The rate is that of the day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core import clock
from core.events import Event
from core.machine import change, perform
from state_machines.models import TaxRate, VatValidation
from state_machines.tax_rates import NoRate, rate_for, rate_on
from tests.state_machines.made import a_customer

pytestmark = pytest.mark.django_db
CHANGE = date(2025, 8, 1)


@pytest.mark.parametrize(
    ("day", "percent"),
    [(CHANGE - timedelta(days=1), 19), (CHANGE, 21), (date(2026, 11, 21), 21), (date(2017, 1, 1), 19)],
)
def test_statutory_rate_by_date(day: date, percent: int) -> None:
    assert rate_on(day) == percent


def test_a_row_outdoes_the_statute_and_an_older_row() -> None:
    old = TaxRate.objects.create(percent=22, valid_from=date(2027, 1, 1))
    TaxRate.objects.create(percent=23, valid_from=date(2028, 1, 1), valid_to=date(2028, 12, 31))
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2028, 1, 1), date(2028, 12, 31), date(2029, 1, 1)]
    assert [rate_on(day) for day in days] == [21, 22, 23, 23, 22]
    change(old, percent=Decimal("22.50"))
    event = Event.objects.get(type="tax_rate.updated")
    assert (event.was["tax_rate.percent"], event.facts["tax_rate"]["percent"]) == (22.0, 22.5)


def test_nobody_guesses_a_rate() -> None:
    for day, country in ((date(2016, 12, 31), "RO"), (CHANGE, "DE")):
        with pytest.raises(NoRate, match=f"no standard tax rate of {country} on {day}"):
            rate_on(day, country)


def test_ends_after_it_begins() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        TaxRate.objects.create(percent=1, valid_from=CHANGE, valid_to=CHANGE - timedelta(days=1))


@pytest.mark.parametrize(
    ("country", "kind", "state", "percent"),
    [
        ("DE", "company", "valid", 0),
        ("DE", "company", "invalid", 21),
        ("DE", "company", "pending", 21),
        ("DE", "individual", "valid", 21),
        ("RO", "company", "valid", 21),
        ("US", "company", "valid", 21),
    ],
)
def test_reverse_charge_needs_a_confirmed_business_of_another_eu_country(
    country: str, kind: str, state: str, percent: int
) -> None:
    customer = a_customer(country=country, kind=kind)
    validation = VatValidation.objects.create(customer=customer, number=f"{country}136695976")
    if state != "pending":
        perform(validation, {"valid": "confirm", "invalid": "refute"}[state])
    assert rate_for(customer, CHANGE) == percent


def test_a_confirmation_counts_for_its_time() -> None:
    customer = a_customer(country="DE", kind="company")
    until = clock.now() + timedelta(days=1)
    perform(VatValidation.objects.create(customer=customer, number="DE136695976", expires_at=until), "confirm")
    assert rate_for(customer, CHANGE) == 0
    with clock.turned_to(datetime.fromisoformat(until.isoformat())):
        assert rate_for(customer, CHANGE) == 21
