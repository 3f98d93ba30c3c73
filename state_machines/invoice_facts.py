"""What an invoice tells of itself: its states, where it comes from, and the facts of its events."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.catalog import Fact, Kind
from state_machines import columns

ORIGINS = {
    "order": _("order"),
    "renewal": _("renewal"),
    "fee": _("fee"),
    "proforma": _("proforma"),
    "manual": _("by hand"),
}
STATES = {
    "draft": _("draft"),
    "issued": _("issued"),
    "overdue": _("overdue"),
    "paid": _("paid"),
    "void": _("void"),
    "refunded": _("refunded"),
    "partially_refunded": _("partially refunded"),
}
FACTS = (
    Fact("number", Kind.TEXT, title=_("number"), read=lambda row: row.display_number, free_of_persons=True),
    columns.code_fact("series", _("series")),
    Fact("net", Kind.MONEY, title=_("net")),
    Fact("tax", Kind.MONEY, title=_("tax")),
    Fact("total", Kind.MONEY, title=_("total")),
    Fact("paid", Kind.MONEY, title=_("paid")),
    Fact("refunded", Kind.MONEY, title=_("refunded")),
    Fact(
        "remaining",
        Kind.MONEY,
        title=_("left to pay"),
        read=lambda row: {"minor": row.remaining_minor, "currency": row.currency},
    ),
    columns.CURRENCY_FACT,
    Fact("line_count", Kind.INTEGER, title=_("lines")),
    Fact("origin", Kind.TEXT, title=_("origin"), choices=tuple(ORIGINS)),
    Fact("service", Kind.REF, title=_("renewed service"), optional=True),
    columns.moment_fact("period_start", _("period from")),
    columns.moment_fact("period_end", _("period to")),
    columns.moment_fact("created_at", _("created at")),
    columns.moment_fact("due_at", _("due at")),
    columns.moment_fact("issued_at", _("issued at")),
    columns.moment_fact("paid_at", _("paid at")),
)
