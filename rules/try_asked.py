"""What somebody asks to try: an event of the log or a made-up one, and the rules: the live ones, or a change request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from core.errors import PravilaError
from core.event_names import named
from core.events import Event
from core.said import said
from rules.as_of import AsOf
from rules.change_requests import ChangeRequest
from rules.document.json_text import read_json
from rules.document.model import Document
from rules.document.source import Unreadable
from rules.keeping_back import now_for
from rules.reading import read, segment_in, sets_for
from rules.rule_sets import HOUSE
from rules.trying import Tried, try_event

LIVE = "live"


class CannotTry(PravilaError):
    """This cannot be tried: {why} Correct what is asked and try again."""

    status = 422
    code = "cannot-try"


class NothingToTry(CannotTry):
    """This cannot be tried: {why} Correct what is asked and try again."""

    status = 404
    code = "not-found"


@dataclass(frozen=True)
class TryAsked:
    """`event` is the name of an event of the log, or one as in the history files; `source` is live or a change request."""

    event: str | Mapping[str, Any]
    source: str = LIVE


@dataclass(frozen=True)
class Answered:
    event: dict[str, Any]
    tried: Tried


def try_asked(asked: TryAsked) -> Answered:
    """What every rule says of the event, as of it, and what keeps it from acting now; a made-up one is the newest of all.
    Writes nothing. Raises CannotTry."""
    if isinstance(asked.event, str):
        event = named(Event.objects.all(), asked.event)
        if event is None:
            raise NothingToTry(why=gettext("There is no event “%(name)s” in the log.") % {"name": asked.event[:100]})
        document, history, keepers = event.as_document(), AsOf(event.pk), now_for(event.as_document(), event.pk)
    else:
        document, history = _made_up(asked.event), AsOf()
        keepers = now_for(document)
    customer = document.get("customer")
    known = customer if isinstance(customer, str) and "\0" not in customer else ""
    house, *overlays = rules_of(asked.source, {**document, "customer": known})
    return Answered(document, try_event(document, house, *overlays, history=history, keepers=keepers))


def read_made_up(text: str) -> dict[str, Any]:
    """A pasted event. Raises CannotTry."""
    try:
        document = read_json(text)
    except Unreadable as bad:
        raise _unreadable(bad.message) from None
    if not isinstance(document, dict):
        raise _needs_type()
    return document


def _made_up(event: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(event.get("type"), str):
        raise _needs_type()
    try:
        text = json.dumps(event, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError:
        raise _unreadable(gettext("it has half of a sign, a surrogate")) from None
    document: dict[str, Any] = json.loads(text)
    return document


def _needs_type() -> CannotTry:
    return CannotTry(why=gettext('The pasted event needs at least a type, as in {"type": "invoice.overdue"}.'))


def _unreadable(why: str) -> CannotTry:
    return CannotTry(why=said("The pasted event cannot be read: {why}.", why=why))


def rules_of(source: str, event: Mapping[str, Any]) -> tuple[Document, Document | None, Document | None]:
    """House rules, those of the segment of the event's customer, and the customer's own, with the change request `source`
    in the place of one. Raises CannotTry."""
    live = sets_for(event)
    if source == LIVE:
        return live.house, live.segment, live.customer
    draft = _draft(source)
    key = draft.rule_set.key
    document, problems = read(draft.text, key)
    if document is None:
        raise CannotTry(why=said("The change request cannot be read: {why}", why=problems[0].message))
    if key == HOUSE:
        return document, segment_in(document, event), live.customer
    if key == event["customer"]:
        return live.house, live.segment, document
    if key == live.member:
        return live.house, document, live.customer
    says = gettext("The change request is for %(key)s, and this event is not of that customer.")
    raise CannotTry(why=says % {"key": key})


def _draft(source: str) -> ChangeRequest:
    number = int(source) if source.isascii() and source.isdigit() and len(source) < 19 else 0
    draft = ChangeRequest.objects.select_related("rule_set").filter(pk=number).first()
    if draft is None:
        raise NothingToTry(why=gettext("This change request does not exist any more."))
    return draft
