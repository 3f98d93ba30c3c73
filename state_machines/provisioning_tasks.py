"""Provisioning tasks: what is to be done on a panel or a server for a service, with its tries."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.catalog import Fact, Kind
from core.declare import Declaration, StateField, guard, transition
from core.machine import Machine
from state_machines import columns
from state_machines.services import Service

KINDS = {
    "create": _("create"),
    "suspend": _("suspend"),
    "unsuspend": _("lift the suspension"),
    "terminate": _("terminate"),
    "update": _("update"),
    "backup": _("backup"),
}
CODE: dict[str, Any] = {"code": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$", "maxLength": 60}}


@guard("provisioning_task.has_tries_left", _("it has tries left"))
def has_tries_left(task: ProvisioningTask, **_given: Any) -> str | None:
    if task.retry_count < task.max_retries:
        return None
    return gettext("provisioning task %(id)s has used all of its %(count)s retries") % {
        "id": task.pk,
        "count": task.max_retries,
    }


class ProvisioningTask(Machine):
    """One piece of work for a service. `failure_code` is the panel's code of the newest failure."""

    state = StateField(
        {
            "pending": _("pending"),
            "running": _("running"),
            "completed": _("completed"),
            "failed": _("failed"),
            "retrying": _("waiting for the next try"),
        },
        verbose_name=_("state"),
    )
    service = models.ForeignKey(Service, models.PROTECT, related_name="tasks", verbose_name=_("service"))
    kind = models.CharField(_("kind"), max_length=20, choices=list(KINDS.items()), default="create")
    retry_count = models.PositiveSmallIntegerField(_("retries"), default=0, editable=False)
    max_retries = models.PositiveSmallIntegerField(_("most retries"), default=3, validators=[MaxValueValidator(100)])
    failure_code = columns.code(_("failure code"), editable=False)
    created_at = columns.born()
    started_at = columns.moment(_("started at"), editable=False)
    finished_at = columns.moment(_("finished at"), editable=False)

    machine = Declaration(
        noun="provisioning_task",
        title=_("provisioning task"),
        facts=(
            Fact("kind", Kind.TEXT, title=_("kind"), choices=tuple(KINDS)),
            Fact("retry_count", Kind.INTEGER, title=_("retries")),
            Fact("max_retries", Kind.INTEGER, title=_("most retries")),
            columns.code_fact("failure_code", _("failure code"), optional=True),
            columns.moment_fact("created_at", _("created at")),
            columns.moment_fact("started_at", _("started at")),
            columns.moment_fact("finished_at", _("finished at")),
        ),
        related={"customer": "service.customer", "service": "service"},
        links={"service": "tasks"},
        terminal=("completed",),
        recorded=("service",),
        rank=62,
        edits=("max_retries",),
    )

    class Meta:
        verbose_name = _("provisioning task")
        verbose_name_plural = _("provisioning tasks")

    @transition(source=("pending", "retrying"), target="running", event="provisioning_task.started", title=_("start"))
    def start(self) -> None:
        self.started_at, self.finished_at, self.failure_code = clock.now(), None, ""

    @transition(source="running", target="completed", event="provisioning_task.completed", title=_("complete"))
    def complete(self) -> None:
        self.finished_at = clock.now()

    @transition(source="running", target="failed", event="provisioning_task.failed", title=_("fail"), arguments=CODE)
    def fail(self, code: str = "unknown") -> None:
        self.finished_at, self.failure_code = clock.now(), code

    @transition(
        source="failed",
        target="retrying",
        event="provisioning_task.retried",
        title=_("try again"),
        guards=(has_tries_left,),
    )
    def retry(self) -> None:
        self.retry_count += 1
