"""django-easypay: what its documentation says and what its code sends become the same events, each once."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.dispatch import Signal

from actions.gateways.doors import doubles
from actions.runs import ActionRun
from core.bridge.seen import BridgeProblem
from core.events import Event
from rules.document.files import load_file
from rules.receivers import HOUSE_FILE
from tests.kit import in_force, work
from tests.state_machines.made import a_customer

pytestmark = pytest.mark.django_db
TRANSACTION = "PGTID1234567890123456789012"
DOCUMENTED = {"pg_tid": TRANSACTION, "auth_id": "auth-1"}
SENT = {
    "approval_data": {
        "pg_tid": TRANSACTION,
        "pay_method_type_code": "11",
        "card_name": "Shinhan",
        "card_no": "1234-****-****-5678",
    }
}
TAKEN_BACK = {"resCd": "0000", "resMsg": "ok", "cancelDate": "20251223", "cancelTime": "143000"}
Signals = dict[str, Signal]


def a_payment(**fields: Any) -> Any:
    """A row of somebody's payment model, as the package's own is abstract."""
    given = {"pk": 7, "hash_id": "a1b2c3d4e5f6", "status": "pending", "amount": Decimal(29900), "pg_tid": "", "product_id": 3,
             "customer_id": 1, "card_no": "1234-****-****-5678", "client_ip": "203.0.113.9"}  # fmt: skip
    return SimpleNamespace(**(given | fields))


def told() -> list[Event]:
    return list(Event.objects.filter(type__startswith="easypay.").order_by("id"))


@pytest.mark.parametrize("spelled", [DOCUMENTED, SENT], ids=["documented", "sent"])
def test_an_approval_is_one_event_although_the_payment_is_still_pending(
    easypay: Signals, spelled: dict[str, Any]
) -> None:
    payment = a_payment()
    easypay["payment_registered"].send(sender=None, payment=payment, auth_page_url="https://pay.example/?token=secret")
    for _time in range(3):
        easypay["payment_approved"].send(sender=None, payment=payment, **spelled)
    registered, approved = told()
    assert (registered.type, approved.type) == ("easypay.payment_registered", "easypay.payment_approved")
    assert registered.subject == approved.subject == "easypay_payment:a1b2c3d4e5f6"
    assert approved.customer == "customer:1"
    assert approved.facts["easypay"]["amount"] == {"minor": 29900, "currency": "KRW"}
    assert (approved.facts["easypay"]["product"], approved.facts["easypay"]["transaction"]) == ("3", TRANSACTION)
    assert not BridgeProblem.objects.exists()


@pytest.mark.parametrize("spelled", ["cancel_type", "cancel_type_code"])
def test_a_cancellation_that_the_admin_pages_tell_twice_is_one_event(easypay: Signals, spelled: str) -> None:
    for status in ("completed", "cancelled"):  # the client's signal comes before the row is saved, the second after
        easypay["payment_cancelled"].send(
            sender=None,
            payment=a_payment(status=status),
            cancel_amount=29900,
            cancel_data=TAKEN_BACK,
            **{spelled: "40"},
        )
    [event] = told()
    assert event.facts["cancel"] == {"kind": "40", "amount": {"minor": 29900, "currency": "KRW"}}


def test_in_full_and_in_part_are_told_apart_and_equal_parts_are_two(easypay: Signals) -> None:
    payment, send = a_payment(), easypay["payment_cancelled"].send
    for at in ("143000", "150000"):
        data = TAKEN_BACK | {"cancelTime": at}
        send(sender=None, payment=payment, cancel_type_code="41", cancel_amount=5000, cancel_data=data)
    revised = {"reviseDate": "20251224", "reviseTime": "090000"}  # as production spells it
    send(sender=None, payment=payment, cancel_type_code="40", cancel_amount=19900, cancel_data=revised)
    assert [(one.facts["cancel"]["kind"], one.facts["cancel"]["amount"]["minor"]) for one in told()] == [
        ("41", 5000), ("41", 5000), ("40", 19900),
    ]  # fmt: skip


def test_without_the_answer_of_the_gateway_it_is_told_by_its_amount(easypay: Signals) -> None:
    for _time in range(2):
        easypay["payment_cancelled"].send(sender=None, payment=a_payment(), cancel_type="40", cancel_amount=29900)
    assert len(told()) == 1


def test_each_failure_is_an_event_by_its_code(easypay: Signals) -> None:
    said = {"error_code": "E501", "error_message": "Kim Minji's card was refused"}
    easypay["payment_failed"].send(sender=None, payment=a_payment(), **said)
    easypay["payment_failed"].send(sender=None, payment=a_payment(), **said, stage="approval")
    assert [one.facts["error"] for one in told()] == [{"code": "E501"}, {"code": "E501", "stage": "approval"}]


def test_the_log_names_nobody(easypay: Signals) -> None:
    easypay["payment_registered"].send(
        sender=None, payment=a_payment(), auth_page_url="https://pay.example/?token=secret"
    )
    easypay["payment_approved"].send(sender=None, payment=a_payment(), **SENT)
    easypay["payment_failed"].send(sender=None, payment=a_payment(), error_code="E501", error_message="Kim Minji")
    kept = json.dumps([one.as_document() for one in told()])
    assert not any(secret in kept for secret in ("1234-", "203.0.113.9", "Kim", "secret", "Shinhan"))


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_nothing_and_may_come_again(easypay: Signals) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        easypay["payment_approved"].send(sender=None, payment=a_payment(), **SENT)
        raise ZeroDivisionError
    assert told() == []
    easypay["payment_approved"].send(sender=None, payment=a_payment(), **SENT)
    assert len(told()) == 1


def test_a_signal_that_cannot_be_read_stays_away_from_the_payment(easypay: Signals) -> None:
    results = easypay["payment_cancelled"].send(sender=None, payment=a_payment(), cancel_amount=1)
    assert (results[0][1], told()) == (None, [])
    assert "cancel_type" in BridgeProblem.objects.get().reason


def test_the_recorded_answers_of_the_gateway(easypay: Signals, shared: Path) -> None:
    said = json.loads((shared / "data" / "webhooks" / "easypay" / "responses.json").read_text())
    back = said["mock_cancel_success"]
    for _time in range(2):
        easypay["payment_cancelled"].send(
            sender=None,
            payment=a_payment(),
            cancel_type_code="40",
            cancel_amount=back["cancelAmount"],
            cancel_data=back,
        )
    easypay["payment_failed"].send(
        sender=None,
        payment=a_payment(),
        error_code=said["mock_approve_failure"]["resCd"],
        error_message="",
        stage="approval",
    )
    assert [one.type for one in told()] == ["easypay.payment_cancelled", "easypay.payment_failed"]


def test_the_house_rules_tell_everybody_whom_they_should(easypay: Signals) -> None:
    in_force(*load_file(HOUSE_FILE.parent / "easypay.yaml").documents[0].data["rules"])
    customer = a_customer(language="en")
    with doubles() as made:
        payment = a_payment(customer_id=customer.pk)
        easypay["payment_approved"].send(sender=None, payment=payment, **SENT)
        easypay["payment_approved"].send(sender=None, payment=payment, **SENT)
        easypay["payment_failed"].send(sender=None, payment=payment, error_code="E501", error_message="refused")
        work()
    runs = list(ActionRun.objects.values_list("rule", "action", "state"))
    assert sorted(runs) == [
        ("easypay-approved", "notify.email", "done"),
        ("easypay-approved", "notify.slack", "done"),
        ("easypay-approved", "notify.telegram", "done"),
        ("easypay-failed", "error.report", "done"),
        ("easypay-failed", "notify.slack", "done"),
        ("easypay-report", "notify.slack", "done"),
        ("easypay-report", "notify.webhook", "skipped"),  # nobody has entered an endpoint
        ("easypay-survey", "survey.send", "ready"),
    ]
    survey = ActionRun.objects.get(rule="easypay-survey")
    assert survey.due_at - Event.objects.get(pk=survey.event_id).at == timedelta(hours=24)
    [error] = made["errors"].reported
    assert (error.level, error.tags["code"]) == ("warning", "E501")
    [mail] = made["mail"].sent
    assert "29900" in mail.text.replace(",", "").replace(".", "").replace("\xa0", "")
