"""An index of the pages that register themselves; Django finds it by its name."""

from admin_ui import (
    accounts,
    action_runs,
    audit_log,
    change_requests,
    customers,
    events,
    gateways,
    invoices,
    orders,
    payments,
    plain_objects,
    rule_sets,
    rule_versions,
    services,
    tickets,
    wallets,
)

__all__ = [
    "accounts",
    "action_runs",
    "audit_log",
    "change_requests",
    "customers",
    "events",
    "gateways",
    "invoices",
    "orders",
    "payments",
    "plain_objects",
    "rule_sets",
    "rule_versions",
    "services",
    "tickets",
    "wallets",
]
