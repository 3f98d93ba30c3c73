"""What waits for a person: each reason with how much there is of it, and where to go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from actions.runs import ActionRun, RunState
from admin_ui.links import list_of
from core.outbox import Outbox
from core.registry import Registry
from rules.change_requests import ChangeRequest
from rules.incidents import Incident
from rules.rule_sets import RuleSet
from rules.switches import Switch

MOST = 10_000


@dataclass(frozen=True)
class Reason:
    """Why something waits for a person; `waiting` are its rows, `where` the page of them."""

    title: Any
    waiting: Callable[[], QuerySet[Any]]
    where: Callable[[], str]


reasons: Registry[Reason] = Registry("reason to call a person")


def count(rows: QuerySet[Any]) -> str:
    """How many rows there are, as text; never counts beyond MOST."""
    found = rows.order_by()[: MOST + 1].count()
    return f"{MOST}+" if found > MOST else str(found)


def waiting() -> list[tuple[Reason, str]]:
    """Every reason with its count."""
    return [(reason, count(reason.waiting())) for reason in reasons]


def _on(anchor: str) -> Callable[[], str]:
    return lambda: f"{reverse('needs-a-person')}#{anchor}"


reasons.add("1", Reason(_("Dead letters"), lambda: ActionRun.objects.filter(state=RunState.DEAD), _on("dead")))
reasons.add("2", Reason(_("Undecided events held"), lambda: Outbox.objects.filter(held=True), _on("undecided")))
reasons.add(
    "3",
    Reason(
        _("Approvals waiting"),
        lambda: ChangeRequest.objects.filter(state="checked", needed__gt=0),
        lambda: f"{list_of(ChangeRequest)}?state__exact=checked",
    ),
)
reasons.add("4", Reason(_("Switched off"), Switch.objects.all, _on("stopped")))
reasons.add("5", Reason(_("Sets in conflict"), lambda: RuleSet.objects.exclude(stays_on=None), _on("conflicts")))
reasons.add("6", Reason(_("Incidents"), Incident.objects.all, _on("incidents")))
