"""Notes, worklogs and consents: what their events tell, what they never tell, and who sees them."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core.accounts import issue_token
from core.events import Event
from core.machine import Machine, change, perform
from state_machines.models import Consent, Customer, Membership, Note, Worklog
from tests.state_machines.conftest import Caller, a_user, problem
from tests.state_machines.made import a_customer, a_ticket

pytestmark = pytest.mark.django_db


def types_of(row: Machine) -> list[str]:
    return list(Event.objects.filter(subject=row.ref).order_by("sequence").values_list("type", flat=True))


class TestNotes:
    def test_events_tell_the_kind_and_never_the_text(self, operator: Caller) -> None:
        customer = a_customer()
        made = operator.post("note", {"customer": customer.ref, "kind": "call", "body": "Ion was rude"})
        note = Note.objects.get(pk=made.json()["id"])
        operator.send("PATCH", f"note/{note.pk}", {"body": "Ion was very rude", "important": True})
        perform(note, "redact")
        assert types_of(note) == ["note.created", "note.updated", "note.redacted"]
        assert "rude" not in json.dumps([event.as_document() for event in Event.objects.all()])
        assert Note.objects.get().body == ""

    def test_a_customers_people_do_not_know_of_them(self) -> None:
        customer = a_customer()
        note = Note.objects.create(customer=customer, body="x")
        work = Worklog.objects.create(ticket=a_ticket(customer), minutes=5)
        caller = member(customer, "owner")
        for row in (note, work):
            problem(caller.get(row.ref.replace(":", "/")), 404, "not-found")
            assert caller.get("events", subject=row.ref).json()["items"] == []
            assert caller.get(row.machine.noun).json()["items"] == []


class TestWorklogs:
    @pytest.mark.parametrize("minutes", [0, 24 * 60 + 1])
    def test_nobody_works_no_time_or_more_than_a_day(self, minutes: int) -> None:
        ticket = a_ticket()
        with pytest.raises(ValidationError):
            Worklog(ticket=ticket, minutes=minutes).full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            Worklog.objects.create(ticket=ticket, minutes=minutes)

    def test_events_tell_the_minutes_and_the_customer(self) -> None:
        ticket = a_ticket()
        work = Worklog.objects.create(ticket=ticket, minutes=30, body="Rang Ana", user=a_user("olga"))
        change(work, minutes=45)
        event = Event.objects.filter(subject=work.ref).latest("sequence")
        assert (event.type, event.was, event.customer) == (
            "worklog.updated",
            {"worklog.minutes": 30},
            ticket.customer.ref,
        )
        assert event.facts["worklog"]["user"] == f"user:{work.user_id}"
        assert "Ana" not in json.dumps(event.facts)


class TestConsents:
    @pytest.mark.parametrize(
        ("purpose", "flag"), [("marketing", "marketing_consent"), ("data_processing", "gdpr_consent")]
    )
    def test_the_customers_flag_follows(self, purpose: str, flag: str) -> None:
        customer = a_customer()
        consent = Consent.objects.create(customer=customer, purpose=purpose, channel="paper", wording="2026-01")
        assert getattr(Customer.objects.get(), flag) is True
        perform(consent, "withdraw")
        assert getattr(Customer.objects.get(), flag) is False
        assert Event.objects.filter(type=f"customer.{flag}_changed", subject=customer.ref).count() == 2
        assert types_of(consent) == ["consent.created", "consent.withdrawn"]
        assert consent.withdrawn_at is not None
        assert Event.objects.get(type="consent.withdrawn").facts["customer"][flag] is False

    def test_a_purpose_without_a_flag_changes_nothing_else(self) -> None:
        customer = a_customer()
        before = Customer.objects.get().sequence
        perform(Consent.objects.create(customer=customer, purpose="cookies"), "withdraw")
        assert Customer.objects.get().sequence == before

    def test_one_at_a_time_for_a_purpose_and_again_after_it_is_withdrawn(self) -> None:
        customer = a_customer()
        first = Consent.objects.create(customer=customer, purpose="profiling")
        with pytest.raises(IntegrityError), transaction.atomic():
            Consent.objects.create(customer=customer, purpose="profiling")
        perform(first, "withdraw")
        Consent.objects.create(customer=customer, purpose="profiling")

    def test_owners_agree_on_the_web_and_withdraw(self) -> None:
        customer = a_customer()
        owner, tech = member(customer, "owner"), member(customer, "tech")
        given = {"customer": customer.ref, "purpose": "marketing", "wording": "2026-01"}
        problem(tech.post("consent", given), 403, "not-permitted")
        made = owner.post("consent", given)
        assert made.status_code == 201, made.content
        problem(owner.post("consent", given | {"channel": "paper"}), 422, "bad-arguments")
        problem(tech.perform(made.json()["ref"], "withdraw"), 403, "not-permitted")
        assert owner.perform(made.json()["ref"], "withdraw").status_code == 200


def member(customer: Customer, role: str) -> Caller:
    user = a_user(f"{role}-{customer.pk}")
    Membership.objects.create(customer=customer, user=user, role=role)
    return Caller(issue_token(user, "test"))
