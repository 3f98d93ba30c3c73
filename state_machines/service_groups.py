"""Service groups: services of one customer that stop and go on together."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.catalog import Fact, Kind, Relation
from core.declare import Declaration, StateField, guard
from core.declare import transition as move
from core.machine import Machine, lock, perform
from state_machines import columns
from state_machines.customers import REASON, Customer

KINDS = {"bundle": _("bundle"), "package": _("package"), "cluster": _("cluster"), "other": _("other")}
RUNNING = ("provisioning", "active", "suspended")


@guard("service_group.has_services", _("it has services"))
def has_services(group: ServiceGroup, **_given: Any) -> str | None:
    if group.services.exists():
        return None
    return gettext("service group %(id)s has no services") % {"id": group.pk}


@guard("service_group.services_are_over", _("none of its services runs"))
def services_are_over(group: ServiceGroup, **_given: Any) -> str | None:
    running = list(group.services.filter(state__in=RUNNING).order_by("pk").values_list("pk", flat=True)[:5])
    if not running:
        return None
    return gettext("services %(ids)s of the group are not over; end them first") % {"ids": ", ".join(map(str, running))}


class ServiceGroup(Machine):
    """`label` is what its owner calls it; events never carry it. What suspends the group suspends its services."""

    state = StateField(
        {
            "pending": _("pending"),
            "active": _("active"),
            "suspended": _("suspended"),
            "cancelled": pgettext_lazy("service_group", "cancelled"),
        },
        verbose_name=_("state"),
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="service_groups", verbose_name=_("customer"))
    label = models.CharField(_("label"), max_length=253, blank=True, default="")
    kind = models.CharField(_("kind"), max_length=20, choices=list(KINDS.items()), default="bundle")
    created_at = columns.born()

    machine = Declaration(
        noun="service_group",
        title=_("service group"),
        facts=(
            Fact("kind", Kind.TEXT, title=_("kind"), choices=tuple(KINDS)),
            columns.moment_fact("created_at", _("created at")),
        ),
        related={"customer": "customer"},
        links={"customer": "service_groups"},
        relations=(Relation("services", "service"),),
        terminal=("cancelled",),
        recorded=("customer",),
        rank=58,
        edits=(
            "label",
            "kind",
        ),
    )

    class Meta:
        verbose_name = _("service group")
        verbose_name_plural = _("service groups")

    @move(
        source="pending", target="active", event="service_group.activated", title=_("activate"), guards=(has_services,)
    )
    def activate(self) -> None:
        """Its services belong together from now on."""

    @move(source="active", target="suspended", event="service_group.suspended", title=_("suspend"), arguments=REASON)
    def suspend(self, reason: str = "") -> None:
        """Suspend what is active, dependants first; where one service refuses, nothing is suspended."""
        left = self._locked("active")
        while left:
            needed = {row.depends_on_id for row in left} | _required_by(left)
            first = [row for row in left if row.pk not in needed] or left
            for row in first:
                perform(row, "suspend", arguments={"reason": "group"})
            left = [row for row in left if row not in first]

    @move(source="suspended", target="active", event="service_group.resumed", title=_("resume"))
    def resume(self) -> None:
        """Activate what the group suspended; what stopped for another reason stays so."""
        for row in self._locked("suspended"):
            if row.suspend_reason == "group":
                perform(row, "activate")

    @move(
        source=("pending", "active", "suspended"),
        target="cancelled",
        event="service_group.cancelled",
        title=_("cancel"),
        guards=(services_are_over,),
    )
    def cancel(self) -> None:
        """It holds nothing together any more."""

    def _locked(self, state: str) -> list[Any]:
        found = self.services.filter(state=state).order_by("pk")
        rows = [lock(found.model, key) for key in found.values_list("pk", flat=True)]
        return [row for row in rows if row.state == state]


def _required_by(rows: list[Any]) -> set[int]:
    return {link.needed_id for row in rows for link in row.needs.filter(state="active", kind="dependency")}
