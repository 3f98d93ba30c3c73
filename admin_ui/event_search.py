"""Finding events: the filters of the log's page, and one event by its name. Pages go by position, never by counting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from admin_ui.pages import DAYS
from core import catalog, event_names
from core.events import Event

PAGE = 50


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget, validators=DAYS)


class EventFilter(forms.Form):
    """What the log is narrowed to. A subject may be `order:12`, or a noun with a colon for all of that noun."""

    type = forms.CharField(label=_("Type"), required=False, max_length=100)
    subject = forms.CharField(label=_("Subject"), required=False, max_length=100)
    customer = forms.CharField(label=_("Customer"), required=False, max_length=100)
    since = _day(_("From"))
    until = _day(_("Until"))
    correlation = forms.CharField(label=_("Chain"), required=False, max_length=32)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def types(self) -> list[str]:
        return catalog.event_types.names()


@dataclass(frozen=True)
class Found:
    """One page of events, newest first; `before` is the position from which the next page goes on, None at the end."""

    events: list[Event]
    before: int | None


def search(wanted: dict[str, Any]) -> Found:
    """The newest events that fit the cleaned data of an EventFilter. Facts are not loaded."""
    events = Event.objects.order_by("-id").defer("facts", "was")
    for field in ("correlation", "customer"):
        if value := wanted.get(field):
            events = events.filter(**{field: value.strip()})
    if kind := (wanted.get("type") or "").strip():
        events = events.filter(type__startswith=kind[:-1]) if kind.endswith("*") else events.filter(type=kind)
    if subject := (wanted.get("subject") or "").strip():
        events = events.filter(subject__startswith=subject) if subject.endswith(":") else events.filter(subject=subject)
    if wanted.get("since"):
        events = events.filter(at__gte=_midnight(wanted["since"]))
    if wanted.get("until"):
        events = events.filter(at__lt=_midnight(wanted["until"] + timedelta(days=1)))
    if wanted.get("before"):
        events = events.filter(pk__lt=wanted["before"])
    rows = list(events[: PAGE + 1])
    return Found(rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None)


def named(text: str) -> Event | None:
    """The event at a position (`1042`), of a name (`invoice:1042@3`), or imported under an id; None where none is."""
    return event_names.named(Event.objects.all(), text)


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
