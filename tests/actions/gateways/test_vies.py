"""The door to VIES, against a stand-in."""

from __future__ import annotations

import pytest

from actions.gateways.accounts import GatewayAccount
from actions.gateways.vies import HttpVies
from actions.outcome import Done, Failed
from tests.stand_in import StandIn

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _register(outside: StandIn) -> None:
    GatewayAccount.objects.create(door="vies", address=outside.url)


@pytest.mark.parametrize("valid", [True, False])
def test_it_is_asked_over_http(outside: StandIn, valid: bool) -> None:
    outside.answer(200, b'{"valid": true, "name": "X SRL"}' if valid else b'{"valid": false}')
    found = HttpVies().ask("RO", "14399840")
    assert isinstance(found, Done)
    assert found.answer == {"valid": valid}, "name and address of the company are not kept"
    [asked] = outside.asked
    assert (asked.path, asked.json) == ("/check-vat-number", {"countryCode": "RO", "vatNumber": "14399840"})


@pytest.mark.parametrize(
    ("error", "again"), [("MS_UNAVAILABLE", True), ("MS_MAX_CONCURRENT_REQ", True), ("INVALID_INPUT", False)]
)
def test_errors_in_an_answer_of_success_are_errors(outside: StandIn, error: str, again: bool) -> None:
    outside.answer(200, f'{{"actionSucceed": false, "errorWrappers": [{{"error": "{error}"}}]}}'.encode())
    found = HttpVies().ask("RO", "14399840")
    assert isinstance(found, Failed)
    assert found.retryable is again
    assert error in found.reason
