"""Customers: who they are to the rules. Name and addresses stay on the row; events carry none of them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.catalog import EventType, Fact, Kind, Relation
from core.customer_rights import OWNER, CustomerRights
from core.declare import Declaration, StateField, transition
from core.erasing import ERASED
from core.machine import Machine
from state_machines import columns

MAX_SCORE, START_SCORE = 1000, 750
DEFAULT_TERMS_DAYS = 14
PHONE = RegexValidator(r"^\+[1-9][0-9]{6,14}$", _("Write it with its country, as in +40712345678."))
KINDS = {"individual": _("private person"), "company": _("company"), "pfa": _("sole trader"), "ngo": _("association")}
REASON: dict[str, Any] = {"reason": {"type": "string", "maxLength": 500}}

_ADDRESS = (Fact("address", Kind.TEXT, title=_("keyed hash of the address"), free_of_persons=True),)


def valid_tags(value: Any) -> None:
    """Raise ValidationError unless `value` is a list of at most 50 short codes."""
    if not isinstance(value, list) or len(value) > 50:
        raise ValidationError(_("Give a list of at most 50 tags."))
    for tag in value:
        if not isinstance(tag, str) or len(tag) > 40:
            raise ValidationError(_("A tag is a text of at most 40 characters."))
        columns.CODE(tag)


class Customer(Machine):
    """Somebody who buys."""

    state = StateField(
        {
            "prospect": _("prospect"),
            "active": _("active"),
            "inactive": _("inactive"),
            "suspended": _("suspended"),
        },
        verbose_name=_("state"),
    )
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=20, blank=True, default="", validators=[PHONE])
    kind = models.CharField(_("kind"), max_length=12, choices=list(KINDS.items()), default="individual")
    country = models.CharField(_("country"), max_length=2, default="RO", validators=[columns.COUNTRY])
    currency = columns.currency()
    tax_id = models.CharField(_("tax id"), max_length=20, blank=True)
    terms_days = models.PositiveSmallIntegerField(
        _("days to pay"), default=DEFAULT_TERMS_DAYS, validators=[MaxValueValidator(365)]
    )
    language = models.CharField(
        _("language"), max_length=2, choices=[("ro", "Română"), ("en", "English")], default="ro"
    )
    tags = models.JSONField(_("tags"), default=list, blank=True, validators=[valid_tags])
    credit_score = models.PositiveSmallIntegerField(
        _("credit score"), default=START_SCORE, editable=False, validators=[MaxValueValidator(MAX_SCORE)]
    )
    gdpr_consent = models.BooleanField(_("consents to the processing of data"), default=False)
    marketing_consent = models.BooleanField(_("consents to marketing"), default=False)
    created_at = columns.born()

    machine = Declaration(
        noun="customer",
        title=_("customer"),
        facts=(
            Fact("kind", Kind.TEXT, title=_("kind"), choices=tuple(KINDS)),
            columns.code_fact("country", _("country")),
            columns.CURRENCY_FACT,
            Fact("terms_days", Kind.INTEGER, title=_("days to pay")),
            Fact("language", Kind.TEXT, title=_("language"), choices=("ro", "en")),
            Fact("tags", Kind.LIST, title=_("tags"), of=Kind.TEXT, optional=True),
            Fact("credit_score", Kind.INTEGER, title=_("credit score")),
            Fact("gdpr_consent", Kind.BOOLEAN, title=_("consents to the processing of data")),
            Fact("marketing_consent", Kind.BOOLEAN, title=_("consents to marketing")),
        ),
        relations=(
            Relation("orders", "order"),
            Relation("proformas", "proforma"),
            Relation("invoices", "invoice"),
            Relation("payments", "payment"),
            Relation("wallets", "wallet"),
            Relation("subscriptions", "subscription"),
            Relation("addresses", "address"),
            Relation("payment_methods", "payment_method"),
            Relation("vat_validations", "vat_validation"),
            Relation("tax_profiles", "tax_profile"),
            Relation("billing_profiles", "billing_profile"),
            Relation("services", "service"),
            Relation("service_groups", "service_group"),
            Relation("domains", "domain"),
            Relation("tickets", "ticket"),
            Relation("memberships", "membership"),
            Relation("consents", "consent"),
            Relation("notes", "note"),
        ),
        changes={
            "gdpr_consent": "customer.gdpr_consent_changed",
            "marketing_consent": "customer.marketing_consent_changed",
        },
        events=(
            EventType("customer.gdpr_consent_changed", _("consent to the processing of data changed")),
            EventType("customer.marketing_consent_changed", _("consent to marketing changed")),
            EventType(
                ERASED,
                _("what is kept beside the log erased"),
                facts=(Fact("erased", Kind.INTEGER, title=_("rows erased")),),
            ),
            EventType("customer.mail_bounced", _("mail to the customer came back"), facts=_ADDRESS),
            EventType("customer.mail_complained", _("mail to the customer was complained about"), facts=_ADDRESS),
            EventType("customer.mail_released", _("the customer's address released"), facts=_ADDRESS),
            EventType(
                "customer.credit_adjusted",
                _("Credit score adjusted"),
                facts=(
                    Fact("delta", Kind.INTEGER, title=_("applied change")),
                    columns.code_fact("cause", _("cause")),
                ),
            ),
        ),
        rank=10,
        edits=(
            "name",
            "email",
            "phone",
            "tax_id",
            "kind",
            "country",
            "currency",
            "terms_days",
            "language",
            "tags",
            "gdpr_consent",
            "marketing_consent",
        ),
        customers=CustomerRights(
            edit=(OWNER,),
            fields=("name", "email", "phone", "language", "marketing_consent", "gdpr_consent"),
            hidden=("credit_score", "tags"),
            hidden_events=("customer.credit_adjusted",),
        ),
    )

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(credit_score__gte=0, credit_score__lte=MAX_SCORE), name="customer_score_in_bounds"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @transition(source="prospect", target="active", event="customer.activated", title=_("activate"))
    def activate(self) -> None:
        """The first order is theirs."""

    @transition(source="active", target="inactive", event="customer.deactivated", title=_("deactivate"))
    def deactivate(self) -> None:
        """They buy nothing any more."""

    @transition(source="inactive", target="active", event="customer.reactivated", title=_("reactivate"))
    def reactivate(self) -> None:
        """They are back."""

    @transition(
        source=("active", "inactive"),
        target="suspended",
        event="customer.suspended",
        title=_("suspend"),
        arguments=REASON,
    )
    def suspend(self, reason: str = "") -> None:
        """Nothing is sold or kept running for them."""

    @transition(source="suspended", target="active", event="customer.unsuspended", title=_("lift the suspension"))
    def unsuspend(self) -> None:
        """All is well again."""
