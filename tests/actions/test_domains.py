"""Domains that rules register and renew: each once, whatever the registrar does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from actions.gateways.asking import AskingDouble
from actions.gateways.doors import replaced
from actions.outcome import Failed
from actions.runs import ActionRun
from core.machine import change, perform
from state_machines.models import Domain, DomainOperation, OrderItem
from tests.kit import in_force, work
from tests.state_machines.made import a_domain, a_tld, an_order

pytestmark = pytest.mark.django_db
EACH = {"each": "order.items", "do": "domain.register", "target": "item"}


@pytest.fixture
def registrar() -> Iterator[AskingDouble]:
    double = AskingDouble()
    with replaced(registrar=double):
        yield double


def ordered(name: str) -> OrderItem:
    in_force({"key": "reg", "when": "order.submitted", "then": [EACH]})
    order = an_order(items=0)
    item = OrderItem.objects.create(
        order=order, product="ro", product_type="domain", domain_name=name, unit_price_minor=1
    )
    perform(order, "submit")
    work()
    return item


def ends() -> list[tuple[str, str]]:
    return list(ActionRun.objects.order_by("id").values_list("state", "said"))


def test_it_is_registered_and_written_down(registrar: AskingDouble) -> None:
    a_tld()
    item = ordered("exemplu.ro")
    domain = Domain.objects.get()
    assert (domain.state, domain.customer_id) == ("active", item.order.customer_id)
    assert domain.expires_at is not None
    assert registrar.asked[0].body == {"name": "exemplu.ro", "years": 1, "registrar": "rotld"}


def test_what_the_registrar_refuses_is_a_failed_operation(registrar: AskingDouble) -> None:
    a_tld()
    registrar.answers = [Failed("taken", retryable=False)]
    ordered("exemplu.ro")
    assert (Domain.objects.get().state, DomainOperation.objects.get().state) == ("pending", "failed")
    assert ends() == [("dead", "taken")]


def test_a_dead_letter_asks_the_registrar_anew(registrar: AskingDouble) -> None:
    a_tld()
    registrar.answers = [Failed("no credit", retryable=False)]
    ordered("exemplu.ro")
    ActionRun.objects.update(state="ready", due_at="2020-01-01T00:00:00Z")
    work()
    assert Domain.objects.get().state == "active"
    assert len({question.key for question in registrar.asked}) == 2


def test_after_silence_the_same_operation_is_asked_with_the_same_key(registrar: AskingDouble) -> None:
    a_tld()
    registrar.answers = [Failed("no answer", retryable=True)]
    ordered("exemplu.ro")
    assert DomainOperation.objects.get().state == "pending"
    ActionRun.objects.update(due_at="2020-01-01T00:00:00Z")
    work()
    assert len({question.key for question in registrar.asked}) == 1
    assert DomainOperation.objects.get().state == "completed"


@pytest.mark.parametrize(
    ("name", "said"), [("exemplu.xyz", "nothing is registered under .xyz"), ("-.ro", "this is no domain name")]
)
def test_what_cannot_be_registered_is_never_asked(registrar: AskingDouble, name: str, said: str) -> None:
    a_tld()
    ordered(name)
    assert ends()[0][0] == "dead"
    assert ends()[0][1].startswith(said)
    assert registrar.asked == []


def test_the_name_of_another_customer_is_not_taken(registrar: AskingDouble) -> None:
    a_domain(name="exemplu.ro")
    ordered("exemplu.ro")
    assert "another customer's" in ends()[0][1]
    assert registrar.asked == []


def test_one_last_day_is_renewed_once(registrar: AskingDouble) -> None:
    in_force({"key": "renew", "when": "domain.lock_changed", "then": [{"do": "domain.renew"}]})
    domain = a_domain()
    perform(domain, "activate")
    work()
    assert registrar.asked == []
    last = domain.registered_at + timedelta(days=10)
    change(domain, expires_at=last)
    change(domain, locked=True)
    change(domain, locked=False)
    work()
    assert len(registrar.asked) == 2, "the second renews the new last day"
    assert Domain.objects.get().expires_at.year == last.year + 2
