"""Rule sets and their versions. A version is frozen and content-hashed when it is published, and never changes again."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.catalog import Fact, Kind
from core.declare import Declaration, StateField, guard, transition
from core.machine import Machine
from core.permission import APPROVER, AUTHOR
from core.said_fields import SentencesField

HOUSE = "house"


class RuleSet(models.Model):
    """The rules of the house, or the changes to them of a segment or of one customer. `live` is the version that decides now.

    Its row is read FOR SHARE by whoever decides, and locked FOR UPDATE by whoever publishes. Where an overlay does not
    fit the newest house rules, its customers stay on the version `stays_on` of the house until somebody settles the
    `conflicts`, which are sentences. A customer's overlay that does not fit the newest rules of the segment `stays_in` stays
    on the version `stays_on_segment` of that, or on the house alone where it had none before.
    """

    key = models.CharField(_("set"), max_length=100, unique=True)
    live = models.ForeignKey(
        "RuleSetVersion", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("live version")
    )

    stays_on = models.ForeignKey(
        "RuleSetVersion", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("stays on version")
    )
    stays_in = models.CharField(_("stays on a former version of"), max_length=100, default="", blank=True)
    stays_on_segment = models.ForeignKey(
        "RuleSetVersion", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("stays on version of the segment"),
    )  # fmt: skip
    conflicts = SentencesField(_("conflicts"), default=list)
    conflict_since = models.DateTimeField(_("in conflict since"), null=True)

    class Meta:
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")
        ordering = ("key",)

    def __str__(self) -> str:
        return self.key


@guard("rule_set_version.decides", _("it is the version of its set that decides"))
def decides(version: RuleSetVersion, **_arguments: object) -> str | None:
    if version.rule_set.live_id == version.pk:
        return None
    return "a version goes live by publishing a change request, and by nothing else"


@guard("rule_set_version.was_replaced", _("another version decides in its place"))
def was_replaced(version: RuleSetVersion, **_arguments: object) -> str | None:
    if version.rule_set.live_id != version.pk:
        return None
    return "it decides now; publish another version in its place"


class RuleSetVersion(Machine):
    """One publication of a rule set. `text` is the YAML as it was written, `document` the same as data."""

    state = StateField({"draft": _("draft"), "live": _("live"), "retired": _("retired")})
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="versions", verbose_name=_("rule set"))
    number = models.PositiveIntegerField(_("number"))
    text = models.TextField(_("text"))
    document = models.JSONField(_("document"))
    content_hash = models.CharField(_("content hash"), max_length=64, db_index=True)

    machine = Declaration(
        noun="rule_set_version",
        title=_("rule set version"),
        facts=(
            Fact("number", Kind.INTEGER),
            Fact("content_hash", Kind.TEXT, free_of_persons=True),
            Fact("set", Kind.TEXT, free_of_persons=True, read=lambda row: row.rule_set.key),
        ),
        sealed=("rule_set", "number", "text", "document", "content_hash"),
        terminal=("retired",),
        rank=200,
        edits=(),
        created_by_doors=False,
    )

    class Meta:
        verbose_name = _("rule set version")
        verbose_name_plural = _("rule set versions")
        constraints = [models.UniqueConstraint(fields=["rule_set", "number"], name="version_number")]

    def __str__(self) -> str:
        return f"{self.rule_set.key} v{self.number}"

    @transition(
        source="draft",
        target="live",
        event="rule_set_version.published",
        title=_("publish"),
        guards=(decides,),
        roles=(AUTHOR, APPROVER),
    )
    def publish(self) -> None:
        """It decides from the next event on."""

    @transition(
        source="live",
        target="retired",
        event="rule_set_version.retired",
        title=_("retire"),
        guards=(was_replaced,),
        roles=(AUTHOR, APPROVER),
    )
    def retire(self) -> None:
        """Another version took its place."""
