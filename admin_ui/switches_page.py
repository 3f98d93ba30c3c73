"""The page of the kill switches: what is off and why, and turning a rule, a set or everything off."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from admin_ui import people
from admin_ui.pages import attempt, page, typed
from core.acting import acting
from core.permission import APPROVER, OPERATOR
from rules import switches
from rules.rule_sets import RuleSetVersion
from rules.switches import EVERYTHING, Switch, scope_of

ROLES = (OPERATOR, APPROVER)


def switches_page(request: HttpRequest) -> HttpResponse:
    """/staff/switches/"""
    if request.method == "POST":
        people.demand(request, ROLES)
        with acting(people.actor(request)):
            scope = typed(request.POST, "scope", 220)
            if "on" in request.POST:
                attempt(request, lambda: switches.switch_on(scope))
            elif scope in dict(_scopes()):
                reason = typed(request.POST, "reason", 500)
                attempt(request, lambda: switches.switch_off(scope, reason))
        return HttpResponseRedirect(reverse("switches"))
    return page(
        request,
        "admin_ui/switches.html",
        _("Kill switches"),
        off=[(switch, _called(switch.scope)) for switch in Switch.objects.order_by("-at")],
        scopes=_scopes(),
        may=people.has_role(request, ROLES),
    )


def _scopes() -> list[tuple[str, str]]:
    """Scope and title of all that can be switched off: everything, each live set, each of its rules."""
    found = [(EVERYTHING, _called(EVERYTHING))]
    live = RuleSetVersion.objects.filter(state="live").select_related("rule_set").order_by("rule_set__key")
    for version in live.defer("text")[:500]:
        key = version.rule_set.key
        found.append((key, _called(key)))
        for rule in version.document.get("rules", []):
            scope = scope_of(key, rule["key"])
            title = str(rule.get("title", ""))[:80]
            found.append((scope, f"{scope} – {title}" if title else scope))
    return found


def _called(scope: str) -> str:
    if scope == EVERYTHING:
        return gettext("every action of every rule")
    return scope if "/" in scope else gettext("all rules of %(set)s") % {"set": scope}
