"""Erasing what is kept beside the log of a customer: what persons typed, sent and posted. The log names nobody and stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from core import refs
from core.audit import AuditDetail, AuditRow
from core.errors import BadArguments
from core.events import Event, EventDetail
from core.machine import record
from core.registry import Registry

ERASED = "customer.erased"


@dataclass(frozen=True)
class SideRows:
    """Rows beside the log that may identify a person. `of` finds those that concern a customer, given as customer:17."""

    name: str
    of: Callable[[str], models.QuerySet[Any]]


side_rows: Registry[SideRows] = Registry("erasable side rows")


def erasable(name: str, of: Callable[[str], models.QuerySet[Any]]) -> SideRows:
    """Declare side rows. Raises AlreadyDeclared."""
    return side_rows.add(name, SideRows(name, of))


@transaction.atomic
def erase(customer: str) -> Event:
    """Delete every side row that concerns the customer; the event tells how many there were. Safe to repeat.

    Raises BadReference, BadArguments where it is no customer, or ObjectMissing.
    """
    noun, _key = refs.parse_row(customer)
    if noun != "customer":
        raise BadArguments(what=f"the erasing of {customer}", problem="only what is kept of a customer can be erased")
    erased = sum(rows.of(customer).delete()[0] for rows in side_rows)
    return record(customer, ERASED, {"erased": erased})


def _subjects(customer: str) -> models.QuerySet[Any, Any]:
    return Event.objects.filter(customer=customer).values("subject")


erasable(
    "arguments of events",
    lambda customer: EventDetail.objects.filter(event_id__in=Event.objects.filter(customer=customer).values("id")),
)
erasable(
    "reasons in the audit",
    lambda customer: AuditDetail.objects.filter(
        row_id__in=AuditRow.objects.filter(models.Q(object=customer) | models.Q(object__in=_subjects(customer))).values(
            "id"
        )
    ),
)
