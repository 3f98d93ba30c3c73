"""What will happen to an object: listed, stopped, put off; over REST too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from actions import upcoming
from actions.runs import ActionRun
from core import clock
from core.accounts import issue_token
from core.audit import AuditRow
from core.events import Event
from core.machine import change, perform
from rules.decisions import Decision
from rules.exemptions import give
from rules.publish import publish_text
from state_machines.invoices import Invoice
from tests.kit import work
from tests.state_machines.made import a_customer

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES = """set: house
rules:
- key: dunning
  title: Remind about it
  when: {date: invoice.due_at, offset: [1d, 3d], at: "10:00"}
  if: {fact: invoice.state, op: eq, value: issued}
  then: [{do: notify.slack, with: {to: dunning, text: "number {{ moment.number }}"}}]
- {key: look, when: invoice.issued, then: [{do: notify.slack, with: {to: sales, text: look}, after: 2d}]}
"""


@pytest.fixture
def invoice() -> Any:
    with clock.turned_to(NOW):
        publish_text("house", RULES, title="t")
        row = Invoice.objects.create(customer=a_customer(), due_at=NOW + timedelta(days=9))
        row.lines.create(description="hosting", unit_price_minor=1000)
        perform(row, "issue")
        work()
        yield row


def said(row: Any) -> list[tuple[str, str]]:
    return [(f"{one.due_at:%m-%d %H:%M}", one.says) for one in upcoming.of(row)]


def test_moments_and_waiting_actions_stand_in_one_list(invoice: Invoice) -> None:
    expected = [
        ("03-03 12:00", f"look: notify.slack on {invoice.ref}"),
        ("03-11 08:00", "Remind about it, 1d after 2026-03-10"),
        ("03-13 08:00", "Remind about it, 3d after 2026-03-10"),
    ]
    assert said(invoice) == expected
    assert said(invoice.customer) == expected
    assert said(a_customer()) == []


def test_what_an_exemption_keeps_waiting_stands_there_with_its_own_time(
    invoice: Invoice, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(8):
        upcoming.of(invoice)
    give("look", invoice.customer.ref, NOW + timedelta(days=5), "they call back")
    give("dunning", invoice.ref, datetime(2026, 3, 12, 9, tzinfo=UTC), "until Thursday")
    assert said(invoice) == [
        (
            "03-06 12:00",
            f"look: notify.slack on {invoice.ref}, which waits until an exemption ends at 2026-03-06 14:00:00",
        ),
        ("03-13 08:00", "Remind about it, 3d after 2026-03-10"),
    ]
    with django_assert_num_queries(9):
        upcoming.of(invoice)


def test_a_later_attempt_that_failed_before_it_had_rules_is_not_asked_for_them(invoice: Invoice) -> None:
    give("look", invoice.customer.ref, NOW + timedelta(days=5), "they call back")
    before = said(invoice)
    event = ActionRun.objects.get().event_id
    Decision.objects.create(event_id=event, attempt=9, at=NOW, outcome="failed", problem="no memory")
    assert said(invoice) == before


def test_of_moments_that_an_exemption_keeps_only_the_last_will_be_asked_for(invoice: Invoice) -> None:
    give("dunning", invoice.ref, datetime(2026, 3, 15, tzinfo=UTC), "until Sunday")
    assert said(invoice)[1:] == [
        (
            "03-15 08:00",
            "Remind about it, 3d after 2026-03-10, which waits until an exemption ends at 2026-03-15 02:00:00",
        )
    ]


def test_what_was_stopped_never_happens_for_this_date(invoice: Invoice) -> None:
    run, first, _second = upcoming.of(invoice)
    for one in (run, first):
        upcoming.stop(invoice, one.kind, one.id, "they called")
    assert len(said(invoice)) == 1
    change(invoice, due_at=NOW + timedelta(days=20))
    change(invoice, due_at=NOW + timedelta(days=9))
    work()
    assert [time for time, _says in said(invoice)] == ["03-13 08:00"]
    with clock.turned_to(NOW + timedelta(days=30)):
        work()
    assert [event.facts["moment"]["number"] for event in Event.objects.filter(type="moment.due")] == [2]
    assert ActionRun.objects.get(rule="look").state == "cancelled"
    assert AuditRow.objects.filter(verb="moment.stopped").count() == 1


def test_what_was_put_off_happens_later(invoice: Invoice) -> None:
    run, first, _second = upcoming.of(invoice)
    for one in (run, first):
        upcoming.put_off(invoice, one.kind, one.id, NOW + timedelta(days=11))
    with clock.turned_to(NOW + timedelta(days=10, hours=23)):
        work()
    assert not ActionRun.objects.exclude(state="ready").exists()
    with clock.turned_to(NOW + timedelta(days=11)):
        work()
    assert {run.rule for run in ActionRun.objects.exclude(state="ready")} == {"dunning", "look"}
    with pytest.raises(upcoming.NotUpcoming):
        upcoming.put_off(invoice, run.kind, run.id, NOW + timedelta(days=40))


def test_only_to_a_time_to_come(invoice: Invoice) -> None:
    one = upcoming.of(invoice)[0]
    for until in (NOW, datetime(2027, 1, 1)):  # noqa: DTZ001 - it must be refused
        with pytest.raises(upcoming.InThePast):
            upcoming.put_off(invoice, one.kind, one.id, until)


def client(*roles: str) -> Client:
    user = User.objects.create_user(f"u{User.objects.count()}", is_staff=True)
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    return Client(headers={"Authorization": f"Bearer {issue_token(user, 'test')}"})


def test_over_rest(invoice: Invoice) -> None:
    place = f"/api/v1/invoice/{invoice.pk}/next"
    viewer, operator = client("viewer"), client("operator")
    listed = viewer.get(place).json()
    assert [one["kind"] for one in listed] == ["action_run", "moment", "moment"]
    one = f"{place}/moment/{listed[1]['id']}"
    body = {"reason": "they called"}
    assert viewer.post(f"{one}/stop", body, content_type="application/json").status_code == 403
    assert operator.post(f"{one}/stop", body, content_type="application/json").status_code == 200
    assert operator.post(f"{one}/stop", body, content_type="application/json").status_code == 409
    two = f"{place}/moment/{listed[2]['id']}"
    until = {"until": "2026-04-01T10:00:00+03:00"}
    assert operator.post(f"{two}/put-off", until, content_type="application/json").status_code == 200
    assert viewer.get(place).json()[1]["due_at"].startswith("2026-04-01T07:00")
    other = f"/api/v1/invoice/{Invoice.objects.create(customer=a_customer()).pk}/next/moment/{listed[2]['id']}/stop"
    assert operator.post(other, body, content_type="application/json").status_code == 404
