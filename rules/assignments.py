"""Assignments: a person puts one customer into a segment, whatever the conditions of the list say, until it is ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from rules.segments import Assigned


class SegmentAssignment(models.Model):
    """From `since` on the customer is in `segment`; an empty one leaves it to the conditions of the list again. A row is
    never changed: the newest that is not later than an event counts for it. The reason stands in the audit."""

    customer = models.CharField(_("customer"), max_length=100)
    segment = models.CharField(_("segment"), max_length=100, blank=True)
    since = models.DateTimeField(_("since"))
    actor = models.CharField(_("by"), max_length=100)

    class Meta:
        verbose_name = _("assignment to a segment")
        verbose_name_plural = _("assignments to segments")
        indexes = [models.Index(fields=["customer", "id"], name="segment_of_customer")]

    def __str__(self) -> str:
        return f"{self.customer}: {self.segment}"


def of(customers: Iterable[str]) -> dict[str, list[Assigned]]:
    """What these customers were assigned to, the earliest first."""
    return _by_customer(SegmentAssignment.objects.filter(customer__in=sorted(set(customers) - {""})))


def made_by(moment: datetime) -> dict[str, list[Assigned]]:
    """What any customer was assigned to by a moment, the earliest first."""
    return _by_customer(SegmentAssignment.objects.filter(since__lte=moment))


def _by_customer(rows: QuerySet[SegmentAssignment]) -> dict[str, list[Assigned]]:
    found: dict[str, list[Assigned]] = {}
    for customer, segment, since in rows.order_by("since", "id").values_list("customer", "segment", "since"):
        found.setdefault(customer, []).append(Assigned(segment, since))
    return found


def assigned_to(segment: str) -> QuerySet[SegmentAssignment]:
    """The newest assignment of each customer who is assigned to the segment now, by customer."""
    newest = SegmentAssignment.objects.values("customer").annotate(newest=Max("id")).values("newest")
    return SegmentAssignment.objects.filter(pk__in=newest, segment=segment).order_by("customer")
