"""What stands below an object: what is to come, the rules that touch it, its exemptions, and actions to ask for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from actions import by_hand, upcoming
from admin_ui import people
from admin_ui.argument_form import ArgumentForm, empty_fields, form_of
from admin_ui.links import page_at
from admin_ui.pages import attempt, staff, typed
from admin_ui.rule_rows import Row, actions_of, rows
from admin_ui.rule_sentence import sentence
from core import clock
from core.acting import acting
from core.catalog import ActionSpec, Transition
from core.clock import ZONE
from core.machine import Machine
from rules import exemptions
from rules.exemptions import Exemption

TOUCHING = 60


def cards(request: HttpRequest, row: Machine) -> dict[str, Any]:
    """What the template of the cards shows."""
    may = people.has_role(request, people.OPERATORS)
    touching = touching_rules(row)
    given = list(Exemption.objects.filter(per=row.ref, ended_at=None, until__gt=clock.now()).order_by("until"))
    coming = upcoming.of(row)
    return {
        "coming": coming,
        "touching": [(one, sentence(one.rule, one.params)) for one in touching],
        "exempted": [(one, resumes(one, coming)) for one in given],
        "sparable": _sparable(touching, {one.rule for one in coming}),
        "groups": sorted({str(one.rule["group"]) for one in touching if one.rule.get("group")}),
        "may_exempt": people.has_role(request, exemptions.ROLES),
        "by_hand": [(spec, empty_fields(_as_transition(spec), row)) for spec in by_hand.possible(row)] if may else [],
        "may_operate": may,
    }


def _sparable(touching: list[Row], coming: set[str]) -> list[tuple[str, list[Row]]]:
    """The rules that somebody can be spared, those first that will act: (title, rules), without empty ones."""
    parts = (
        (gettext("What is planned"), [one for one in touching if one.key in coming]),
        (gettext("Other rules"), [one for one in touching if one.key not in coming]),
    )
    return [(title, rules) for title, rules in parts if rules]


def touching_rules(row: Machine) -> list[Row]:
    """The live rules, of the house and of its customer, that are about events of the row's machine, or act on it."""
    noun = row.machine.noun
    whose = {"house", row.ref, row.shape.customer(row) or ""}
    found = [one for one in rows() if one.live and one.set in whose and _touches(one, noun)]
    return found[:TOUCHING]


def _touches(row: Row, noun: str) -> bool:
    when = row.rule.get("when")
    if isinstance(when, dict):
        when = when.get("date") or when.get("state") or when.get("each")
    names = when if isinstance(when, list) else [when]
    return any(str(name).partition(".")[0] == noun for name in (*names, *actions_of(row.rule)))


def resumes(given: Exemption, coming: list[upcoming.Upcoming]) -> upcoming.Upcoming | None:
    """The first thing that comes after the exemption by a rule that it spares; None where only an event brings the next."""
    spared = (one for one in coming if one.rule == given.scope and one.due_at >= given.until)
    return next(spared, None)


def asked_form(
    spec: ActionSpec, row: Machine, data: Any = None, initial: Mapping[str, Any] | None = None
) -> ArgumentForm | None:
    """The form for the parameters of an action."""
    return form_of(_as_transition(spec), row, data, initial)


def _as_transition(spec: ActionSpec) -> Transition:
    schema = spec.parameters
    return Transition(
        name=spec.name.replace(".", "-"), sources=(), target="", event="", title=spec.title,
        arguments=schema.get("properties", {}), required=tuple(schema.get("required", ())),
    )  # fmt: skip


def urls_of(model: type[Machine]) -> list[URLPattern]:
    """The addresses behind the buttons of the cards."""
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    return [
        path("<int:key>/upcoming/", staff(partial(change_upcoming, model=model), roles=people.OPERATORS), name=f"upcoming_{name}"),
        path("<int:key>/exempt/", staff(partial(exempt, model=model), roles=exemptions.ROLES), name=f"exempt_{name}"),
        path("<int:key>/ask/", staff(partial(ask, model=model), roles=people.OPERATORS), name=f"ask_{name}"),
    ]  # fmt: skip


@require_POST
def change_upcoming(request: HttpRequest, key: int, *, model: type[Machine]) -> HttpResponse:
    """Stop what is to come, for a reason, or put it off until a day."""
    row, back = model._default_manager.filter(pk=key).first(), HttpResponseRedirect(page_at(model, key))
    kind, _colon, number = typed(request.POST, "which", 60).partition(":")
    if row is None or kind not in ("moment", "action_run") or not number.isdigit():
        return back
    who, until = people.actor(request), _day(typed(request.POST, "until", 10))
    if "stop" in request.POST:
        reason = typed(request.POST, "reason", 500)
        if not reason:
            messages.error(request, gettext("Say why it is stopped."))
        elif attempt(request, lambda: upcoming.stop(row, kind, int(number), reason, actor=who)):  # type: ignore[arg-type]
            messages.success(request, gettext("It will not happen."))
    elif until is None:
        messages.error(request, gettext("Choose the day until which it is put off."))
    elif attempt(request, lambda: upcoming.put_off(row, kind, int(number), until, actor=who)):  # type: ignore[arg-type]
        messages.success(request, gettext("It is put off."))
    return back


@require_POST
def exempt(request: HttpRequest, key: int, *, model: type[Machine]) -> HttpResponse:
    """Give the object until a day: one rule or group does not act for it."""
    last = _day(typed(request.POST, "until", 10), time.max)
    scope, reason = typed(request.POST, "scope", 120), typed(request.POST, "reason", 500)
    if last is None:
        messages.error(request, gettext("Choose the last day."))
    else:
        with acting(people.actor(request)):
            if attempt(request, lambda: exemptions.give(scope, f"{model.machine.noun}:{key}", last, reason)):
                messages.success(request, gettext("It is exempted until the end of that day."))
    return HttpResponseRedirect(page_at(model, key))


@require_POST
def ask(request: HttpRequest, key: int, *, model: type[Machine]) -> HttpResponse:
    """Ask for an action on the object; a worker carries it out as it does those of rules."""
    row, name = model._default_manager.filter(pk=key).first(), typed(request.POST, "action", 100)
    back = HttpResponseRedirect(page_at(model, key))
    spec = next((one for one in by_hand.possible(row) if one.name == name), None) if row is not None else None
    if row is None or spec is None:
        return back
    form = asked_form(spec, row, request.POST)
    if form is not None and not form.is_valid():
        messages.error(request, form.sentence())
    elif attempt(
        request, lambda: by_hand.ask(row, name, form.arguments() if form else {}, actor=people.actor(request))
    ):
        messages.success(request, gettext("It is asked for; its run is below."))
    return back


def _day(text: str, at: time = time(9)) -> datetime | None:
    try:
        return datetime.combine(datetime.fromisoformat(text).date(), at, ZONE)
    except ValueError:
        return None
