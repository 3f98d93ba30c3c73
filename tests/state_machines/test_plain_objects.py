"""Profiles, addresses, products: what they record, and that no event carries what identifies somebody."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core import clock
from core.errors import Blocked
from core.events import Event
from core.machine import change, perform
from state_machines.models import Address, BillingProfile, PaymentMethod, Product, ProductPrice, TaxProfile
from state_machines.products import price_on
from tests.state_machines.made import a_customer, an_issued

pytestmark = pytest.mark.django_db


class TestProfiles:
    def test_changes_have_events_of_their_own(self) -> None:
        profile = BillingProfile.objects.create(customer=a_customer())
        change(profile, credit_limit_minor=500_00)
        change(profile, terms_days=30)
        change(profile, terms_days=45, auto_payment=True)
        types = Event.objects.filter(subject=profile.ref).order_by("sequence").values_list("type", flat=True)
        assert list(types) == [
            "billing_profile.created",
            "billing_profile.credit_limit_changed",
            "billing_profile.payment_terms_changed",
            "billing_profile.payment_terms_changed",
            "billing_profile.updated",
        ]

    def test_agreed_terms_outdo_the_customers(self) -> None:
        customer = a_customer(terms_days=14)
        BillingProfile.objects.create(customer=customer, terms_days=45)
        assert (an_issued(customer).due_at - clock.now()).days == 44

    @pytest.mark.parametrize("cui", ["14399840", "RO160796", "361757", "1590082", "18189442"])
    def test_real_numbers_are_valid(self, cui: str) -> None:
        profile = TaxProfile(customer=a_customer(), cui=cui)
        profile.full_clean()
        assert profile.cui_is_valid

    def test_wrong_check_digit_is_kept_and_said(self) -> None:
        profile = TaxProfile(customer=a_customer(), cui="12345678")
        profile.full_clean()
        profile.save()
        event = Event.objects.get(subject=profile.ref)
        assert event.facts["tax_profile"]["cui_is_valid"] is False
        assert "12345678" not in json.dumps(event.facts)

    def test_format_is_checked(self) -> None:
        with pytest.raises(ValidationError, match="two to ten digits"):
            TaxProfile(customer=a_customer(), cui="1").full_clean()

    @pytest.mark.parametrize("name", ["gdpr_consent", "marketing_consent"])
    def test_consent_is_an_event(self, name: str) -> None:
        customer = a_customer()
        change(customer, **{name: True})
        assert Event.objects.get(type=f"customer.{name}_changed").was == {f"customer.{name}": False}


class TestAddresses:
    def test_events_never_say_where(self) -> None:
        address = Address.objects.create(
            customer=a_customer(), city="Cluj-Napoca", street="Str. Horea 1", postcode="400174"
        )
        change(address, street="Str. Memorandumului 28")
        perform(address, "retire")
        told = json.dumps([event.as_document() for event in Event.objects.filter(subject=address.ref)])
        assert Event.objects.filter(type="address.updated").count() == 1
        assert not any(word in told for word in ("Cluj", "Horea", "Memorandumului", "400174"))


class TestPaymentMethods:
    def test_one_default(self) -> None:
        customer = a_customer()
        first = PaymentMethod.objects.create(customer=customer, is_default=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            PaymentMethod.objects.create(customer=customer, is_default=True)
        perform(first, "remove")
        assert PaymentMethod.objects.create(customer=customer, is_default=True).pk

    @pytest.mark.usefixtures("midsummer")
    def test_expires_when_its_last_day_is_over(self) -> None:
        today = clock.today()
        method = PaymentMethod.objects.create(customer=a_customer(), valid_to=today)
        with pytest.raises(Blocked, match="has not run out"):
            perform(method, "expire")
        change(method, valid_to=today - timedelta(days=1))
        perform(method, "expire")

    def test_removed_forgets_the_gateways_id(self) -> None:
        method = PaymentMethod.objects.create(customer=a_customer(), gateway_id="pm_1")
        perform(method, "remove")
        assert PaymentMethod.objects.get().gateway_id is None


class TestProducts:
    def test_prices_by_date(self) -> None:
        product = Product.objects.create(code="web-1")
        for minor, day in ((100_00, 1), (125_00, 15)):
            ProductPrice.objects.create(product=product, price_minor=minor, valid_from=date(2026, 3, day))
        found = [price_on(product, "RON", date(2026, 3, day)) for day in (1, 14, 15)]
        assert [price.minor for price in found if price] == [100_00, 100_00, 125_00]
        assert price_on(product, "RON", date(2026, 2, 28)) is price_on(product, "EUR") is None
        event = Event.objects.get(type="product.price_changed")
        assert (event.facts["change_percent"], event.facts["former_price"]["minor"]) == (25.0, 100_00)
