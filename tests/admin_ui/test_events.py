"""The event log: filters, pages without counting, one event's decision and proof, deciding again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.dispatch import dispatch_all
from admin_ui import event_search
from core import clock
from core.acting import acting
from core.audit import AuditRow
from core.events import Event
from core.machine import perform
from core.outbox import Outbox
from rules.decisions import Decision
from rules.rule_sets import RuleSetVersion
from state_machines.customers import Customer
from tests.admin_ui.conftest import SignIn
from tests.fines.models import Fine
from tests.kit import work

pytestmark = pytest.mark.django_db
LOG = "/staff/core/event/"


def _page(event: Event) -> str:
    return f"{LOG}{event.pk}/change/"


def test_the_log_is_narrowed_by_type_subject_customer_and_day(sign_in: SignIn, fine: Fine) -> None:
    customer = Customer.objects.create(name="Ana")
    order = customer.orders.create()
    with clock.turned_to(clock.now() - timedelta(days=10)):
        perform(fine, "payment", arguments={"paid_minor": 1})
    client = sign_in("viewer")

    def shown(**wanted: str) -> set[str]:
        return {event.type for event in client.get(LOG, wanted).context["events"]}

    assert shown(type="fine.created") == {"fine.created"}
    assert shown(type="fine.*") == {"fine.created", "fine.payment"}
    assert shown(subject=order.ref) == {"order.created"}
    assert shown(subject="customer:") == {"customer.created"}
    assert shown(customer=customer.ref) == {"customer.created", "order.created"}
    long_ago = timezone.localdate(clock.now() - timedelta(days=9)).isoformat()
    assert shown(until=long_ago) == {"fine.payment"}
    assert "fine.payment" not in shown(since=long_ago)
    assert "cannot be used" in client.get(LOG, {"since": "yesterday"}).content.decode()


def test_pages_go_by_position_and_nothing_is_counted(
    sign_in: SignIn, fine: Fine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_search, "PAGE", 3)
    for _ in range(7):
        perform(fine, "payment", arguments={"paid_minor": 1})
    client = sign_in("viewer")
    with CaptureQueriesContext(connection) as seen:
        first = client.get(LOG, {"subject": fine.ref})
    assert not [query["sql"] for query in seen if "COUNT(" in query["sql"].upper()]
    second = client.get(f"{LOG}?{first.context['older']}")
    sequences = [event.sequence for page in (first, second) for event in page.context["events"]]
    assert sequences == [7, 6, 5, 4, 3, 2]
    assert not client.get(LOG, {"before": "3", "subject": fine.ref}).context["older"]


def test_the_page_shows_what_changed_and_why_rules_acted(sign_in: SignIn, fine: Fine, house: RuleSetVersion) -> None:
    perform(fine, "send_fine", arguments={"expense_minor": 100})
    perform(fine, "insert_fine_notification")
    event = perform(fine, "add_penalty", arguments={"amount_minor": 20000})
    dispatch_all()
    page = sign_in("viewer").get(_page(event), {"proof": "1"}).content.decode()
    assert "200.00 EUR" in page
    assert "fine.amount was 200.00 EUR, which is at least 100.00 EUR" in page
    assert "it is in force until 2020-12-31" in page
    assert "it is for fine.created, and this event is fine.add_penalty" in page
    assert "fine.send_for_credit_collection" in page
    assert "differs from the stored decision" not in page


def test_a_chain_is_linked_both_ways(sign_in: SignIn, fine: Fine) -> None:
    first = Event.objects.get(subject=fine.ref)
    with acting(cause=first.pk, correlation=first.correlation, depth=1):
        second = perform(fine, "payment", arguments={"paid_minor": 1})
    client = sign_in("viewer")
    assert [event.pk for event in client.get(_page(first)).context["chain"].effects] == [second.pk]
    chain = client.get(_page(second)).context["chain"]
    assert chain.cause.pk == first.pk
    assert [(link.event.pk, link.indent) for link in chain.links] == [(first.pk, 0), (second.pk, 1)]


def test_only_operators_have_a_failed_event_decided_again(sign_in: SignIn, fine: Fine) -> None:
    event = Event.objects.get(subject=fine.ref)
    Outbox.objects.filter(event_id=event.pk).delete()
    Decision.objects.create(event_id=event.pk, at=clock.now(), outcome="failed", problem="KeyError: x")
    url = f"{LOG}{event.pk}/decide-again/"
    assert sign_in("viewer", "author").post(url).status_code == 403
    client = sign_in("operator")
    assert client.get(url).status_code == 405
    assert "waits for its decision again" in client.post(url, follow=True).content.decode()
    assert Outbox.objects.filter(event_id=event.pk).exists()
    assert AuditRow.objects.filter(verb="event.decided_again", object=f"event:{event.pk}").count() == 1
    assert "has not failed" in client.post(url, follow=True).content.decode()
    assert AuditRow.objects.filter(verb="event.decided_again").count() == 1


def test_the_chain_says_what_each_rule_did_and_how_much_later(
    sign_in: SignIn, fine: Fine, house: RuleSetVersion
) -> None:
    perform(fine, "send_fine", arguments={"expense_minor": 100})
    perform(fine, "insert_fine_notification")
    event = perform(fine, "add_penalty", arguments={"amount_minor": 20000})
    with clock.turned_to(clock.now() + timedelta(hours=26)):
        work()
    answer = sign_in("viewer").get(_page(event))
    first, second = answer.context["branches"]
    assert (first.event.pk, second.event.type, second.indent) == (event.pk, "fine.send_for_credit_collection", 1)
    assert [run.action for run in first.runs] == ["fine.send_for_credit_collection"]
    assert "1 d 2 h later" in answer.content.decode()


def test_a_rule_that_did_not_act_has_its_nearest_miss(sign_in: SignIn, fine: Fine, house: RuleSetVersion) -> None:
    perform(fine, "send_fine", arguments={"expense_minor": 100})
    perform(fine, "insert_fine_notification")
    event = perform(fine, "add_penalty", arguments={"amount_minor": 5000})
    dispatch_all()
    page = sign_in("viewer").get(_page(event)).content.decode()
    assert "Nearest to acting:" in page
    assert "As text, for a ticket" in page
