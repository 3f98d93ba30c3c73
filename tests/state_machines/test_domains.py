"""Domains and what is asked of registrars about them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from core import clock
from core.errors import Blocked
from core.events import Event
from core.machine import change, perform
from tests.state_machines.made import a_domain, a_tld, an_operation

pytestmark = pytest.mark.django_db
LEAP_DAY = datetime(2028, 2, 29, 12, tzinfo=UTC)


def test_is_registered_for_its_years() -> None:
    operation = an_operation(years=2)
    perform(operation, "mark_submitted")
    with clock.turned_to(LEAP_DAY):
        perform(operation, "mark_completed")
    domain = operation.domain
    domain.refresh_from_db()
    assert (domain.state, domain.expires_at) == ("active", datetime(2030, 2, 28, 12, tzinfo=UTC))
    types = Event.objects.filter(subject=domain.ref).order_by("sequence").values_list("type", flat=True)
    assert list(types) == ["domain.created", "domain.expiry_changed", "domain.activated", "domain.registered"]


def test_renewal_counts_from_the_last_day_and_brings_an_expired_one_back() -> None:
    domain = a_domain()
    perform(domain, "activate")
    change(domain, expires_at=LEAP_DAY)
    with clock.turned_to(datetime(2028, 3, 10, tzinfo=UTC)):
        perform(domain, "expire")
        perform(an_operation(domain, kind="renew"), "mark_completed")
    domain.refresh_from_db()
    assert (domain.state, domain.expires_at) == ("active", datetime(2029, 2, 28, 12, tzinfo=UTC))
    event = Event.objects.get(type="domain.renewed")
    assert event.was["domain.expires_at"] == "2028-02-29T12:00:00Z"
    completed = Event.objects.get(type="domain_operation.completed").facts["domain"]
    assert (completed["state"], completed["expires_at"]) == ("active", "2029-02-28T12:00:00Z")


@pytest.mark.parametrize("kind", ["renew", "transfer_in", "transfer_out", "update"])
def test_an_operation_that_does_not_fit_changes_nothing(kind: str) -> None:
    operation = an_operation(kind=kind)
    with pytest.raises(Blocked, match="is pending, which does not fit"):
        perform(operation, "mark_completed")
    operation.domain.refresh_from_db()
    assert (operation.state, operation.domain.state) == ("pending", "pending")


def test_a_locked_one_does_not_leave() -> None:
    domain = a_domain(locked=True)
    perform(domain, "activate")
    with pytest.raises(Blocked, match="locked; unlock it first"):
        perform(domain, "start_transfer_out")
    change(domain, locked=False)
    assert Event.objects.get(type="domain.lock_changed").was == {"domain.locked": True}
    perform(domain, "start_transfer_out")
    perform(an_operation(domain, kind="transfer_out"), "mark_completed")
    domain.refresh_from_db()
    assert domain.state == "cancelled"


def test_does_not_expire_before_its_last_day() -> None:
    domain = a_domain()
    perform(domain, "activate")
    with pytest.raises(Blocked, match="has not reached its last day"):
        perform(domain, "expire")


def test_its_name_stays_out_of_the_log() -> None:
    domain = a_domain(name="ana-pop.ro")
    perform(domain, "activate")
    assert all("ana-pop" not in str(event.facts) for event in Event.objects.all())


@pytest.mark.parametrize("name", ["", "ro", "-a.ro", "a..ro", "A.ro", "a b.ro", "a.ro\n", "x" * 64 + ".ro", "ș.ro"])
def test_a_name_that_is_none(name: str) -> None:
    domain = a_domain()
    domain.name = name
    with pytest.raises(ValidationError):
        domain.full_clean()


def test_prices_and_credentials_have_events_of_their_own() -> None:
    tld = a_tld()
    change(tld, renew_minor=60_00)
    change(tld.registrar, credentials="hunter2")
    assert Event.objects.get(type="tld.price_changed").facts["tld"]["renew"] == {"minor": 6000, "currency": "RON"}
    event = Event.objects.get(type="registrar.credentials_changed")
    assert "hunter2" not in str(event.as_document())
    perform(tld, "disable")
    perform(tld.registrar, "disable")
    with pytest.raises(Blocked, match="registrar rotld is disabled"):
        perform(tld, "enable")
