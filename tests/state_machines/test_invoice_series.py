"""Numbers without gaps, whoever issues at the same time and whatever is rolled back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction

from core.machine import perform
from state_machines.models import Invoice, InvoiceSeries
from tests.parallel import at_once
from tests.state_machines.made import a_customer, a_draft

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


class GivenUpError(Exception):
    """The transaction around the issue came to nothing."""


def issuing(ref: str, *, give_up: bool) -> Callable[[], None]:
    def issue() -> None:
        with transaction.atomic():
            perform(ref, "issue")
            if give_up:
                raise GivenUpError

    return issue


def test_parallel_issuers_leave_no_gap() -> None:
    customer = a_customer()
    drafts = [a_draft(customer).ref for _ in range(20)]
    results = at_once(*(issuing(ref, give_up=place % 3 == 0) for place, ref in enumerate(drafts)))
    assert [type(result) for result in results if result is not None] == [GivenUpError] * 7
    numbers = sorted(Invoice.objects.filter(state="issued").values_list("number", flat=True))
    assert numbers == [f"INV-{number:06d}" for number in range(1, 14)]
    dates = list(Invoice.objects.filter(state="issued").order_by("number").values_list("issued_at", flat=True))
    assert dates == sorted(dates), "a later number bears no earlier date"
    assert InvoiceSeries.objects.get().next_number == 14
    assert Invoice.objects.filter(state="draft", number=None).count() == 7
