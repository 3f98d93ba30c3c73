"""VAT numbers, asked of VIES by the rules of the house."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from actions.gateways.doors import doubles
from actions.gateways.vies import ViesDouble
from actions.outcome import Failed
from actions.runs import ActionRun
from actions.vat_numbers import has_form
from core import clock
from core.machine import change
from rules.publish import publish_text
from rules.receivers import HOUSE_FILE
from state_machines.models import TaxProfile, Ticket, VatValidation
from tests.kit import work
from tests.state_machines.made import a_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def vies() -> Iterator[ViesDouble]:
    publish_text("house", HOUSE_FILE.read_text(encoding="utf-8"), title="house")
    with doubles() as made:
        yield made["vies"]


def a_profile(number: str, kind: str = "company") -> TaxProfile:
    """Of a customer whose number was entered after the profile had been made."""
    customer = a_customer(kind=kind, tax_id="1")
    work()
    return change(TaxProfile.objects.get(customer=customer), vat_number=number)


def test_a_confirmed_number_makes_a_payer_and_abroad_tax_is_reversed(vies: ViesDouble) -> None:
    at_home, abroad = a_profile("RO14399840"), a_profile("DE136695976")
    work()
    assert vies.asked == ["RO14399840", "DE136695976"]
    found = [TaxProfile.objects.get(pk=one.pk) for one in (at_home, abroad)]
    assert [(one.is_vat_payer, one.reverse_charge_eligible) for one in found] == [(True, False), (True, True)]
    assert list(VatValidation.objects.values_list("state", flat=True)) == ["valid", "valid"]


def test_a_refuted_number_takes_that_back_and_somebody_looks(vies: ViesDouble) -> None:
    vies.wrong = {"DE136695976"}
    profile = a_profile("DE136695976")
    work()
    profile.refresh_from_db()
    assert (profile.is_vat_payer, profile.reverse_charge_eligible) == (False, False)
    assert Ticket.objects.filter(queue="finance").count() == 1


def test_is_asked_once_while_the_answer_counts(vies: ViesDouble) -> None:
    """A port asks at every save of the profile, and its own answer saves the profile."""
    profile = a_profile("RO14399840")
    work()
    change(profile, is_vat_payer=False)
    work()
    assert vies.asked == ["RO14399840"]
    with clock.turned_to(clock.now() + timedelta(days=91)):
        change(profile, is_vat_payer=True)
        work()
    assert vies.asked == ["RO14399840"] * 2
    change(profile, vat_number="DE136695976")
    work()
    assert vies.asked[-1] == "DE136695976"


def test_what_has_no_form_of_a_number_is_not_asked(vies: ViesDouble) -> None:
    a_profile("DE12")
    work()
    assert (vies.asked, VatValidation.objects.get().state) == ([], "invalid")


def test_a_country_outside_is_left_alone(vies: ViesDouble) -> None:
    a_profile("US123456789")
    work()
    assert ActionRun.objects.get(action="tax_profile.validate_vat").state == "skipped"
    assert not VatValidation.objects.exists()


def test_a_register_that_is_down_is_asked_later_about_the_same(vies: ViesDouble) -> None:
    vies.answers = [Failed("MS_UNAVAILABLE", retryable=True)]
    a_profile("RO14399840")
    work()
    assert VatValidation.objects.get().state == "pending"
    with clock.turned_to(clock.now() + timedelta(minutes=1)):
        work()
    assert VatValidation.objects.get().state == "valid"


@pytest.mark.parametrize(
    ("number", "right"),
    [("RO14399840", True), ("RO14399841", True), ("RO1", False), ("DE123", False), ("EL094259216", True)],
)
def test_check_digits_are_for_the_register_to_judge(number: str, right: bool) -> None:
    assert has_form(number) is right
