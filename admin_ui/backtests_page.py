"""Backtests: start one from a change request, watch it, read what would come out otherwise, and prove one event on both
sides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from admin_ui import people
from admin_ui.pages import attempt, page, typed, typed_day
from admin_ui.rule_sets import title_of
from core import clock
from core.acting import acting
from core.errors import BadArguments, ObjectMissing
from rules.change_requests import ChangeRequest
from rules.reach import reaches
from rules.simulation import backtests
from rules.simulation.backtests import Backtest
from rules.simulation.beside import beside
from rules.simulation.reading import RuleRead, rules_of, sums_of

KIND_TITLES = {
    "newly": _("Acts newly"),
    "no_longer": _("Acts no longer"),
    "differently": _("Acts differently"),
    "moved": _("Acts at another time"),
}


@dataclass(frozen=True)
class Shown:
    """A rule of a result, and its lists with their kinds and titles."""

    rule: RuleRead
    lists: list[tuple[str, Any, int, list[dict[str, Any]]]]


def list_page(request: HttpRequest) -> HttpResponse:
    """/staff/backtests/"""
    rows = Backtest.objects.select_related("request").defer("result", "document", "live", "reach", "request__text")
    return page(request, "admin_ui/backtests.html", _("Backtests"), rows=list(rows[:100]))


@require_POST
def start(request: HttpRequest, key: int) -> HttpResponse:
    """/staff/backtests/of/<change request>/: from the review page."""
    draft = ChangeRequest.objects.select_related("rule_set__live").filter(pk=key).first()
    if draft is None:
        raise Http404
    made: list[Backtest] = []

    def act() -> None:
        since, until = _day(request, "since"), _day(request, "until")
        end = until + timedelta(days=1) if until else None  # the last day is meant whole
        with acting(people.actor(request)):
            made.append(backtests.start(draft, since, min(end, clock.now()) if end else None))

    if attempt(request, act):
        return HttpResponseRedirect(reverse("backtest", args=[made[0].pk]))
    return HttpResponseRedirect(reverse("admin:review_change", args=[key]))


def _day(request: HttpRequest, name: str) -> datetime | None:
    """The beginning of a day in the zone of the pages. Raises BadArguments."""
    text = typed(request.POST, name, 10)
    try:
        return timezone.make_aware(datetime.combine(typed_day(text), time.min)) if text else None
    except ValueError:
        raise BadArguments(what=gettext("The backtest"), problem=gettext("choose days of the calendar")) from None


@require_POST
def cancel(request: HttpRequest, key: int) -> HttpResponse:
    """/staff/backtests/<key>/cancel/"""
    attempt(request, lambda: backtests.cancel(key))
    return HttpResponseRedirect(reverse("backtest", args=[key]))


def result_page(request: HttpRequest, key: int) -> HttpResponse:
    """/staff/backtests/<key>/; with ?part=1 the result alone, for the script that renews it while it grows."""
    row = _found(key)
    context = {
        "row": row, "percent": round(row.progress * 100), "sums": sums_of(row.result),
        "rules": [_shown(rule) for rule in rules_of(row)], "reach": _reach(row), "set_title": title_of(row.key),
        "may_write": people.has_role(request, people.WRITERS),
    }  # fmt: skip
    if "part" in request.GET:
        text = render(request, "admin_ui/backtest_result.html", context).content.decode()
        return JsonResponse({"open": row.is_open, "html": text})
    return page(request, "admin_ui/backtest.html", gettext("Backtest %(number)s") % {"number": row.pk}, **context)


def proof_page(request: HttpRequest, key: int) -> HttpResponse:
    """/staff/backtests/<key>/proof/?event=…&rule=…: live on the left, the draft on the right."""
    row = _found(key)
    event, rule = typed(request.GET, "event", 400), typed(request.GET, "rule")
    try:
        both = beside(row, event)
    except ObjectMissing:
        raise Http404 from None
    pairs = both.pairs(rule)
    return page(
        request, "admin_ui/backtest_proof.html", gettext("Live and draft"),
        row=row, event=both.event, pairs=pairs, rule=rule, name=event,
    )  # fmt: skip


def _found(key: int) -> Backtest:
    try:
        return backtests.find(key)
    except ObjectMissing:
        raise Http404 from None


def _reach(row: Backtest) -> list[dict[str, Any]]:
    """What waited, under the titles of today: those that are stored are in the language of who started it."""
    return [one | {"title": found.title if (found := reaches.find(one["name"])) else one["title"]} for one in row.reach]


def _shown(rule: RuleRead) -> Shown:
    counted = ((kind, title, rule.counts[kind]) for kind, title in KIND_TITLES.items())
    return Shown(rule, [(kind, title, count, rule.listed.get(kind, [])) for kind, title, count in counted if count])
