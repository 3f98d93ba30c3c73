"""Reading the log as of an event: never later than its position, so what commits afterwards changes no answer.

A handful of statements answers the questions of a whole batch; their number does not grow with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Max

from core import catalog
from core.catalog import Relation
from core.events import Event
from core.lookups import MAX_EVENTS, Happened, Linked, Lookup, Row, Rows, event_facts, own_facts

CHUNK = 400  # questions per statement
ROWS_CHUNK = 5000
_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
_SAME = {
    # the type goes through COALESCE lest a planner take all events of the type for the few of the subject
    "subject": "e.subject = a.ref AND COALESCE(e.type, '') = a.type",
    "customer": "e.customer = a.ref AND e.type = a.type",
    "": "e.customer = a.customer AND e.type = a.type AND (e.subject = a.ref OR {related} = a.ref)",
}


def newest_position() -> int:
    """The position of the newest event of the log; 0 while it is empty."""
    return Event.objects.aggregate(newest=Max("id"))["newest"] or 0


def look_up(lookups: Iterable[Lookup]) -> dict[Lookup, Rows]:
    """What the log says to each question. A relation that its machine does not declare is left out."""
    asked = list(dict.fromkeys(lookups))
    found: dict[Lookup, tuple[list[int], bool]] = {}
    counted: dict[Lookup, Rows] = {}
    linked = [lookup for lookup in asked if isinstance(lookup, Linked) and _declared(lookup) is not None]
    happened = [lookup for lookup in asked if isinstance(lookup, Happened)]
    for start in range(0, len(linked), CHUNK):
        found |= _linked(linked[start : start + CHUNK])
    for same in _SAME:
        alike = [lookup for lookup in happened if (lookup.of if lookup.of in _SAME else "") == same]
        bare, full = ([lookup for lookup in alike if lookup.bare is wanted] for wanted in (True, False))
        for start in range(0, len(full), CHUNK):
            found |= _happened(full[start : start + CHUNK], same)
        for start in range(0, len(bare), CHUNK):
            counted |= _counted(bare[start : start + CHUNK], same)
    told = _told({key for keys, _more in found.values() for key in keys})
    of_objects, of_events = (
        {key: Row(key, subject, shape(subject, facts)) for key, (subject, facts) in told.items()}
        for shape in (own_facts, event_facts)
    )
    for lookup, (keys, more) in found.items():
        rows = of_objects if isinstance(lookup, Linked) else of_events
        counted[lookup] = Rows(tuple(rows[key] for key in keys), more)
    return counted


def rows_at(positions: Collection[int]) -> list[Row]:
    """The related objects as the events at these log positions tell of them; in the order of the positions."""
    return [Row(key, subject, own_facts(subject, facts)) for key, (subject, facts) in _told(positions).items()]


def _told(positions: Collection[int]) -> dict[int, tuple[str, Any]]:
    """Position -> subject and facts, in the order of the positions."""
    keys = sorted(positions)
    found: dict[int, tuple[str, Any]] = {}
    for start in range(0, len(keys), ROWS_CHUNK):
        events = Event.objects.filter(pk__in=keys[start : start + ROWS_CHUNK]).order_by("pk")
        found |= {key: (subject, facts) for key, subject, facts in events.values_list("pk", "subject", "facts")}
    return found


def _declared(lookup: Linked) -> Relation | None:
    machine = catalog.machines.find(lookup.parent.partition(":")[0])
    return machine.relations.get(lookup.relation) if machine else None


def _linked(lookups: Sequence[Linked]) -> dict[Lookup, tuple[list[int], bool]]:
    """The newest event, up to the position, of each object that was linked at it; in the order of the links."""
    caps = [relation.cap for lookup in lookups if (relation := _declared(lookup)) is not None]
    sql = (
        f"WITH a(n, parent, relation, pos, cap) AS (VALUES {_marks(lookups, _NUMBER, '%s', '%s', _NUMBER, _NUMBER)}), "
        "l AS (SELECT a.n, a.pos, a.cap, k.child, "
        "ROW_NUMBER() OVER (PARTITION BY a.n ORDER BY k.since, k.id) AS place FROM a "
        "JOIN core_link k ON k.parent = a.parent AND k.relation = a.relation "
        "AND k.since <= a.pos AND (k.until IS NULL OR k.until > a.pos)) "
        "SELECT l.n, (SELECT e.id FROM core_event e WHERE e.subject = l.child AND e.id <= l.pos "
        "ORDER BY e.sequence DESC LIMIT 1) FROM l WHERE l.place <= l.cap + 1 ORDER BY l.n, l.place"
    )
    values = [
        value
        for n, (lookup, cap) in enumerate(zip(lookups, caps, strict=True))
        for value in (n, lookup.parent, lookup.relation, lookup.position, cap)
    ]
    return {
        lookups[n]: ([key for key in keys[: caps[n]] if key is not None], len(keys) > caps[n])
        for n, keys in _grouped(sql, values, len(lookups)).items()
    }


def _happened(lookups: Sequence[Happened], same: str) -> dict[Lookup, tuple[list[int], bool]]:
    """The events of each stretch, oldest first; of too many the newest."""
    asked, joined, values = _stretches(lookups, same)
    sql = (
        f"{asked} SELECT n, id FROM (SELECT a.n, e.id, ROW_NUMBER() OVER (PARTITION BY a.n ORDER BY e.id DESC) AS place "
        f"FROM {joined}) found WHERE place <= {MAX_EVENTS + 1} ORDER BY n, id"
    )
    return {
        lookups[n]: (keys[-MAX_EVENTS:], len(keys) > MAX_EVENTS)
        for n, keys in _grouped(sql, values, len(lookups)).items()
    }


def _counted(lookups: Sequence[Happened], same: str) -> dict[Lookup, Rows]:
    """How many events each stretch has."""
    asked, joined, values = _stretches(lookups, same)
    found = _grouped(f"{asked} SELECT a.n, COUNT(*) FROM {joined} GROUP BY a.n", values, len(lookups))
    return {lookups[n]: Rows(bare=counts[0] if counts else 0) for n, counts in found.items()}


def _stretches(lookups: Sequence[Happened], same: str) -> tuple[str, str, list[Any]]:
    """SQL: the questions as a table `a`, and that joined to the events `e` of each; with the values for their marks."""
    floors = _floors(lookups, same)
    marks = _marks(lookups, _NUMBER, "%s", "%s", "%s", "%s", _NUMBER, _time(), _time(), _NUMBER)
    asked = f"WITH a(n, type, ref, of, customer, pos, till, aft, floor) AS (VALUES {marks})"
    joined = (
        f"a JOIN core_event e ON {_condition(same)} "
        "AND e.id <= a.pos AND e.id > a.floor AND e.at > a.aft AND e.at <= a.till"
    )
    adapt = connection.ops.adapt_datetimefield_value
    values: list[Any] = []
    for n, lookup in enumerate(lookups):
        values += [n, lookup.type, lookup.ref, _related_path(lookup.of), lookup.customer, lookup.position]
        values += [adapt(lookup.until), adapt(lookup.after or _BEGINNING), floors.get(n, 0)]
    return asked, joined, values


def _floors(lookups: Sequence[Happened], same: str) -> dict[int, int]:
    """Number of the question -> position of the last `since` event, for those that have one."""
    asked = [(n, lookup) for n, lookup in enumerate(lookups) if lookup.since]
    if not asked:
        return {}
    marks = _marks(asked, _NUMBER, "%s", "%s", "%s", "%s", _NUMBER)
    sql = (
        f"WITH a(n, type, ref, of, customer, pos) AS (VALUES {marks}) "
        f"SELECT a.n, (SELECT e.id FROM core_event e WHERE {_condition(same)} "
        "AND e.id <= a.pos ORDER BY e.id DESC LIMIT 1) FROM a"
    )
    values: list[Any] = []
    for n, lookup in asked:
        values += [n, lookup.since, lookup.ref, _related_path(lookup.of), lookup.customer, lookup.position]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return {n: position or 0 for n, position in cursor.fetchall()}


_NUMBER = "CAST(%s AS bigint)"


def _time() -> str:
    return "CAST(%s AS timestamptz)" if connection.vendor == "postgresql" else "%s"


def _marks(rows: Sequence[Any], *marks: str) -> str:
    return ", ".join([f"({', '.join(marks)})"] * len(rows))


def _condition(same: str) -> str:
    """SQL: the event `e` is of the type and of what `a` asks about. Of a related object it has the customer of the event
    that asks."""
    related = "e.facts #>> CAST(a.of AS text[])" if connection.vendor == "postgresql" else "json_extract(e.facts, a.of)"
    return _SAME[same].format(related=related)


def _related_path(name: str) -> str:
    return f"{{{name},ref}}" if connection.vendor == "postgresql" else f'$."{name}".ref'


def _grouped(sql: str, values: Sequence[Any], count: int) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {n: [] for n in range(count)}
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        for n, key in cursor.fetchall():
            found[n].append(key)
    return found
