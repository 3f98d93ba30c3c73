"""e-Factura documents."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from core.acting import Actor
from core.errors import Blocked, NotAllowed, NotPermitted
from core.machine import perform
from tests.state_machines.made import a_document, a_draft, a_refund

pytestmark = pytest.mark.django_db


def test_of_a_draft_is_not_queued() -> None:
    document = a_document(a_draft())
    with pytest.raises(Blocked, match="is not issued yet"):
        perform(document, "mark_queued")


def test_is_tried_five_times() -> None:
    document = a_document()
    for _try in range(5):
        perform(document, "mark_queued")
        perform(document, "mark_error", arguments={"code": "anaf.503"})
    with pytest.raises(Blocked, match="tried 5 times"):
        perform(document, "mark_queued")


def test_what_cannot_be_built_is_not_tried_again() -> None:
    document = a_document()
    perform(document, "mark_local_error")
    with pytest.raises(Blocked, match="cannot be built"):
        perform(document, "mark_queued")


def test_what_may_have_arrived_is_never_sent_again() -> None:
    document = a_document()
    for name in ("mark_queued", "mark_uploading", "mark_outcome_unknown"):
        perform(document, name)
    for name in set(document.spec.transitions) - {"mark_found", "mark_not_arrived"}:
        with pytest.raises(NotAllowed):
            perform(document, name, arguments={"index": "1"} if name == "mark_submitted" else {})
    perform(document, "mark_found", arguments={"index": "1"})
    with pytest.raises(NotAllowed):
        perform(document, "mark_queued")


def test_only_who_approves_says_that_it_did_not_arrive() -> None:
    document = a_document()
    for name in ("mark_queued", "mark_uploading", "mark_outcome_unknown"):
        perform(document, name)
    with pytest.raises(NotPermitted):
        perform(document, "mark_not_arrived", actor=Actor("user:1", roles=frozenset({"operator"})))
    perform(document, "mark_not_arrived", actor=Actor("user:2", roles=frozenset({"approver"})))
    perform(document, "mark_queued")


def test_one_per_invoice_and_one_per_refund() -> None:
    document = a_document()
    with pytest.raises(IntegrityError), transaction.atomic():
        a_document(document.invoice)
    refund = a_refund()
    a_document(document.invoice, refund=refund, number="CN-000001")
    with pytest.raises(IntegrityError), transaction.atomic():
        a_document(document.invoice, refund=refund, number="CN-000002")


def test_is_claimed_by_one() -> None:
    document = a_document()
    perform(document, "mark_queued")
    perform(document, "mark_uploading")
    with pytest.raises(NotAllowed):
        perform(document, "mark_uploading")
