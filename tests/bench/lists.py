"""First pages of lists at 100,000 rows: how many statements each asks, and how long the server takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actions.message_log import SentMessage
from core.accounts import issue_token
from core.events import Event
from core.machine import Machine
from state_machines.models import Customer, Membership
from tests.bench.measure import table
from tests.bench.seeding import copies, settled
from tests.state_machines import made
from tests.state_machines.one_of_each import one_of_each

ROWS = 100_000
BUDGETS = {"API": 4, "staff": 12}  # statements of a first page, whatever is in the tables
MOST_MS = 100
NOUNS = ("order", "order_item", "invoice", "payment", "service", "ticket", "domain", "subscription", "note", "worklog")
OF_PARENTS = ("order_item", "worklog")  # whose customer is that of another row
DISTINCT = {"domain": {"name": "'d' || g || '.ro'"}}


def run() -> None:
    if connection.vendor != "postgresql":
        print("\nLists at 100,000 rows need PostgreSQL; set DATABASE_URL")
        return
    settings.ALLOWED_HOSTS = ["*"]
    customer = made.a_customer()
    rows = one_of_each(customer)
    user = User.objects.create_user("bench-list", is_staff=True)
    user.groups.add(Group.objects.get_or_create(name="administrator")[0])
    member = User.objects.create_user("bench-member")
    Membership.objects.create(customer=customer, user=member, role="viewer")
    _seed(customer, rows)
    found = [(name, *_measured(act), BUDGETS[name.partition(" ")[0]]) for name, act in _pages(rows, user, member)]
    shown = sorted(found, key=lambda one: -one[2])
    table(
        f"First pages of {len(found)} lists at {ROWS:,} rows each, the slowest 15 first",
        ("", "statements", "ms", "of at most"),
        [(name, count, round(ms, 1), most) for name, count, ms, most in shown[:15]],
    )
    over = [name for name, count, ms, most in found if count > most or ms > MOST_MS]
    print(f"  beyond {MOST_MS} ms or their statements: {', '.join(over) or 'none'}")


def _parents(rows: dict[str, Machine]) -> dict[str, int]:
    """The copies of these rows come first and have the keys from there on, so each of them gets a row of its own."""
    newest = ((noun, rows[noun]._meta.model._default_manager.order_by("-pk")[0].pk) for noun in ("order", "ticket"))
    return {f"{noun}_id": last - ROWS + 1 for noun, last in newest}


def _seed(customer: Customer, rows: dict[str, Machine]) -> None:
    copies(customer, ROWS)
    first = customer.pk
    for noun in NOUNS:
        keys = {field.column for field in rows[noun]._meta.concrete_fields}
        spread = {
            key: f"{one} + mod(g, {ROWS})" for key, one in _parents(rows).items() if key in keys and noun in OF_PARENTS
        }
        spread |= {"customer_id": f"{first} + mod(g, 1000)"} if "customer_id" in keys else {}
        unique = {name: "NULL" for name in ("number", "gateway_id") if name in keys}
        copies(rows[noun], ROWS, **spread, **unique, **DISTINCT.get(noun, {}))
    event = Event.objects.filter(subject=rows["order"].ref)[0]
    copies(event, ROWS, subject="'order:' || 1000000 + g", customer=f"'customer:' || {first} + mod(g, 1000)")
    entry = SentMessage.objects.create(key="k", token="t", channel="email", customer=customer.ref, rule="r", event_id=1)
    copies(entry, ROWS, key="'k' || g", token="'t' || g", customer=f"'customer:' || {first} + mod(g, 1000)")
    settled()


def _pages(rows: dict[str, Machine], user: User, member: User) -> Iterator[tuple[str, Callable[[], object]]]:
    customer = rows["customer"]
    callers = {"": user, " of a customer's own": member}
    for whose, caller in callers.items():
        api = Client(headers={"Authorization": f"Bearer {issue_token(caller, 'bench')}"})
        for noun in ("customer", *NOUNS):
            by_customer = {"customer": customer.ref} if noun != "customer" else {"sort": "newest"}
            for query in ({}, {"state": rows[noun].state}, by_customer):
                said = " ".join(f"{name}={value}" for name, value in query.items())
                yield f"API{whose} {noun} {said}".strip(), _asks(api, f"/api/v1/{noun}", query)
        for path, query in (("events", {}), ("events", {"customer": customer.ref}), ("messages", {})):
            yield (
                f"API{whose} {path} {'of one customer' if query else ''}".strip(),
                _asks(api, f"/api/v1/{path}", query),
            )
    staff = Client()
    staff.force_login(user)
    for noun in ("customer", *NOUNS):
        address = reverse(f"admin:state_machines_{noun.replace('_', '')}_changelist")
        for query in ({}, {"state__exact": rows[noun].state}, {"q": "17"}):
            said = " ".join(f"{name}={value}" for name, value in query.items())
            yield f"staff {noun} {said}".strip(), _asks(staff, address, query)
    for name in ("core_event", "actions_sentmessage"):
        yield f"staff {name}", _asks(staff, reverse(f"admin:{name}_changelist"), {})


def _asks(client: Client, address: str, query: dict[str, str]) -> Callable[[], object]:
    def act() -> object:
        answer = client.get(address, query)
        if answer.status_code != 200:
            raise AssertionError(f"{address} {query}: {answer.status_code} {answer.content[:300]!r}")
        return answer

    return act


def _measured(act: Callable[[], object]) -> tuple[int, float]:
    """Statements, and milliseconds of the quickest of seven: those of the server's own processor and of the database."""
    act()
    found = []
    for _round in range(7):
        with CaptureQueriesContext(connection) as queries:
            began = time.process_time()
            act()
            own = time.process_time() - began
        asked = list(queries)
        found.append(1000 * (own + sum(float(one["time"]) for one in asked)))
    return len(asked), min(found)
