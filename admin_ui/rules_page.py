"""The list of all rules: search, filters, and switching several off with one reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from admin_ui import people
from admin_ui.pages import attempt, page, typed
from admin_ui.rule_health import Health, Healths
from admin_ui.rule_rows import Row, rows
from admin_ui.rule_sentence import sentence
from admin_ui.switches_page import ROLES
from core.acting import acting
from rules import switches
from rules.rule_sets import RuleSetVersion
from rules.tallying import ACTED

ON_A_PAGE = 25
STATES = {
    "live": _("live"),
    "draft": _("with an open change"),
    "scheduled": _("scheduled"),
    "ill": _("needs attention"),
}
SORTS = {"": _("as written"), "attention": _("attention first"), "acted": _("acts most")}


@dataclass(frozen=True)
class Shown:
    """A rule as its row of the page has it."""

    row: Row
    says: str
    health: Health
    chart: SafeString
    acted: int
    who: str
    approved: tuple[str, ...]


def rules_page(request: HttpRequest) -> HttpResponse:
    """/staff/rules/"""
    if request.method == "POST":
        people.demand(request, ROLES)
        _switch_off(request)
        return HttpResponseRedirect(request.get_full_path())
    asked = {name: typed(request.GET, name, 100) for name in ("q", "set", "state", "owner", "sort")}
    healths, everything = Healths(), rows()
    found = [row for row in everything if _fits(row, asked, healths)]
    if asked["sort"] == "attention":
        found.sort(key=lambda row: healths.of(row).rank)
    elif asked["sort"] == "acted":
        found.sort(key=lambda row: -healths.total(ACTED, row.key))
    pages = Paginator(found, ON_A_PAGE)
    this = pages.get_page(typed(request.GET, "page", 6) or 1)
    query = request.GET.copy()
    query.pop("page", None)
    return page(
        request, "admin_ui/rules.html", _("Rules"),
        pages=this, shown=_shown(this, healths), asked=asked, count=len(found), all=len(everything), query=query.urlencode(),
        sets=list(dict.fromkeys(row.set for row in everything)), states=STATES, sorts=SORTS,
        owners=sorted({str(row.rule["owner"]) for row in everything if row.rule.get("owner")}),
        may_switch=people.has_role(request, ROLES), is_fullwidth="1",
    )  # fmt: skip


def _fits(row: Row, asked: dict[str, str], healths: Healths) -> bool:
    state = asked["state"]
    return (
        all(word in row.words for word in asked["q"].lower().split())
        and asked["set"] in ("", row.set)
        and asked["owner"] in ("", row.rule.get("owner"))
        and (
            state not in STATES
            or (state == "live" and row.live)
            or (state == "draft" and bool(row.drafts))
            or (state == "scheduled" and any(one.scheduled_for for one in row.drafts))
            or (state == "ill" and healths.of(row).rank < 5)
        )
    )


def _shown(this: Page[Any], healths: Healths) -> list[Shown]:
    wanted = {(row.set, row.since) for row in this}
    versions = RuleSetVersion.objects.filter(
        rule_set__key__in={key for key, _number in wanted}, number__in={number for _key, number in wanted}
    ).defer("text", "document", "change_request__text")
    by: dict[tuple[str, int], tuple[str, tuple[str, ...]]] = {}
    for version in versions.select_related("rule_set", "change_request").prefetch_related("change_request__approvals"):
        change = getattr(version, "change_request", None)
        if change is not None:
            by[version.rule_set.key, version.number] = (
                change.author,
                tuple(dict.fromkeys(one.actor for one in change.approvals.all())),
            )
    return [
        Shown(
            row, sentence(row.rule, row.params) if row.live else "", healths.of(row), healths.chart(row.key),
            healths.total(ACTED, row.key), *by.get((row.set, row.since), ("", ())),
        )
        for row in this
    ]  # fmt: skip


def _switch_off(request: HttpRequest) -> None:
    known = {row.scope for row in rows() if row.live}
    chosen = [scope for scope in request.POST.getlist("rule") if scope in known]
    reason = typed(request.POST, "reason", 500)
    if not chosen:
        messages.error(request, _("Choose the rules to switch off."))
        return
    with acting(people.actor(request)):
        done = sum(attempt(request, lambda scope=scope: switches.switch_off(scope, reason)) for scope in chosen)  # type: ignore[misc]
    if done:
        said = ngettext("%(count)d rule is switched off.", "%(count)d rules are switched off.", done)
        messages.success(request, said % {"count": done})
