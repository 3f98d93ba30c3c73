"""Webhook endpoints: where a customer, or the house itself, wants to be told of events."""

from __future__ import annotations

import base64
import re
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.customer_rights import STAFF_ONLY
from core.declare import Declaration, StateField, transition
from core.encrypted import EncryptedField
from core.machine import Machine
from state_machines import columns
from state_machines.customers import Customer

MOST = 5  # endpoints of one customer: one action run tells them all
MOST_TYPES = 50
FORMER_COUNTS = timedelta(hours=24)  # that long a changed secret is signed with beside the new one
REASONS = ("by_hand", "gone", "failing")
_TYPE = re.compile(r"[a-z*][a-z0-9_.*]{0,99}")


def new_secret() -> str:
    """192 random bits in the form of Standard Webhooks."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"


def every_type() -> list[str]:
    return ["*"]


def demand_address(address: str) -> None:
    """Raise ValidationError unless it is an https address without a password; where it leads is asked at each post."""
    schemes = ("https", "http") if settings.CONFIG.loopback_gateways else ("https",)
    try:
        url = urlsplit(address)
        fits = url.scheme in schemes and url.hostname and not (url.username or url.password) and url.port != 0
    except ValueError:
        fits = False
    if not fits:
        raise ValidationError(_("Give an address that begins with https:// and holds no password."))


def demand_types(patterns: Any) -> None:
    """Raise ValidationError unless these are event types or patterns of them, at least one."""
    fits = isinstance(patterns, list) and 0 < len(patterns) <= MOST_TYPES
    if not fits or not all(isinstance(one, str) and _TYPE.fullmatch(one) for one in patterns):
        raise ValidationError(_("Give a list of event types or patterns, as in invoice.*."))


class WebhookEndpoint(Machine):
    """An address that is told of events. Without a customer it is the house's own, and told of everybody's."""

    state = StateField({"active": _("active"), "disabled": _("disabled")}, verbose_name=_("state"))
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="webhook_endpoints", verbose_name=_("customer")
    )
    address = models.CharField(_("address"), max_length=500, validators=[demand_address])
    event_types = models.JSONField(_("event types"), default=every_type, validators=[demand_types])
    secret = EncryptedField(_("secret"), default=new_secret, editable=False)
    former_secret = EncryptedField(_("former secret"), default="", editable=False)
    former_until = columns.moment(_("former secret counts until"), editable=False)
    failing_since = columns.moment(_("failing since"), editable=False)
    created_at = columns.born()

    machine = Declaration(
        noun="webhook_endpoint",
        title=_("webhook endpoint"),
        facts=(
            columns.moment_fact("created_at", _("created at")),
            columns.moment_fact("former_until", _("former secret counts until")),
        ),
        related={"customer": "customer"},
        recorded=("customer", "address"),
        rank=5,
        edits=(
            "event_types",
            "address",
        ),
        customers=STAFF_ONLY,
    )

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")

    def clean(self) -> None:
        others = WebhookEndpoint.objects.filter(customer=self.customer).exclude(pk=self.pk)
        if others.count() >= MOST:
            raise ValidationError(_("There are five endpoints already, and there may be no more."))

    @property
    def secrets(self) -> tuple[str, ...]:
        """What a post is signed with now, the present secret first."""
        counts = self.former_until is not None and self.former_until > clock.now()
        return (self.secret, self.former_secret) if counts and self.former_secret else (self.secret,)

    @transition(source="active", target="active", event="webhook_endpoint.secret_changed", title=_("change the secret"))
    def change_secret(self) -> None:
        """For a day both sign, so that nothing is lost while the other side changes too."""
        self.former_secret, self.former_until = self.secret, clock.now() + FORMER_COUNTS
        self.secret = new_secret()

    @transition(
        source="active",
        target="disabled",
        event="webhook_delivery.disabled",
        title=_("disable"),
        arguments={"reason": {"enum": list(REASONS)}},
    )
    def disable(self, reason: str = "by_hand") -> None:
        """Nothing is posted there any more."""

    @transition(source="disabled", target="active", event="webhook_endpoint.enabled", title=_("enable"))
    def enable(self) -> None:
        """A new beginning: former failures do not count."""
        self.failing_since = None


def endpoints_of(customer: str) -> list[WebhookEndpoint]:
    """The active endpoints of a customer (customer:17; empty: nobody's) and of the house."""
    own = models.Q(customer=None)
    if customer:
        own |= models.Q(customer_id=int(customer.partition(":")[2]))
    return list(WebhookEndpoint.objects.filter(own, state="active").order_by("id"))
