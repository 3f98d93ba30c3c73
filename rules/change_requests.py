"""Change requests: edited rules over a base version, from draft through its checks and approvals to a version."""

from __future__ import annotations

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.acting import present
from core.catalog import EventType, Fact, Kind
from core.declare import Declaration, StateField, guard, transition
from core.errors import NotPermitted
from core.machine import Machine, lock
from core.permission import ADMINISTRATOR, APPROVER, AUTHOR
from core.said import said
from core.said_fields import SentenceField, SentencesField
from rules.rule_sets import RuleSet, RuleSetVersion

OPEN = ("draft", "checked", "approved")
WRITERS = (AUTHOR, APPROVER)
WEIGHTS = {
    "light": _("one customer's parameters and exemptions"),
    "parameter": _("values of parameters"),
    "rules": _("the text of rules"),
}


@guard("change_request.was_checked", _("its rules were checked and have no errors"))
def was_checked(request: ChangeRequest, **_arguments: object) -> str | None:
    if not request.fingerprint:
        return said("its rules were not checked as they are now; check them")
    errors = sum(found["severity"] == "error" for found in request.findings)
    return said("its rules have {errors} errors; mend them and check again", errors=errors) if errors else None


@guard("change_request.is_settled", _("no conflict with the live version is open"))
def is_settled(request: ChangeRequest, **_arguments: object) -> str | None:
    count = len(request.conflicts)
    return (
        said("{count} conflicts with the live version are not settled; settle them first", count=count)
        if count
        else None
    )


@guard("change_request.has_its_approvals", _("as many people approve of it as are demanded"))
def has_its_approvals(request: ChangeRequest, **_arguments: object) -> str | None:
    given = request.approvals.filter(fingerprint=request.fingerprint).count()
    return (
        None
        if given >= request.needed
        else said("{needed} approvals are demanded, and it has {given}", needed=request.needed, given=given)
    )


@guard("change_request.has_its_version", _("its rules were frozen as a version"))
def has_its_version(request: ChangeRequest, **_arguments: object) -> str | None:
    return None if request.published_id else said("its rules are no version yet; publish it as a whole")


