"""A service and what depends on it, changed at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

import pytest
from django.db import connection, transaction

from core.errors import Blocked
from core.events import Event
from core.machine import perform
from state_machines.models import Service
from tests.parallel import at_once, ended_or_waiting
from tests.state_machines.made import a_customer, a_dependency, a_service, an_active_service

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def by_key(needed: Service) -> Service:
    return a_service(needed.customer, depends_on=needed)


def by_relationship(needed: Service) -> Service:
    service = a_service(needed.customer)
    a_dependency(service, needed)
    return service


def made_before_what_it_needs(needed: Service) -> Service:
    return Service.objects.filter(pk__lt=needed.pk, customer=needed.customer).get()


@pytest.mark.parametrize("name", ["suspend", "terminate"])
@pytest.mark.parametrize("dependant", [by_key, by_relationship, made_before_what_it_needs])
def test_who_is_becoming_active_is_waited_for(name: str, dependant: Callable[[Service], Service]) -> None:
    """The guard of one sees nothing of the other's open transaction: without waiting, both would be done."""
    customer = a_customer()
    first = a_service(customer)
    needed = an_active_service(customer)
    if dependant is made_before_what_it_needs:
        a_dependency(first, needed)
    service, outcome = dependant(needed), list[object]()

    def stop() -> None:
        try:
            outcome.append(perform(needed.ref, name, arguments={"reason": "overdue"} if name == "suspend" else {}))
        except Blocked as refused:
            outcome.append(refused)
        finally:
            connection.close()

    stopping = Thread(target=stop)
    with transaction.atomic():
        perform(service.ref, "activate")
        stopping.start()
        ended_or_waiting(stopping)
    stopping.join(20)
    assert [type(one) for one in outcome] == [Blocked]
    assert set(Service.objects.filter(pk__in=[needed.pk, service.pk]).values_list("state", flat=True)) == {"active"}


def test_the_log_never_tells_of_a_suspension_below_an_active_dependant() -> None:
    customer = a_customer()
    for _round in range(5):
        needed = an_active_service(customer)
        services = [a_service(customer, depends_on=needed) for _ in range(3)]
        acts = [lambda: perform(needed.ref, "suspend", arguments={"reason": "overdue"})]  # noqa: B023 - run in this round
        acts += [lambda ref=one.ref: perform(ref, "activate") for one in services]
        results = at_once(*acts)
        assert all(isinstance(one, Event | Blocked) for one in results), results
        if (stopped := results[0]) and isinstance(stopped, Event):
            became = Event.objects.filter(subject__in=[one.ref for one in services], type="service.activated")
            assert not became.filter(pk__lt=stopped.pk).exists()
