"""Try: one event through the live rules or a change request. Every rule says what it saw; nothing is written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from admin_ui.event_search import named
from admin_ui.pages import page, typed
from rules.as_of import AsOf
from rules.change_requests import OPEN, ChangeRequest
from rules.document.json_text import read_json
from rules.document.model import Document
from rules.document.source import Unreadable
from rules.reading import house_for, live_document, read
from rules.rule_sets import HOUSE
from rules.trying import Tried, try_event

LIVE = "live"
MAX_PASTED = 1_000_000
EMPTY = Document({"rules": []})


class CannotTry(ValueError):
    """Why there is nothing to try, as a sentence for people."""


@dataclass(frozen=True)
class Asked:
    """What the form held: an event by name or as pasted JSON, and where the rules come from."""

    event: str
    pasted: str
    source: str

    @property
    def complete(self) -> bool:
        return bool(self.event or self.pasted)


def try_page(request: HttpRequest) -> HttpResponse:
    """/staff/try/?event=…&source=live|<change request>; a pasted event comes by POST."""
    given = request.POST if request.method == "POST" else request.GET
    asked = Asked(typed(given, "event"), typed(given, "pasted", MAX_PASTED), typed(given, "source") or LIVE)
    tried: Tried | None = None
    problem, document = "", None
    if asked.complete:
        try:
            document, history = event_of(asked)
            tried = try_event(document, *rules_of(asked.source, _customer(document)), history)
        except CannotTry as cannot:
            problem = str(cannot)
    drafts = ChangeRequest.objects.filter(state__in=OPEN).select_related("rule_set").defer("text")
    return page(
        request, "admin_ui/try.html", _("Try"),
        asked=asked, tried=tried, problem=problem, document=document, drafts=list(drafts[:100]),
    )  # fmt: skip


def _customer(document: dict[str, Any]) -> str:
    """Whose rules to try; a pasted event may have anything there."""
    customer = document.get("customer")
    return customer if isinstance(customer, str) and "\0" not in customer else ""


def event_of(asked: Asked) -> tuple[dict[str, Any], AsOf]:
    """The event to try, in the shape of the history files, and the log as of it; a pasted one is the newest of all.
    Raises CannotTry."""
    if not asked.pasted:
        event = named(asked.event)
        if event is None:
            raise CannotTry(gettext("There is no event “%(name)s” in the log.") % {"name": asked.event[:100]})
        return event.as_document(), AsOf(event.pk)
    try:
        document = read_json(asked.pasted)
    except Unreadable as bad:
        raise CannotTry(gettext("The pasted event cannot be read: %(why)s.") % {"why": bad.message}) from None
    if not isinstance(document, dict) or not isinstance(document.get("type"), str):
        raise CannotTry(gettext('The pasted event needs at least a type, as in {"type": "invoice.overdue"}.'))
    try:
        text = json.dumps(document, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError:
        why = gettext("it has half of a sign, a surrogate")
        raise CannotTry(gettext("The pasted event cannot be read: %(why)s.") % {"why": why}) from None
    return json.loads(text), AsOf()


def rules_of(source: str, customer: str) -> tuple[Document, Document | None]:
    """House rules and the customer's own, with the change request `source` in the place of one. Raises CannotTry."""
    house, overlay = house_for(customer), live_document(customer) if customer else None
    if source != LIVE:
        draft = (
            ChangeRequest.objects.select_related("rule_set").filter(pk=source).first()
            if source.isascii() and source.isdigit()
            else None
        )
        if draft is None:
            raise CannotTry(gettext("This change request does not exist any more."))
        key = draft.rule_set.key
        document, problems = read(draft.text, key)
        if document is None:
            raise CannotTry(gettext("The change request cannot be read: %(why)s") % {"why": problems[0].message})
        if key == HOUSE:
            house = document
        elif key == customer:
            overlay = document
        else:
            raise CannotTry(
                gettext("The change request is for %(key)s, and this event is not of that customer.") % {"key": key}
            )
    return house or EMPTY, overlay
