"""The side bar."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext

from actions.gateways.accounts import GatewayAccount
from actions.gateways.breakers import Breaker
from actions.message_log import SentMessage
from actions.reports import Report
from actions.runs import ActionRun
from actions.webhook_deliveries import WebhookDelivery
from admin_ui import people
from admin_ui.links import list_of
from core.accounts import ApiToken
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
    "seller": "storefront",
    "webhook": "webhook",
    "webhook_endpoint": "send",
    "ticket": "support_agent",
    "ticket_category": "label",
    "ticket_comment": "forum",
    "worklog": "timer",
    "note": "sticky_note_2",
    "consent": "handshake",
    "membership": "badge",
    "address": "home_pin",
    "billing_profile": "request_quote",
    "tax_profile": "percent",
    "tax_rate": "percent",
    "payment_method": "credit_card",
    "plan": "sell",
    "product": "inventory_2",
    "proforma": "description",
    "refund": "undo",
    "topup": "add_card",
    "vat_validation": "fact_check",
    "payment_retry": "replay",
    "retry_policy": "rule",
}
OWN_PLACES = (ChangeRequest, RuleSetVersion)  # machines that stand among the rules
FIRST = ("customer", "order", "invoice", "payment", "service", "domain", "subscription", "ticket")


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups of links, only what this person may open; the link that leads to the present page is active."""
    if not people.may_see(request):
        return []
    may = (people.has_role(request, people.OPERATORS), people.has_role(request, ()), bool(request.user.is_superuser))
    return [_here(group, request.path) for group in _groups(get_language(), *may)]


def _here(group: dict[str, Any], path: str) -> dict[str, Any]:
    items = [{**one, "active": _leads_to(one["link"], path)} for one in group["items"]]
    return {**group, "items": items, "active": any(one["active"] for one in items)}


def _leads_to(link: str, path: str) -> bool:
    """Whether the page at `path` is that of `link` or stands under it; the first page has all others under it."""
    return path == link or (path.startswith(link) and link != reverse("start"))


@lru_cache(maxsize=32)
def _groups(_language: str | None, operates: bool, administers: bool, superuser: bool) -> tuple[dict[str, Any], ...]:
    """What does not change while the server runs: it depends on the language and on what the person may do."""
    groups: list[dict[str, Any]] = [
        {
            "items": [
                _link(gettext("Today"), reverse("start"), "home"),
                _link(gettext("Needs a person"), reverse("needs-a-person"), "front_hand"),
                _link(gettext("Questions"), reverse("questions"), "contact_support"),
            ]
        },
        {"title": gettext("Business"), "items": _machines(FIRST)},
        {
            "title": gettext("Rules"),
            "items": [
                _link(gettext("Rules"), reverse("rules"), "rule"),
                _link(gettext("Numbers"), reverse("numbers"), "tune"),
                _link(gettext("Texts"), reverse("texts"), "mail"),
                _link(gettext("Rule sets"), list_of(RuleSet), "gavel"),
                _link(gettext("Change requests"), list_of(ChangeRequest), "edit_note"),
                _link(gettext("Try"), reverse("try"), "science"),
                _link(gettext("Backtests"), reverse("backtests"), "monitoring"),
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
                _link(gettext("Messages"), list_of(SentMessage), "mail"),
                _link(gettext("Webhook deliveries"), list_of(WebhookDelivery), "outgoing_mail"),
                *([_link(gettext("Invalid webhooks"), list_of(InvalidWebhook), "gpp_bad")] if operates else []),
                _link(gettext("Incidents"), list_of(Incident), "report"),
                _link(gettext("Breakers"), list_of(Breaker), "electrical_services"),
                _link(gettext("Reports"), list_of(Report), "summarize"),
                _link(gettext("Audit"), list_of(AuditRow), "policy"),
            ],
        },
    ]
    people_links = [_link(gettext("Second factor"), reverse("second-factor"), "phonelink_lock")]
    if administers:
        people_links.append(_link(gettext("API tokens"), list_of(ApiToken), "vpn_key"))
        people_links.append(_link(gettext("Gateway accounts"), list_of(GatewayAccount), "key"))
        people_links.append(_link(gettext("Webhook sources"), list_of(WebhookSource), "webhook"))
    if superuser:
        people_links += [
            _link(gettext("Users"), list_of(User), "person"),
            _link(gettext("Roles"), list_of(Group), "badge"),
        ]
    groups.append({"title": gettext("Access"), "items": people_links})
    groups.append({"title": gettext("More of the business"), "collapsible": True, "items": _machines()})
    return tuple(groups)


def _machines(nouns: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The lists of these machines, in this order; of all others where none are named."""
    models_of = {model.machine.noun: model for model in all_machines() if admin.site.is_registered(model)}
    others = [noun for noun, model in models_of.items() if noun not in FIRST and model not in OWN_PLACES]
    shown = [(noun, models_of[noun]) for noun in nouns or others if noun in models_of]
    return [_link(_plural(model), list_of(model), ICONS.get(noun, "category")) for noun, model in shown]


def _plural(model: type[models.Model]) -> str:
    name = str(model._meta.verbose_name_plural)
    return name[:1].upper() + name[1:]


def _link(title: str, link: str, icon: str) -> dict[str, Any]:
    return {"title": title, "link": link, "icon": icon}