class ChangeRequest(Machine):
    """Somebody's edited text of a rule set. `base` is the version it was begun from; `published` what became of it.

    What was found when it was last checked: `findings` as data, the `weight` of the change, the number of approvals that
    are `needed`, and the `fingerprint` of its own rules with their findings, to which approvals hold. `tested` is the
    content hash that the activation gate has let through. `conflicts` are sentences; `editors` all who wrote its text.
    """

    state = StateField({
        "draft": _("draft"), "checked": _("checked"), "approved": _("approved"), "published": _("published"),
        "withdrawn": _("withdrawn"),
    })  # fmt: skip
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="change_requests", verbose_name=_("rule set"))
    base = models.ForeignKey(
        RuleSetVersion, models.PROTECT, null=True, related_name="+", verbose_name=_("base version"), editable=False
    )
    text = models.TextField(_("rules (YAML)"), max_length=2_000_000)
    title = models.CharField(_("what it changes"), max_length=200)
    author = models.CharField(_("author"), max_length=100, editable=False)
    editors = models.JSONField(default=list, editable=False)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)
    findings = models.JSONField(_("findings"), default=list, editable=False)
    conflicts = SentencesField(_("conflicts"), default=list, editable=False)
    weight = models.CharField(_("weight"), max_length=10, blank=True, default="", choices=list(WEIGHTS.items()))
    needed = models.PositiveSmallIntegerField(_("approvals demanded"), default=1, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, default="", editable=False)
    tested = models.CharField(max_length=64, blank=True, default="", editable=False)
    reach = models.JSONField(_("what publishing does to what waits"), default=dict, editable=False)
    scheduled_for = models.DateTimeField(_("goes live at"), null=True, blank=True, editable=False)
    scheduled_by = models.CharField(_("scheduled by"), max_length=100, blank=True, default="", editable=False)
    problem = SentenceField(_("why it did not go live"), blank=True, default="", editable=False)
    published = models.OneToOneField(
        RuleSetVersion, models.PROTECT, null=True, related_name="change_request", verbose_name=_("published as"),
        editable=False,
    )  # fmt: skip

    machine = Declaration(
        noun="change_request",
        title=_("change request"),
        facts=(
            Fact("set", Kind.TEXT, title=_("set"), free_of_persons=True, read=lambda row: row.rule_set.key),
            Fact(
                "weight",
                Kind.TEXT,
                title=_("weight"),
                choices=tuple(WEIGHTS),
                optional=True,
                read=lambda row: row.weight or None,
            ),
            Fact("needed", Kind.INTEGER, title=_("approvals demanded"), read=lambda row: row.needed),
        ),
        recorded=("rule_set", "base", "text", "author"),
        events=(
            EventType("change_request.edited", _("change request edited")),
            EventType("change_request.not_published", _("scheduled change request did not go live")),
            EventType("change_request.rebased", _("change request brought over a newer version")),
        ),
        terminal=("published", "withdrawn"),
        rank=190,
        edits=(),
        created_by_doors=False,
    )

    class Meta:
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @transition(
        source=("draft", "checked"), target="checked", event="change_request.checked", title=_("check"),
        guards=(was_checked, is_settled), roles=WRITERS,
    )  # fmt: skip
    def mark_checked(self) -> None:
        """Its rules have no errors, and may be approved."""

    @transition(
        source="checked", target="approved", event="change_request.approved", title=_("approve"),
        guards=(has_its_approvals,), roles=(APPROVER,),
    )  # fmt: skip
    def approve(self) -> None:
        """It may be published."""

    @transition(
        source=("checked", "approved"), target="draft", event="change_request.reopened", title=_("back to draft"),
        roles=WRITERS,
    )  # fmt: skip
    def reopen(self) -> None:
        """Its rules are edited again; approvals of other rules do not hold."""
        self.fingerprint, self.scheduled_for = "", None

    @transition(
        source=("checked", "approved"), target="published", event="change_request.published", title=_("publish"),
        guards=(has_its_version,), roles=WRITERS,
    )  # fmt: skip
    def publish(self) -> None:
        """Its rules decide from the next event on."""

    @transition(source=OPEN, target="withdrawn", event="change_request.withdrawn", title=_("withdraw"), roles=WRITERS)
    def withdraw(self) -> None:
        """Nobody wants it any more."""
        self.scheduled_for = None


class Approval(models.Model):
    """One person's yes to a change request; it holds while the request's own rules and findings are the same."""

    request = models.ForeignKey(ChangeRequest, models.CASCADE, related_name="approvals")
    actor = models.CharField(_("by"), max_length=100)
    at = models.DateTimeField(_("at"))
    fingerprint = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [models.UniqueConstraint(fields=["request", "actor", "fingerprint"], name="approval_once")]

    def __str__(self) -> str:
        return f"{self.actor} {clock.day_of(self.at)}"


def locked(key: int) -> ChangeRequest:
    """The request, read anew and locked, inside the open transaction. Raises ObjectMissing.

    Its rule set comes first, as whoever publishes has it: foreign keys look at it anyway, only later.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            found = "SELECT rule_set_id FROM rules_changerequest WHERE id = %s"
            cursor.execute(f"SELECT 1 FROM rules_ruleset WHERE id = ({found}) FOR KEY SHARE", [key])
    return lock(ChangeRequest, key)


def demand_writer(what: str) -> None:
    """Raise NotPermitted unless the present actor may write rules."""
    actor = present().actor
    if actor.customers is not None or not (actor.unlimited or actor.roles & {*WRITERS, ADMINISTRATOR}):
        raise NotPermitted(actor=actor.ref, what=what)
