"""Try: one event through the live rules or a change request. Every rule says what it saw; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from admin_ui.pages import page, typed
from core.http import sentence
from rules.change_requests import OPEN, ChangeRequest
from rules.try_asked import LIVE, Answered, CannotTry, TryAsked, read_made_up, try_asked

MAX_PASTED = 1_000_000


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
    found: Answered | None = None
    problem = ""
    if asked.complete:
        try:
            event = read_made_up(asked.pasted) if asked.pasted else asked.event
            found = try_asked(TryAsked(event, asked.source))
        except CannotTry as cannot:
            problem = sentence(cannot)
    drafts = ChangeRequest.objects.filter(state__in=OPEN).select_related("rule_set").defer("text")
    return page(
        request, "admin_ui/try.html", _("Try"),
        asked=asked, tried=found.tried if found else None, problem=problem, document=found.event if found else None,
        drafts=list(drafts[:100]),
    )  # fmt: skip
