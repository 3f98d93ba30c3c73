"""The large house that the staff pages are measured over: the demo company many times over, and 500 rules."""

from __future__ import annotations

from django.db import connection, models

from actions import demo
from actions.runs import ActionRun
from core.events import Event
from core.outbox import Outbox
from rules.decisions import Decision
from rules.reading import live_document
from rules.rule_sets import HOUSE
from rules.writing import written as written_text
from state_machines.customers import Customer
from state_machines.invoices import Invoice
from state_machines.orders import Order
from tests.bench import checks
from tests.kit import in_force
from tests.rules.made_requests import request

EVENTS, CUSTOMERS, RULES = 100_000, 15_000, 500


def seed() -> None:
    """The demo company, of which everything stands there many times under other keys, and a house of 500 rules."""
    demo.load()
    house = live_document(HOUSE)
    assert house is not None
    written = [*house.rules, *checks.rules(RULES - len(house.rules))]
    in_force(
        *written,
        **{name: part for name, part in house.data.items() if name not in ("set", "rules", "params")},
        params={**house.params, **checks.PARAMS},
    )
    data = {**house.data, "params": {**house.params, **checks.PARAMS}, "rules": [*written, checks.rules(RULES + 1)[-1]]}
    request(written_text(data))
    times = EVENTS // Event.objects.count() + 1
    _guard("replica")
    _again(
        Customer,
        CUSTOMERS // Customer.objects.count(),
        {"name": "'customer ' || n.n", "email": "'customer-' || n.n || '@example.com'"},
    )
    for model in (Order, Invoice):
        _again(model, CUSTOMERS // model._default_manager.count(), {"number": "t.number || '-' || n.n"})
    _again(
        Event,
        times,
        {
            "subject": _moved("t.subject"),
            "customer": _moved("t.customer"),
            "correlation": "SUBSTR(t.correlation, 1, 24) || n.n",
        },
    )
    _again(Decision, times, {"event_id": f"t.event_id + n.n * {_step(Event)}"})
    _again(ActionRun, times, {
        "event_id": f"t.event_id + n.n * {_step(Event)}", "key": "t.key || n.n", "subject": _moved("t.subject"),
        "target": _moved("t.target"), "customer": _moved("t.customer"), "correlation": "SUBSTR(t.correlation, 1, 24) || n.n",
    })  # fmt: skip
    _guard("origin")
    Outbox.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _guard(role: str) -> None:
    """Whether the triggers of the database look at what is written: under `replica` they do not."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SET session_replication_role = {role}")
        elif role == "replica":  # for good, for this database is thrown away
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')


_steps: dict[type[models.Model], int] = {}


def _step(model: type[models.Model]) -> int:
    """How far the keys of one time are from those of the next."""
    return _steps.setdefault(model, model._default_manager.order_by("-pk").values_list("pk", flat=True)[0])


def _moved(column: str) -> str:
    """A reference to another row, which may not be there."""
    return f"CASE WHEN {column} = '' THEN '' ELSE {column} || (n.n + 1000) END"


def _again(model: type[models.Model], times: int, otherwise: dict[str, str]) -> None:
    """Every row once more, `times` times, with other values in some columns."""
    step, meta = _step(model), model._meta
    own = {field.column for field in meta.concrete_fields}
    values = {"id": f"t.id + n.n * {step}", **{column: value for column, value in otherwise.items() if column in own}}
    columns = [field.column for field in meta.concrete_fields]
    said = ", ".join(values.get(str(column), f't."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {meta.db_table} ({names}) "
            f"WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {times}) "
            f"SELECT {said} FROM n, {meta.db_table} t"
        )
