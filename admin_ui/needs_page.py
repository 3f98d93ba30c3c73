"""Everything that waits for a person, on one page; and the dead letters of one cause, with what trying them again would do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from actions import replanning
from actions.dispatch import redecide
from actions.finish import cancel, redrive
from actions.runs import ActionRun, RunState
from admin_ui import attention, people
from admin_ui.causes import Cause, alike, causes
from admin_ui.pages import page, typed
from core import audit
from core.acting import acting
from core.events import Event
from core.outbox import Outbox
from rules.decisions import Decision
from rules.incidents import Incident
from rules.rule_sets import RuleSet
from rules.switches import Switch

SHOWN = 100
AT_ONCE = 500  # dead letters of one click
COMPARED = 25  # of which the page says what the live rules ask for


def needs_page(request: HttpRequest) -> HttpResponse:
    """/staff/needs-a-person/"""
    held = list(Outbox.objects.filter(held=True).order_by("event_id").values_list("event_id", flat=True)[:SHOWN])
    newest = {one.event_id: one for one in Decision.objects.filter(event_id__in=held).order_by("attempt")}
    events = Event.objects.defer("facts", "was").in_bulk(held)
    return page(
        request, "admin_ui/needs.html", _("Needs a person"),
        reasons=attention.waiting(), causes=causes()[:SHOWN],
        undecided=[(events.get(key), newest.get(key)) for key in held],
        stopped=Switch.objects.order_by("-at")[:SHOWN],
        conflicts=RuleSet.objects.exclude(stays_on=None).select_related("stays_on").defer("stays_on__text", "stays_on__document")
        .order_by("conflict_since")[:SHOWN],
        incidents=Incident.objects.order_by("-at")[:SHOWN],
        may_operate=people.has_role(request, people.OPERATORS),
    )  # fmt: skip


def cause_page(request: HttpRequest) -> HttpResponse:
    """/staff/needs-a-person/cause/?action=…&said=…: its dead letters; POST tries them again or gives them up."""
    action, said = typed(request.GET, "action", 100), typed(request.GET, "said", 200)
    runs = _dead_of(action, said)
    if request.method == "POST":
        people.demand(request, people.OPERATORS)
        _redrive_all(request, [run.pk for run in runs][:AT_ONCE])
        return HttpResponseRedirect(reverse("needs-a-person"))
    shown = runs[:COMPARED]
    done = replanning.done_beside(shown)
    compared = []
    for run in shown:
        live = replanning.replanned(run)
        changed = replanning.differences(run, live) if live is not None else []
        compared.append((run, live, changed, done.get((run.event_id, run.rule), [])))
    return page(
        request, "admin_ui/cause.html", gettext("Dead letters of %(action)s") % {"action": action},
        said=said, compared=compared, count=len(runs), at_once=AT_ONCE, gone=sum(live is None for _r, live, *_ in compared),
        changed=sum(bool(changed) for _r, _l, changed, _d in compared),
        may_operate=people.has_role(request, people.OPERATORS),
    )  # fmt: skip


@require_POST
def decide_again(request: HttpRequest) -> HttpResponse:
    """Put every event that is held into the queue again, some at a time."""
    held = list(Outbox.objects.filter(held=True).order_by("event_id").values_list("event_id", flat=True)[:AT_ONCE])
    done = sum(_noted(request, "event.decided_again", f"event:{key}", partial(redecide, key)) for key in held)
    said = ngettext(
        "%(count)d event waits for its decision again.", "%(count)d events wait for their decision again.", done
    )
    messages.success(request, said % {"count": done})
    return HttpResponseRedirect(reverse("needs-a-person"))


def _dead_of(action: str, said: str) -> list[ActionRun]:
    found = next((one for one in causes() if (one.action, one.said) == (action, alike(said))), Cause(action, said))
    rows = ActionRun.objects.in_bulk(found.runs[:AT_ONCE])
    return [rows[key] for key in found.runs if key in rows and rows[key].state == RunState.DEAD]


def _redrive_all(request: HttpRequest, keys: list[int]) -> None:
    plan, reason = typed(request.POST, "plan", 10), typed(request.POST, "reason", 500)
    if plan == "give-up" and not reason:
        messages.error(request, gettext("Say why they are given up."))
        return
    who = people.actor(request).ref
    acts: dict[str, tuple[str, Callable[[int], bool]]] = {
        "stored": ("action_run.redriven", redrive),
        "live": ("action_run.redriven_as_planned_now", replanning.redrive_as_planned_now),
        "give-up": ("action_run.cancelled", lambda key: cancel(key, f"given up by {who}")),
    }
    if plan not in acts:
        return
    verb, act = acts[plan]
    done = sum(_noted(request, verb, f"action_run:{key}", partial(act, key), reason) for key in keys)
    if plan == "give-up":
        said = ngettext("%(count)d dead letter is given up.", "%(count)d dead letters are given up.", done)
    else:
        said = ngettext("%(count)d dead letter is tried again.", "%(count)d dead letters are tried again.", done)
    messages.success(request, said % {"count": done})
    if left := len(keys) - done:
        messages.warning(
            request, gettext("%(count)d were left as they are: the live rules ask for nothing there.") % {"count": left}
        )


def _noted(request: HttpRequest, verb: str, what: str, act: Callable[[], bool], text: str = "") -> bool:
    with acting(people.actor(request)), transaction.atomic():
        done = act()
        if done:
            audit.note(verb, what, text=text)
    return done
