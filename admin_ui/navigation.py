"""The side bar."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from actions.gateways.accounts import GatewayAccount
from actions.gateways.breakers import Breaker
from actions.runs import ActionRun
from actions.webhook_deliveries import WebhookDelivery
from admin_ui import people
from admin_ui.links import list_of
from core.audit import AuditRow
from core.bridge.seen import BridgeProblem
from core.events import Event
from core.machines import all_machines
from rules.change_requests import ChangeRequest
from rules.incidents import Incident
from rules.rule_sets import RuleSet, RuleSetVersion
from state_machines.webhook_sources import WebhookSource
from state_machines.webhooks import InvalidWebhook

ICONS = {
    "customer": "group",
    "order": "shopping_cart",
    "order_item": "list",
    "invoice": "receipt_long",
    "payment": "payments",
    "subscription": "autorenew",
    "wallet": "account_balance_wallet",
    "service": "dns",
    "service_group": "workspaces",
    "service_relationship": "account_tree",
    "provisioning_task": "build",
    "server": "storage",
    "domain": "language",
    "domain_operation": "sync_alt",
    "tld": "public",
    "registrar": "domain",
    "efactura_document": "verified",
    "webhook": "webhook",
    "webhook_endpoint": "send",
    "ticket": "support_agent",
    "ticket_category": "label",
    "ticket_comment": "forum",
}
FIRST = ("customer", "order", "invoice", "payment", "service", "ticket")


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups of links, as unfold wants them; only what this person may open."""
    if not people.may_see(request):
        return []
    groups: list[dict[str, Any]] = [
        {"items": [_link(gettext("Overview"), reverse("start"), "home")]},
        {"title": gettext("Business"), "items": _machines()},
        {
            "title": gettext("Rules"),
            "items": [
                _link(gettext("Rule sets"), list_of(RuleSet), "gavel"),
                _link(gettext("Change requests"), list_of(ChangeRequest), "edit_note"),
                _link(gettext("Try"), reverse("try"), "science"),
                _link(gettext("Exemptions"), reverse("exemptions"), "event_busy"),
                _link(gettext("Kill switches"), reverse("switches"), "power_settings_new"),
            ],
        },
        {
            "title": gettext("What happens"),
            "items": [
                _link(gettext("Event log"), list_of(Event), "history"),
                _link(gettext("Action runs"), list_of(ActionRun), "bolt"),
                _link(gettext("Bridge"), list_of(BridgeProblem), "cable"),
                _link(gettext("Webhook deliveries"), list_of(WebhookDelivery), "outgoing_mail"),
                _link(gettext("Invalid webhooks"), list_of(InvalidWebhook), "gpp_bad"),
                _link(gettext("Incidents"), list_of(Incident), "report"),
                _link(gettext("Breakers"), list_of(Breaker), "electrical_services"),
                _link(gettext("Audit"), list_of(AuditRow), "policy"),
            ],
        },
    ]
    people_links = [_link(gettext("Second factor"), reverse("second-factor"), "phonelink_lock")]
    if people.has_role(request, ()):
        people_links.append(_link(gettext("Gateway accounts"), list_of(GatewayAccount), "key"))
        people_links.append(_link(gettext("Webhook sources"), list_of(WebhookSource), "webhook"))
    if request.user.is_superuser:
        people_links += [
            _link(gettext("Users"), list_of(User), "person"),
            _link(gettext("Roles"), list_of(Group), "badge"),
        ]
    groups.append({"title": gettext("Access"), "items": people_links})
    return groups


def _machines() -> list[dict[str, Any]]:
    shown = [model for model in all_machines() if model is not RuleSetVersion and admin.site.is_registered(model)]
    shown.sort(key=lambda model: FIRST.index(model.machine.noun) if model.machine.noun in FIRST else len(FIRST))
    return [_link(_plural(model), list_of(model), ICONS.get(model.machine.noun, "category")) for model in shown]


def _plural(model: type[models.Model]) -> str:
    name = str(model._meta.verbose_name_plural)
    return name[:1].upper() + name[1:]


def _link(title: str, link: str, icon: str) -> dict[str, Any]:
    return {"title": title, "link": link, "icon": icon}
