"""The page of exemptions: who is spared what until when, giving one, ending one."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from admin_ui import people
from admin_ui.pages import attempt, page, typed
from core import clock
from core.acting import acting
from core.clock import ZONE
from rules import exemptions
from rules.exemptions import ROLES, BadExemption, Exemption

SHOWN = 200


def exemptions_page(request: HttpRequest) -> HttpResponse:
    """/staff/exemptions/"""
    if request.method == "POST":
        people.demand(request, ROLES)
        with acting(people.actor(request)):
            attempt(request, lambda: _change(request))
        return HttpResponseRedirect(reverse("exemptions"))
    now = clock.now()
    counting = Exemption.objects.filter(ended_at=None, until__gt=now).order_by("until")[:SHOWN]
    return page(
        request,
        "admin_ui/exemptions.html",
        _("Exemptions"),
        counting=counting,
        may=people.has_role(request, ROLES),
        tomorrow=(clock.today() + timedelta(days=1)).isoformat(),
        per=typed(request.GET, "per", 100),
        scope=typed(request.GET, "scope", 120),
    )


def _change(request: HttpRequest) -> None:
    if "end" in request.POST:
        key = typed(request.POST, "end", 18)
        exemptions.end(int(key) if key.isascii() and key.isdigit() else 0)
        return
    try:
        last = datetime.fromisoformat(typed(request.POST, "until", 10)).date()
    except ValueError:
        raise BadExemption(problem="it needs its last day") from None
    until = datetime.combine(last, time.max, ZONE)
    given = request.POST
    exemptions.give(typed(given, "scope", 120), typed(given, "per", 100), until, typed(given, "reason", 500))
