"""Putting one edit of a rule set in force: at once where that may be, else before an approver."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from admin_ui import people
from admin_ui.pages import attempt
from core.acting import acting
from core.errors import PravilaError
from core.machine import perform
from core.permission import APPROVER
from rules.document.problem import BadRules
from rules.editing import begin, check
from rules.publish import publish_now


def hand_in(request: HttpRequest, key: str, text: str, *, title: str, approvals: int, back: str) -> str | None:
    """Where to go after the set `key` has this text, or an approver was asked to look; None where it was refused.

    `back` is the page of whoever needed nobody else.
    """
    alone = not approvals or people.has_role(request, (APPROVER,))
    to: list[str] = []

    def act() -> None:
        row = begin(key, title=title[:200], text=text)
        try:
            if alone:
                publish_now(row)
                messages.success(request, gettext("It is live: these rules decide from the next event on."))
                to.append(back)
            else:
                found = check(row)
                if found.errors:
                    raise BadRules(found.errors)
                messages.success(request, gettext("It waits for an approver."))
                to.append(reverse("admin:review_change", args=[row.pk]))
        except PravilaError:
            perform(row, "withdraw")
            raise

    with acting(people.actor(request)):
        attempt(request, act)
    return to[0] if to else None
