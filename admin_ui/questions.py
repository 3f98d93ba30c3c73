"""The page of questions: what rules ask a person before they act, with yes and no."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actions import questions
from actions.runs import ActionRun, RunState
from admin_ui import people
from admin_ui.attention import Reason, reasons
from admin_ui.pages import attempt, page, typed

SHOWN = 200


def questions_page(request: HttpRequest) -> HttpResponse:
    """/staff/questions/"""
    who = people.actor(request)
    if request.method == "POST":
        attempt(request, lambda: _answer(request))
        return HttpResponseRedirect(reverse("questions"))
    found = list(questions.open_questions()[:SHOWN])
    answered = ActionRun.objects.filter(answer__isnull=False).exclude(state=RunState.ASKING).order_by("-pk")
    return page(
        request, "admin_ui/questions.html", _("Questions"),
        asked=[(run, questions.role_of(run), questions.may_answer(who, run)) for run in found], answered=answered[:20],
    )  # fmt: skip


def _answer(request: HttpRequest) -> None:
    given, key = request.POST, typed(request.POST, "run", 18)
    said = given.get("answer")
    if said not in ("yes", "no"):
        return
    number = int(key) if key.isascii() and key.isdigit() else 0
    reason = typed(given, "reason", 500)
    questions.answer(number, yes=said == "yes", reason=reason, actor=people.actor(request))
    messages.success(request, gettext("It goes ahead.") if said == "yes" else gettext("It will not happen."))


reasons.add("7", Reason(_("Questions"), questions.open_questions, lambda: reverse("questions")))
