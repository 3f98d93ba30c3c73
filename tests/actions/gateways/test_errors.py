"""The door to where errors are collected: one contract, held by the real gateway against a stand-in and by the double."""

from __future__ import annotations

import json

import pytest

from actions.gateways.accounts import GatewayAccount
from actions.gateways.doors import doubles
from actions.gateways.errors import ERRORS, ErrorReport
from actions.outcome import Done, Failed, Outcome
from tests.kit import in_force, work
from tests.stand_in import StandIn
from tests.state_machines.made import a_customer

pytestmark = pytest.mark.django_db
REPORT = ErrorReport("Plata a eșuat", "warning", {"code": "E501"}, "7/rule/error.report/")


def report() -> Outcome:
    return ERRORS.through(lambda gateway: gateway.report(REPORT))


def account(url: str) -> GatewayAccount:
    return GatewayAccount.objects.create(
        door="errors", address=url, secret="s3cret-token", options={"environment": "test"}
    )


def test_both_take_a_report(outside: StandIn) -> None:
    account(f"{outside.url}/42")
    assert isinstance(report(), Done)
    with doubles() as made:
        assert isinstance(report(), Done)
        assert made["errors"].reported == [REPORT]
    assert len(outside.asked) == 1


def test_the_envelope_is_one_that_sentry_reads(outside: StandIn) -> None:
    account(f"{outside.url}/42/")
    outcome = report()
    [asked] = outside.asked
    header, item, event = (json.loads(line) for line in asked.body.split(b"\n"))
    assert asked.path == "/api/42/envelope/"
    assert "sentry_key=s3cret-token" in asked.headers["X-Sentry-Auth"]
    assert (header["event_id"], item) == (event["event_id"], {"type": "event"})
    assert (len(event["event_id"]), event["level"], event["tags"]) == (32, "warning", {"code": "E501"})
    assert (event["message"]["formatted"], event["environment"]) == ("Plata a eșuat", "test")
    assert "s3cret-token" not in json.dumps([outcome.request, outcome.answer])  # type: ignore[union-attr]


def test_the_same_key_is_the_same_event_there() -> None:
    again = ErrorReport("again", "error", {}, REPORT.key)
    assert again.id == REPORT.id != ErrorReport("again", "error", {}, "8").id


def test_an_address_without_a_project_is_refused(outside: StandIn) -> None:
    account(outside.url)
    found = report()
    assert isinstance(found, Failed)
    assert (found.retryable, outside.asked) == (False, [])
    assert "https://host/42" in found.reason


def test_a_rule_reports_references_and_nobodys_name() -> None:
    step = {"do": "error.report", "with": {"message": "A customer came", "level": "warning", "code": "c1"}}
    in_force({"key": "tell", "when": "customer.activated", "then": [step]})
    with doubles() as made:
        customer = a_customer(name="Ioana Secretul")
        work()
        [told] = made["errors"].reported
    assert told.tags == {"rule": "tell", "object": customer.ref, "customer": customer.ref, "code": "c1"}
    assert "Ioana" not in str(told)
