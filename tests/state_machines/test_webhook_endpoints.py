"""Endpoints keep what every machine promises; secrets change without a gap; addresses and types are checked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core import clock
from core.machine import Machine, perform
from core.testing.machine_contract import MachineContract
from state_machines.models import Customer, WebhookEndpoint
from state_machines.webhook_endpoints import endpoints_of
from tests.state_machines.conftest import Caller
from tests.state_machines.made import a_customer


def an_endpoint(
    customer: Customer | None = None, address: str = "https://shop.example/hooks", **fields: Any
) -> WebhookEndpoint:
    endpoint = WebhookEndpoint(customer=customer, address=address, **fields)
    endpoint.full_clean()
    endpoint.save()
    return endpoint


class TestWebhookEndpoint(MachineContract):
    model = WebhookEndpoint

    def make(self) -> Machine:
        return an_endpoint(a_customer())


@pytest.mark.django_db
def test_for_a_day_both_secrets_sign() -> None:
    endpoint = an_endpoint()
    former = endpoint.secret
    perform(endpoint, "change_secret")
    assert endpoint.secret != former
    assert endpoint.secrets == (endpoint.secret, former)
    with clock.turned_to(clock.now() + timedelta(hours=25)):
        assert endpoint.secrets == (endpoint.secret,)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "", "http://shop.example", "ftp://shop.example", "https://", "https://user:pass@shop.example", "javascript:alert(1)",
        "https://[::1", "https://shop.example:99999/", "x" * 600, "https://a.example/" + "b" * 600,
    ],
)  # fmt: skip
def test_an_address_is_https_and_holds_no_password(address: str) -> None:
    with pytest.raises(ValidationError):
        an_endpoint(address=address)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "types", [[], "invoice.*", {}, [1], ["Invoice"], ["a b"], ["x" * 200], ["*"] * 51, [["*"]], None]
)
def test_event_types_are_a_list_of_patterns(types: Any) -> None:
    with pytest.raises(ValidationError):
        an_endpoint(event_types=types)


@pytest.mark.django_db
def test_a_customer_has_five_at_most_and_nobody_elses() -> None:
    ana, house = a_customer(), an_endpoint()
    own = [an_endpoint(ana) for _number in range(5)]
    with pytest.raises(ValidationError, match="five endpoints"):
        an_endpoint(ana)
    other = an_endpoint(a_customer(email="ion@example.ro"))
    perform(own[0], "disable")
    assert endpoints_of(ana.ref) == [house, *own[1:]]
    assert endpoints_of("") == [house]
    assert other not in endpoints_of(ana.ref)


@pytest.mark.django_db
def test_no_answer_of_the_api_has_a_secret(operator: Caller) -> None:
    endpoint = an_endpoint(a_customer())
    for path in (f"webhook_endpoint/{endpoint.pk}", "webhook_endpoint", f"webhook_endpoint/{endpoint.pk}/timeline"):
        answer = operator.get(path)
        assert answer.status_code == 200
        assert endpoint.secret not in answer.content.decode()
        assert "secret" not in answer.json().get("fields", {})
