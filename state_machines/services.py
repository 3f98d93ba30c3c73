"""Services: what runs for a customer, from provisioning to its end."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock
from core.catalog import EventType, Fact, Kind, Relation
from core.customer_rights import TECHS, CustomerRights
from core.declare import Declaration, StateField, guard, transition
from core.machine import Machine
from state_machines import columns
from state_machines.customers import REASON, Customer
from state_machines.order_items import PRODUCT_TYPES, OrderItem
from state_machines.orders import Order
from state_machines.servers import USAGE, Server
from state_machines.service_groups import ServiceGroup

SUSPEND_REASONS = {
    "overdue": _("unpaid invoice"),
    "order_cancelled": _("order cancelled"),
    "refunded": _("refunded"),
    "abuse": _("abuse"),
    "customer_request": _("asked by the customer"),
    "group": _("its group is suspended"),
    "other": _("other"),
}
STATES = {
    "pending": _("pending"),
    "provisioning": _("being set up"),
    "active": _("active"),
    "suspended": _("suspended"),
    "terminated": _("terminated"),
    "expired": _("expired"),
    "failed": pgettext_lazy("service", "failed"),
}


@guard("service.customer_is_active", _("its customer is active"))
def customer_is_active(service: Service, **_given: Any) -> str | None:
    if service.customer.state == "active":
        return None
    return gettext("customer %(id)s is %(state)s, not active") % {
        "id": service.customer_id,
        "state": service.customer.state,
    }


@guard("service.nothing_depends_on_it", _("no active service depends on it"))
def nothing_depends_on_it(service: Service, **_given: Any) -> str | None:
    dependants = dependants_of(service.pk).filter(state="active").order_by("pk")[:5]
    if not dependants:
        return None
    return gettext("service %(id)s is needed by the active service %(others)s") % {
        "id": service.pk,
        "others": ", ".join(map(str, dependants)),
    }


def dependants_of(key: int) -> models.QuerySet[Service, int]:
    """The keys of the services that need this one; they are locked with it, so that none becomes active meanwhile."""
    required = models.Q(needs__needed=key, needs__state="active", needs__kind="dependency", needs__required=True)
    return Service.objects.filter(models.Q(depends_on=key) | required).distinct().values_list("pk", flat=True)


class Service(Machine):
    """Something that runs and is paid for by the period. `label` is what its owner calls it; events never carry it."""

    state = StateField(STATES, verbose_name=_("state"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="services", verbose_name=_("customer"))
    order = models.ForeignKey(
        Order, models.PROTECT, null=True, blank=True, related_name="services", verbose_name=_("order")
    )
    order_item = models.ForeignKey(
        OrderItem, models.PROTECT, null=True, blank=True, related_name="services", verbose_name=_("order item")
    )
    depends_on = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="dependants", verbose_name=_("depends on")
    )
    group = models.ForeignKey(
        ServiceGroup, models.PROTECT, null=True, blank=True, related_name="services", verbose_name=_("service group")
    )
    server = models.ForeignKey(
        Server, models.PROTECT, null=True, blank=True, related_name="services", verbose_name=_("server")
    )
    label = models.CharField(_("label"), max_length=253, blank=True, default="")
    product = columns.code(_("product"), blank=False)
    product_type = models.CharField(
        _("product type"), max_length=20, choices=list(PRODUCT_TYPES.items()), default="other"
    )
    price_minor = columns.minor(
        _("price per period"), validators=[MinValueValidator(0), MaxValueValidator(columns.MAX_MINOR)]
    )
    currency = columns.currency()
    period_months = models.PositiveSmallIntegerField(
        _("period in months"), default=1, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    suspend_reason = models.CharField(
        _("why suspended"), max_length=20, blank=True, default="", editable=False, choices=list(SUSPEND_REASONS.items())
    )
    created_at = columns.born()
    activated_at = columns.moment(_("activated at"), editable=False)
    suspended_at = columns.moment(_("suspended at"), editable=False)
    next_due_at = columns.moment(_("next due at"))

    machine = Declaration(
        noun="service",
        title=_("service"),
        facts=(
            columns.code_fact("product", _("product")),
            Fact("product_type", Kind.TEXT, title=_("product type"), choices=tuple(PRODUCT_TYPES)),
            Fact("price", Kind.MONEY, title=_("price per period")),
            columns.CURRENCY_FACT,
            Fact("period_months", Kind.INTEGER, title=_("period in months")),
            Fact("suspend_reason", Kind.TEXT, title=_("why suspended"), choices=tuple(SUSPEND_REASONS), optional=True),
            Fact("depends_on", Kind.REF, title=_("depends on"), optional=True),
            Fact("group", Kind.REF, title=_("service group"), optional=True),
            Fact("server", Kind.REF, title=_("server"), optional=True),
            columns.moment_fact("created_at", _("created at")),
            columns.moment_fact("activated_at", _("activated at")),
            columns.moment_fact("suspended_at", _("suspended at")),
            columns.moment_fact("next_due_at", _("next due at")),
        ),
        related={"customer": "customer", "order": "order"},
        links={
            "customer": "services",
            "order": "services",
            "order_item": "services",
            "depends_on": "dependants",
            "group": "services",
            "server": "services",
        },
        relations=(
            Relation("invoices", "invoice"),
            Relation("dependants", "service"),
            Relation("relationships", "service_relationship"),
            Relation("needed_by", "service_relationship"),
            Relation("tasks", "provisioning_task"),
            Relation("domains", "domain"),
            Relation("tickets", "ticket"),
        ),
        terminal=("terminated",),
        events=(
            EventType("service.renewed", _("service renewed")),
            EventType("service.server_changed", _("service moved to another server")),
            EventType("service.resource_usage", _("service uses much"), facts=USAGE, posted=True),
        ),
        changes={"server": "service.server_changed"},
        rank=60,
        edits=("label", "group", "server", "depends_on", "next_due_at"),
        customers=CustomerRights(edit=TECHS, fields=("label",)),
    )

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")

    @transition(
        source="pending", target="provisioning", event="service.provisioning_started", title=_("start setting up")
    )
    def start_provisioning(self) -> None:
        """It is being set up."""

    @transition(
        source="provisioning",
        target="active",
        event="service.activated",
        title=_("finish setting up"),
        guards=(customer_is_active,),
    )
    def complete_provisioning(self) -> None:
        self._run()

    @transition(
        source=("pending", "provisioning"),
        target="failed",
        event="service.failed",
        title=_("fail"),
        arguments=REASON,
    )
    def fail_provisioning(self, reason: str = "") -> None:
        """It could not be set up."""

    @transition(
        source=("pending", "suspended", "failed"),
        target="active",
        event="service.activated",
        title=_("activate"),
        guards=(customer_is_active,),
    )
    def activate(self) -> None:
        self._run()

    @transition(
        source="active",
        target="suspended",
        event="service.suspended",
        title=_("suspend"),
        guards=(nothing_depends_on_it,),
        along=dependants_of,
        arguments={"reason": {"type": "string", "enum": list(SUSPEND_REASONS)}},
        required=("reason",),
    )
    def suspend(self, reason: str) -> None:
        self.suspend_reason, self.suspended_at = reason, clock.now()

    @transition(
        source=("active", "suspended", "failed"),
        target="terminated",
        event="service.terminated",
        title=_("terminate"),
        guards=(nothing_depends_on_it,),
        along=dependants_of,
    )
    def terminate(self) -> None:
        """It is gone for good."""

    @transition(source="pending", target="terminated", event="service.discarded", title=_("discard"))
    def discard(self) -> None:
        """It was never set up and never will be."""

    @transition(source=("active", "suspended"), target="expired", event="service.expired", title=_("expire"))
    def expire(self) -> None:
        """Its period ended without renewal."""

    @transition(
        source="expired",
        target="active",
        event="service.restored",
        title=_("restore"),
        guards=(customer_is_active,),
    )
    def restore_from_expiration(self) -> None:
        self._run()

    @transition(source="failed", target="pending", event="service.retried", title=_("try again"))
    def retry(self) -> None:
        """It waits to be set up again."""

    def _run(self) -> None:
        self.activated_at = self.activated_at or clock.now()
        self.suspend_reason, self.suspended_at = "", None
