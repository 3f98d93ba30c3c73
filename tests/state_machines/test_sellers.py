"""Who sells."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from core.events import Event
from core.machine import change
from state_machines.sellers import seller
from tests.state_machines.made import a_seller

pytestmark = pytest.mark.django_db


def test_the_first_is_on_every_invoice() -> None:
    assert seller() is None
    first = a_seller()
    a_seller(name="Another")
    assert seller() == first


def test_an_account_number_has_right_check_digits() -> None:
    row = a_seller()
    change(row, iban="RO49AAAA1B31007593840000")
    with pytest.raises(ValidationError, match="no IBAN"):
        change(row, iban="RO48AAAA1B31007593840000")


def test_a_change_is_an_event_without_names() -> None:
    change(a_seller(), name="Ana Pop PFA")
    event = Event.objects.get(type="seller.updated")
    assert "Ana" not in str(event.facts) + str(event.was)
