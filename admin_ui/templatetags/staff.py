"""How staff pages show references, states, facts and amounts. Everything is escaped here."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from admin_ui import links, states
from admin_ui import retold as outcomes
from admin_ui.facts_table import FactRow, changes_of
from admin_ui.known_people import name_of
from core import formats
from core.events import Event
from core.http import in_words
from core.money import Money
from rules.change_requests import WEIGHTS
from rules.matchers.proof import Seen
from rules.trying import TriedRule

register = template.Library()
_MOMENT = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)"
)

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


register.filter("in_words", in_words)


@register.filter
def state_title(name: str, subject: str) -> str:
    """The title of a state of the subject's machine."""
    return states.title_of(subject, name)


@register.simple_tag
def ref(text: str, missing: str = "–") -> SafeString:
    """A reference as a link to its page, where it has one; of a member of the staff, the name."""
    if not text:
        return format_html('<span class="pv-dim">{}</span>', missing)
    url, name = links.url_of(text), name_of(text)
    if url is None:
        return format_html("<span>{}</span>", text)
    if name != text:
        return format_html('<a class="pv-link" href="{}" title="{}">{}</a>', url, text, name)
    return format_html('<a class="pv-link pv-nowrap" href="{}">{}</a>', url, text)


@register.filter
def fact(value: Any) -> SafeString:
    """A fact's value as people read it: money as 1,480.00 RON or 1.480,00 RON, lists with commas, what is not set as a dash."""
    if value is None or value == "" or value == []:
        return mark_safe('<span class="pv-dim">–</span>')
    if isinstance(value, bool):
        return format_html("{}", gettext("yes") if value else gettext("no"))
    if isinstance(value, dict) and value.keys() == {"minor", "currency"} and isinstance(value["minor"], int):
        return format_html("{}", _money(Money.from_fact(value)))
    if isinstance(value, list) and all(not isinstance(item, dict | list) for item in value):
        return format_html("{}", ", ".join(str(item) for item in value))
    if isinstance(value, dict | list):
        return format_html("<code>{}</code>", json.dumps(value, ensure_ascii=False))
    if isinstance(value, str) and (at := _moment_of(value)):
        return moment(at)
    if isinstance(value, str) and links.url_of(value):
        return format_html('<a class="pv-link" href="{}">{}</a>', links.url_of(value), value)
    return format_html("{}", value)


@register.filter
def apart(words: str) -> SafeString:
    """What a person typed, so that its direction ends where it ends."""
    return format_html("<bdi>{}</bdi>", words)


@register.filter
def breakable(name: str) -> SafeString:
    """A name such as webhook_endpoint.created, which may go on in the next line after a point."""
    return format_html_join(mark_safe(".<wbr>"), "{}", ((part,) for part in name.split(".")))


@register.filter
def pretty(value: Any) -> str:
    """Data as indented JSON."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


@register.filter
def moment(value: datetime | None) -> SafeString:
    """A moment in the reader's zone, with seconds; it says the zone when it is pointed at."""
    if value is None:
        return mark_safe('<span class="pv-dim">–</span>')
    shown, zone = _local(value), timezone.localtime(value).tzname()
    return format_html('<time datetime="{}" title="{} {}">{}</time>', value.isoformat(), shown, zone, shown)


def _local(value: datetime) -> str:
    return date_format(timezone.localtime(value), "Y-m-d H:i:s")


@register.filter
def gap(span: timedelta) -> str:
    """How much later something was, in its two largest units: 3 d 4 h; empty for less than a second."""
    seconds = int(span.total_seconds())
    parts = [
        (seconds // 86400, gettext("d")),
        (seconds // 3600 % 24, gettext("h")),
        (seconds // 60 % 60, gettext("min")),
        (seconds % 60, gettext("s")),
    ]
    return " ".join(f"{number} {unit}" for number, unit in [part for part in parts if part[0]][:2])


@register.simple_tag
def opener_words() -> str:
    """What the openers of the theme that are icons are called, by the name of the icon; as JSON."""
    words = {
        "more": gettext("More about"), "dock_to_right": gettext("Side bar"), "close": gettext("Close"),
        "visibility": gettext("Show the password"), "search": gettext("Search"), "gavel": "Pravila",
    }  # fmt: skip
    return json.dumps(words, ensure_ascii=False)


@register.filter
def changes(event: Event) -> list[FactRow]:
    """What an event changed besides the state."""
    return changes_of(event)


@register.filter
def item(mapping: dict[Any, Any], key: Any) -> Any:
    """The value of `key` in a mapping, or None."""
    return mapping.get(key)


@register.simple_tag
def amount(minor: int, currency: str) -> str:
    """Money as people read it; nothing where there is none."""
    return _money(Money(minor, currency)) if minor else ""


@register.filter
def amounts(text: str) -> str:
    """A text with its amounts as the reader's language writes them."""
    return formats.amounts(str(text), get_language() or "en")


@register.filter
def readable(text: str) -> str:
    """A sentence with its amounts and moments as the reader's language and zone have them."""
    return _MOMENT.sub(lambda found: _local(at) if (at := _moment_of(found[0])) else found[0], amounts(text))


def _moment_of(text: str) -> datetime | None:
    """The moment that a text is; None for other texts, such as one of the 30th of February."""
    try:
        return timezone.localtime(datetime.fromisoformat(text)) if _MOMENT.fullmatch(text) else None
    except (ValueError, OverflowError):  # the last hours of the year 9999 are in no zone to the east
        return None


def _money(amount: Money) -> str:
    return formats.amounts(str(amount), get_language() or "en")


@register.filter
def retold(said: str) -> str:
    """What an action said, in the reader's language where it is known."""
    return outcomes.retold(str(said))


@register.filter
def outcome_title(outcome: str) -> str:
    """What a rule did, in words."""
    titles = {"acted": gettext("acted"), "not_acted": gettext("did not act"), "not_eligible": gettext("not eligible")}
    return titles.get(outcome, outcome)


@register.filter
def ended_title(ended: str) -> str:
    """How an attempt ended, in words."""
    titles = {
        "done": gettext("done"),
        "skipped": gettext("skipped"),
        "failed": gettext("failed"),
        "lost": gettext("lost"),
    }
    return titles.get(ended, ended)


@register.filter
def verdict_title(verdict: str) -> str:
    """What a condition came to, in words."""
    titles = {"true": gettext("true"), "false": gettext("false"), "unknown": gettext("unknown")}
    return titles.get(verdict, verdict)


@register.filter
def weight_title(weight: str) -> str:
    """How much a change weighs, in words."""
    return str(WEIGHTS.get(weight, weight))


@register.filter
def differs(seen: Seen, other: TriedRule | None) -> bool:
    """Whether a comparison says something else on the other side, or does not stand there."""
    there = {one.pointer: one.verdict for one in other.conditions} if other else {}
    return there.get(seen.pointer) != seen.verdict
