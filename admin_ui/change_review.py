"""The review of a change request: what it changes, what was found, whom it reaches; and its way to being live."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from admin_ui import people
from admin_ui.pages import attempt, page, typed
from admin_ui.rule_rows import others_on
from admin_ui.rule_sets import title_of
from admin_ui.rule_texts import as_data
from core.acting import Actor
from core.errors import BadArguments
from core.machine import perform
from core.permission import APPROVER
from rules.change_requests import ChangeRequest
from rules.editing import approvals, approve, check, settle
from rules.prospects import prospect
from rules.publish import publish
from rules.scenarios import Scenario
from rules.scheduling import schedule
from rules.simulation.backtests import Backtest

Act = Callable[[ChangeRequest, Actor, HttpRequest], object]


def review_page(request: HttpRequest, key: int) -> HttpResponse:
    """/staff/rules/changerequest/<key>/review/"""
    found = ChangeRequest.objects.select_related("rule_set__live", "base", "published").filter(pk=key).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        return _act(request, found)
    who = people.actor(request)
    given = list(approvals(found))
    prospects = prospect(found) if found.is_open else None
    return page(
        request, "admin_ui/change_review.html", found.title,
        draft=found, prospect=prospects, set_title=title_of(found.rule_set.key), approvals=given,
        problems=as_data(prospects.review.problems) if prospects else [],
        errors=bool(prospects and prospects.review.errors),
        may_write=people.has_role(request, people.WRITERS) and found.is_open,
        may_approve=people.has_role(request, (APPROVER,)) and found.is_open,
        mine=who.ref in {found.author, *found.editors} and found.needed > 1,
        backtests=Backtest.objects.filter(request=found).defer("result", "document", "live", "reach")[:5],
        others=others_on(found) if found.is_open else [], scenarios=Scenario.objects.count(),
        digest=prospects.review.digest if prospects else "",
        approved_already=any(one.actor == who.ref for one in given),
    )  # fmt: skip


def _act(request: HttpRequest, found: ChangeRequest) -> HttpResponse:
    """Do what the button says; a refusal becomes a message."""
    who = people.actor(request)
    name = typed(request.POST, "act", 20)
    if name in _ACTS:
        act, said = _ACTS[name]
        if attempt(request, lambda: act(found, who, request)):
            messages.success(request, str(said))
            if name == "publish":
                return HttpResponseRedirect(reverse("admin:rules_ruleset_change", args=[found.rule_set_id]))
    return HttpResponseRedirect(reverse("admin:review_change", args=[found.pk]))


def _check(found: ChangeRequest, who: Actor, request: HttpRequest) -> Any:
    if check(found, actor=who).errors:
        messages.warning(request, gettext("There are errors. Mend them in the text, and check again."))


def _choices(request: HttpRequest) -> dict[str, str]:
    """What the form says of what waits: fields called reach-…"""
    names = [name for name in request.POST if name.startswith("reach-")]
    return {name.removeprefix("reach-"): typed(request.POST, name, 40) for name in names[:20]}


def _publish(found: ChangeRequest, who: Actor, request: HttpRequest) -> Any:
    return publish(found, actor=who, emergency=typed(request.POST, "emergency", 2000), choices=_choices(request))


def _schedule(found: ChangeRequest, who: Actor, request: HttpRequest) -> Any:
    """The time is given in the zone of the pages."""
    text = typed(request.POST, "at", 40)
    try:
        at = timezone.make_aware(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise BadArguments(what=gettext("Scheduling"), problem=gettext("choose a day and a time")) from None
    return schedule(found, at, choices=_choices(request), actor=who)


_ACTS: dict[str, tuple[Act, Any]] = {
    "check": (_check, _("Checked.")),
    "approve": (lambda found, who, _request: approve(found, actor=who), _("Your approval is noted.")),
    "publish": (_publish, _("Published: these rules decide from the next event on.")),
    "schedule": (_schedule, _("It goes live at that time.")),
    "unschedule": (lambda found, who, _request: schedule(found, None, actor=who), _("It does not go live by itself.")),
    "settle": (lambda found, who, _request: settle(found, actor=who), _("Settled: the text stands as it is.")),
    "withdraw": (lambda found, who, _request: perform(found.ref, "withdraw", actor=who), _("Withdrawn.")),
}
