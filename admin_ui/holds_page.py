"""Placing and releasing a hold by hand, on the page of its object."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from admin_ui import people
from admin_ui.links import page_at
from admin_ui.pages import attempt, typed
from core import holding
from core.machine import Machine


@require_POST
def change_hold(request: HttpRequest, key: int, *, model: type[Machine]) -> HttpResponse:
    """Hold one transition for a cause, or release what is held for one; a refusal is shown with its sentence."""
    ref, who, cause = f"{model.machine.noun}:{key}", people.actor(request), typed(request.POST, "cause", 200)
    if "release" in request.POST:
        attempt(request, lambda: holding.release(ref, cause, actor=who))
    else:
        transition = typed(request.POST, "transition", 100)
        attempt(request, lambda: holding.place(ref, [transition], cause, actor=who))
    return HttpResponseRedirect(page_at(model, key))
