"""How staff pages show references, states, facts and amounts. Everything is escaped here."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from admin_ui import links, states
from admin_ui.facts_table import FactRow, changes_of
from core.events import Event
from core.money import Money

register = template.Library()

TONES = {
    "good": {"done", "acted", "live", "active", "paid", "completed", "resolved", "true", "delivered", "approved"},
    "bad": {"dead", "failed", "too_deep", "error", "cancelled", "overdue", "terminated", "lost", "false", "void"},
    "warn": {"ready", "waiting", "running", "pending", "suspended", "warning", "unknown", "held", "on_hold", "draft"},
}


def tone_of(word: str) -> str:
    """good, bad, warn or plain: the colour in which a state is shown."""
    return next((tone for tone, words in TONES.items() if word in words), "plain")


@register.simple_tag
def badge(word: str, title: Any = None) -> SafeString:
    """A state or outcome as a coloured label."""
    return format_html('<span class="pv-badge pv-{}">{}</span>', tone_of(str(word)), title or word)


@register.simple_tag
def state(subject: str, name: str) -> SafeString:
    """A state of a subject's machine as a coloured label with its title."""
    return badge(name, states.title_of(subject, name))


@register.filter
def state_title(name: str, subject: str) -> str:
    """The title of a state of the subject's machine."""
    return states.title_of(subject, name)


@register.simple_tag
def ref(text: str, missing: str = "–") -> SafeString:
    """A reference as a link to its page, where it has one."""
    if not text:
        return format_html('<span class="pv-dim">{}</span>', missing)
    url = links.url_of(text)
    if url is None:
        return format_html('<span class="pv-nowrap">{}</span>', text)
    return format_html('<a class="pv-link pv-nowrap" href="{}">{}</a>', url, text)


@register.filter
def fact(value: Any) -> SafeString:
    """A fact's value as people read it: money as 480.00 RON, lists with commas, what is not set as a dash."""
    if value is None or value == "" or value == []:
        return mark_safe('<span class="pv-dim">–</span>')
    if isinstance(value, bool):
        return format_html("{}", gettext("yes") if value else gettext("no"))
    if isinstance(value, dict) and value.keys() == {"minor", "currency"} and isinstance(value["minor"], int):
        return format_html("{}", str(Money.from_fact(value)))
    if isinstance(value, list) and all(not isinstance(item, dict | list) for item in value):
        return format_html("{}", ", ".join(str(item) for item in value))
    if isinstance(value, dict | list):
        return format_html("<code>{}</code>", json.dumps(value, ensure_ascii=False))
    if isinstance(value, str) and links.url_of(value):
        return format_html('<a class="pv-link" href="{}">{}</a>', links.url_of(value), value)
    return format_html("{}", value)


@register.filter
def pretty(value: Any) -> str:
    """Data as indented JSON."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


@register.filter
def moment(value: datetime | None) -> SafeString:
    """A moment in the reader's zone, with seconds."""
    if value is None:
        return mark_safe('<span class="pv-dim">–</span>')
    local = timezone.localtime(value)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), date_format(local, "Y-m-d H:i:s"))


@register.filter
def changes(event: Event) -> list[FactRow]:
    """What an event changed besides the state."""
    return changes_of(event)


@register.filter
def item(mapping: dict[Any, Any], key: Any) -> Any:
    """The value of `key` in a mapping, or None."""
    return mapping.get(key)
