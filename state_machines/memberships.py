"""Memberships: which of our users are a customer's own people, and as what. They see what is that customer's, no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.catalog import EventType, Fact, Kind
from core.customer_rights import BILLING, OWNER, TECH, VIEWER, CustomerRights
from core.declare import Declaration, StateField, transition
from core.machine import Machine
from state_machines import columns
from state_machines.customers import Customer

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ROLES = {
    OWNER: _("owner"),
    BILLING: _("pays the invoices"),
    TECH: _("looks after the services"),
    VIEWER: _("looks only"),
}


class Membership(Machine):
    """One user of one customer. Who left is revoked, and may be taken in again by a new membership."""

    state = StateField(
        {"active": pgettext_lazy("membership", "active"), "revoked": _("revoked")}, verbose_name=_("state")
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="memberships", verbose_name=_("customer"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=10, choices=list(ROLES.items()), default=VIEWER)
    created_at = columns.born()

    machine = Declaration(
        noun="membership",
        title=_("membership"),
        facts=(
            Fact("user", Kind.REF, title=_("user"), read=lambda row: f"user:{row.user_id}"),
            Fact("role", Kind.TEXT, title=_("role"), choices=tuple(ROLES)),
        ),
        related={"customer": "customer"},
        links={"customer": "memberships"},
        recorded=("user",),
        terminal=("revoked",),
        changes={"role": "membership.role_changed"},
        events=(EventType("membership.role_changed", _("role of a membership changed")),),
        edits=("role",),
        customers=CustomerRights(edit=(OWNER,), fields=("role",)),
        rank=13,
    )

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "user"], condition=models.Q(state="active"), name="membership_once"
            )
        ]

    @transition(
        source="active",
        target="revoked",
        event="membership.revoked",
        title=_("revoke"),
        customer_roles=(OWNER,),
    )
    def revoke(self) -> None:
        """The user sees nothing of the customer any more, from the next request on."""


def customers_of(user: User) -> dict[str, str]:
    """The customers that a user belongs to, as references, each with the user's role there."""
    rows = Membership.objects.filter(user=user, state="active").values_list("customer_id", "role")
    return {f"customer:{customer}": role for customer, role in rows}
