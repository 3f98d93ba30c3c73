"""Servers: the machines on which services run."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.catalog import EventType, Fact, Kind, Relation
from core.declare import Declaration, StateField, guard, transition
from core.machine import Machine
from state_machines import columns

RESOURCES = {"cpu": _("processor"), "ram": _("memory"), "disk": _("disk"), "bandwidth": _("traffic")}
OVER = ("terminated", "expired")  # states of a service that runs nowhere any more
USAGE = (
    Fact("resource", Kind.TEXT, title=_("resource"), choices=tuple(RESOURCES)),
    Fact("percent", Kind.INTEGER, title=_("used, in percent")),
)


@guard("server.is_empty", _("no service is on it"))
def is_empty(server: Server, **_given: Any) -> str | None:
    left = server.services.exclude(state__in=OVER).count()
    if not left:
        return None
    return gettext("server %(name)s still has %(count)s services; move them first") % {
        "name": server.name,
        "count": left,
    }


class Server(Machine):
    """`capacity` is how many services it is meant for."""

    state = StateField(
        {
            "active": _("active"),
            "maintenance": _("in maintenance"),
            "offline": _("offline"),
            "decommissioned": _("decommissioned"),
        },
        verbose_name=_("state"),
    )
    name = columns.code(_("name"), blank=False, unique=True)
    location = columns.code(_("location"))
    capacity = models.PositiveIntegerField(
        _("capacity"), default=100, validators=[MinValueValidator(1), MaxValueValidator(1_000_000)]
    )
    created_at = columns.born()

    machine = Declaration(
        noun="server",
        title=_("server"),
        facts=(
            columns.code_fact("name", _("name")),
            columns.code_fact("location", _("location"), optional=True),
            Fact("capacity", Kind.INTEGER, title=_("capacity")),
            columns.moment_fact("created_at", _("created at")),
        ),
        relations=(Relation("services", "service"),),
        terminal=("decommissioned",),
        events=(
            EventType("server.overload", _("server overloaded"), facts=USAGE, posted=True),
            EventType("server.capacity_warning", _("server nearly full"), facts=USAGE, posted=True),
        ),
        rank=20,
        edits=("location", "capacity"),
    )

    class Meta:
        verbose_name = _("server")
        verbose_name_plural = _("servers")

    def __str__(self) -> str:
        return self.name

    @transition(source="active", target="maintenance", event="server.maintenance_started", title=_("start maintenance"))
    def start_maintenance(self) -> None:
        """Staff work on it; nothing new goes there."""

    @transition(
        source="maintenance", target="active", event="server.maintenance_finished", title=_("finish maintenance")
    )
    def finish_maintenance(self) -> None:
        """It works again."""

    @transition(
        source=("active", "maintenance"), target="offline", event="server.went_offline", title=_("take as offline")
    )
    def take_offline(self) -> None:
        """It does not answer."""

    @transition(source="offline", target="active", event="server.came_online", title=_("take as online"))
    def bring_online(self) -> None:
        """It answers again."""

    @transition(
        source=("maintenance", "offline"),
        target="decommissioned",
        event="server.decommissioned",
        title=_("decommission"),
        guards=(is_empty,),
    )
    def decommission(self) -> None:
        """It is gone for good."""
