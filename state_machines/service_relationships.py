"""Service relationships: an add-on of a service, what it includes, what it depends on, what it upgrades."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.catalog import Fact, Kind
from core.declare import Declaration, StateField, transition
from core.machine import Machine
from state_machines import columns
from state_machines.services import Service

KINDS = {
    "addon": _("add-on"),
    "included": _("included"),
    "dependency": _("dependency"),
    "upgrade": _("upgrade"),
}
BILLINGS = {
    "separate": _("billed apart"),
    "included": _("included in the price"),
    "discounted": _("discounted"),
    "prorated": _("in proportion"),
}


class ServiceRelationship(Machine):
    """`service` stands in relation to `needed`: it is its add-on, is included in it, depends on it, or upgrades it.

    A required dependency keeps `needed` from being suspended or terminated while `service` is active.
    """

    state = StateField(
        {"active": pgettext_lazy("service_relationship", "active"), "ended": _("ended")}, verbose_name=_("state")
    )
    service = models.ForeignKey(Service, models.PROTECT, related_name="needs", verbose_name=_("service"))
    needed = models.ForeignKey(Service, models.PROTECT, related_name="needed_by", verbose_name=_("other service"))
    kind = models.CharField(_("kind"), max_length=20, choices=list(KINDS.items()))
    billing = models.CharField(_("billing"), max_length=20, choices=list(BILLINGS.items()), default="separate")
    required = models.BooleanField(_("required"), default=True)
    created_at = columns.born()

    machine = Declaration(
        noun="service_relationship",
        title=_("service relationship"),
        facts=(
            Fact("kind", Kind.TEXT, title=_("kind"), choices=tuple(KINDS)),
            Fact("billing", Kind.TEXT, title=_("billing"), choices=tuple(BILLINGS)),
            Fact("required", Kind.BOOLEAN, title=_("required")),
            Fact("needed", Kind.REF, title=_("other service")),
            columns.moment_fact("created_at", _("created at")),
        ),
        related={"customer": "service.customer", "service": "service"},
        links={"service": "relationships", "needed": "needed_by"},
        terminal=("ended",),
        recorded=("service",),
        rank=61,
        edits=("billing", "required"),
    )

    class Meta:
        verbose_name = _("service relationship")
        verbose_name_plural = _("service relationships")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(service=models.F("needed")), name="service_relationship_of_two_services"
            ),
            models.UniqueConstraint(
                fields=["service", "needed", "kind"],
                condition=models.Q(state="active"),
                name="service_relationship_once",
            ),
        ]

    def clean(self) -> None:
        """Raise ValidationError for services of two customers, or for a circle of dependencies."""
        if self.service_id is None or self.needed_id is None:
            return
        if self.service.customer_id != self.needed.customer_id:
            raise ValidationError(_("Both services must be of one customer."))
        if self.kind == "dependency" and self._is_circle():
            raise ValidationError(_("The other service depends on this one already; both could never be suspended."))

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.clean()
        super().save(*args, **kwargs)

    def _is_circle(self) -> bool:
        seen: set[int] = set()
        level = {self.needed_id}
        while level and self.service_id not in level:
            seen |= level
            found = ServiceRelationship.objects.filter(service__in=level, kind="dependency", state="active")
            level = set(found.values_list("needed", flat=True)) - seen
        return self.service_id in level

    @transition(source="active", target="ended", event="service_relationship.ended", title=_("end"))
    def end(self) -> None:
        """Neither has anything to do with the other any more."""
