"""Domain operations: what is asked of a registrar, and what it makes of the domain when it is done."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock
from core.catalog import Fact, Kind
from core.declare import Declaration, StateField, guard, transition
from core.errors import Blocked
from core.machine import Machine, change, lock, perform, record
from state_machines import columns
from state_machines.domains import Domain
from state_machines.periods import months_later
from state_machines.provisioning_tasks import CODE

KINDS = {
    "register": pgettext_lazy("domain_operation", "register"),
    "renew": _("renew"),
    "transfer_in": _("transfer to us"),
    "transfer_out": _("transfer away"),
    "update": _("update"),
}
FROM = {  # the states of the domain in which an operation may be done
    "register": ("pending",),
    "renew": ("active", "expired"),
    "transfer_in": ("transfer_in",),
    "transfer_out": ("transfer_out",),
    "update": ("active", "suspended"),
}


def why_not(operation: DomainOperation, state: str) -> str | None:
    """None, or why the operation does not fit a domain in this state."""
    if state in FROM[operation.kind]:
        return None
    return gettext("domain %(id)s is %(state)s, which does not fit the operation %(kind)s") % {
        "id": operation.domain_id,
        "state": state,
        "kind": operation.kind,
    }


@guard("domain_operation.fits_the_domain", _("the domain is in a state for it"))
def fits_the_domain(operation: DomainOperation, **_given: Any) -> str | None:
    return why_not(operation, operation.domain.state)


class DomainOperation(Machine):
    """`years` matter for registering and renewing; `key` is unique, so that one period is renewed once."""

    state = StateField(
        {
            "pending": _("pending"),
            "submitted": pgettext_lazy("domain_operation", "submitted"),
            "completed": _("completed"),
            "failed": _("failed"),
        },
        verbose_name=_("state"),
    )
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="operations", verbose_name=_("domain"))
    kind = models.CharField(_("kind"), max_length=20, choices=list(KINDS.items()))
    years = models.PositiveSmallIntegerField(
        _("years"), default=1, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    key = models.CharField(
        _("key"), max_length=100, null=True, blank=True, unique=True, help_text=_("such as renew:17:2027")
    )
    registrar_id_there = columns.code(_("registrar's id"), max_length=100)
    failure_code = columns.code(_("failure code"), editable=False)
    created_at = columns.born()
    finished_at = columns.moment(_("finished at"), editable=False)

    machine = Declaration(
        noun="domain_operation",
        title=_("domain operation"),
        facts=(
            Fact("kind", Kind.TEXT, title=_("kind"), choices=tuple(KINDS)),
            Fact("years", Kind.INTEGER, title=_("years")),
            columns.code_fact("failure_code", _("failure code"), optional=True),
            columns.moment_fact("created_at", _("created at")),
            columns.moment_fact("finished_at", _("finished at")),
        ),
        related={"customer": "domain.customer", "domain": "domain"},
        links={"domain": "operations"},
        terminal=("completed", "failed"),
        recorded=("domain", "key"),
        rank=63,
    )

    class Meta:
        verbose_name = _("domain operation")
        verbose_name_plural = _("domain operations")

    @transition(source="pending", target="submitted", event="domain_operation.submitted", title=_("take as submitted"))
    def mark_submitted(self) -> None:
        """The registrar has it."""

    @transition(
        source=("pending", "submitted"),
        target="completed",
        event="domain_operation.completed",
        title=_("take as completed"),
        guards=(fits_the_domain,),
    )
    def mark_completed(self) -> None:
        """The domain follows in the same transaction: registered, renewed by its years, or transferred."""
        self.finished_at = clock.now()
        domain = self.domain = lock(Domain, self.domain_id)
        if reason := why_not(self, domain.state):
            raise Blocked(ref=self.ref, transition="mark_completed", reason=reason)
        if self.kind in ("register", "renew"):
            known = domain.expires_at if self.kind == "renew" else None
            until = months_later(known or self.finished_at, 12 * self.years, UTC)
            change(domain, event="domain.renewed" if self.kind == "renew" else None, expires_at=until)
        if self.kind in ("register", "transfer_in") or domain.state == "expired":
            perform(domain, "activate")
        if self.kind == "register":
            record(domain, "domain.registered")
        if self.kind == "transfer_out":
            perform(domain, "complete_transfer_out")

    @transition(
        source=("pending", "submitted"),
        target="failed",
        event="domain_operation.failed",
        title=_("take as failed"),
        arguments=CODE,
    )
    def mark_failed(self, code: str = "unknown") -> None:
        self.finished_at, self.failure_code = clock.now(), code
