"""Action runs: one row per execution that rules asked for, with its attempts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.bells import QUEUES
from core.erasing import erasable


class RunState(models.TextChoices):
    """Where a run is. A run that waits for its time is `ready` with a due time ahead."""

    WAITING = "waiting", _("waiting for another step")
    ASKING = "asking", _("waiting for a yes")
    READY = "ready", _("ready")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    SKIPPED = "skipped", _("skipped")
    DEAD = "dead", _("dead letter")
    CANCELLED = "cancelled", _("cancelled")


class ActionRun(models.Model):
    """One execution of an action. `key` is its idempotency key: event, rule, action id, row.

    `row` is the reference of the related object that it is for, where the rule has a step for each.
    `lease` names the attempt that holds a running external run until `lease_until`; `unless` is the condition that stops
    it, asked of the newest facts of `subject`. `needs` is the key of the run that must be done before. `problem` is what was wrong with the plan already, in words. `ask` is {"role", "within", "hours"} of a step that a person
    must say yes to before `ask_until`; `answer` {"answer": yes, no or silence, "by", "at"}.
    """

    key = models.CharField(_("idempotency key"), max_length=340)
    event_id = models.BigIntegerField(_("event"), db_index=True)
    subject = models.CharField(_("subject"), max_length=100)
    customer = models.CharField(_("customer"), max_length=100, default="")
    rule_set = models.CharField(_("rule set"), max_length=100)
    rule = models.CharField(_("rule"), max_length=100)
    version = models.CharField(_("rule set version"), max_length=64)
    item = models.CharField(_("step"), max_length=100)
    row = models.CharField(_("row"), max_length=100, default="")
    action = models.CharField(_("action"), max_length=100)
    target = models.CharField(_("target"), max_length=100)
    arguments = models.JSONField(_("arguments"), default=dict)
    queue = models.CharField(_("queue"), max_length=10, choices=[(name, name) for name in QUEUES])
    state = models.CharField(_("state"), max_length=10, choices=RunState.choices, default=RunState.READY)
    due_at = models.DateTimeField(_("due at"))
    unless = models.JSONField(_("unless"), null=True)
    params = models.JSONField(_("parameters of the rule set"), default=dict)
    uses_once = models.BooleanField(default=False)
    ask = models.JSONField(_("asked of"), null=True)
    ask_until = models.DateTimeField(_("silence is no from"), null=True)
    answer = models.JSONField(_("answer"), null=True)
    needs = models.CharField(_("needs"), max_length=340, default="")
    if_refused_skip = models.BooleanField(_("a refusal is a skip"), default=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    problem = models.TextField(_("problem of the plan"), default="")
    spent = models.PositiveSmallIntegerField(_("attempts before the last redrive"), default=0)
    deaths = models.PositiveSmallIntegerField(_("deaths"), default=0)
    lease = models.CharField(max_length=32, default="")
    lease_until = models.DateTimeField(null=True)
    said = models.TextField(_("outcome"), default="")
    finished_at = models.DateTimeField(_("finished at"), null=True)
    correlation = models.CharField(max_length=32)
    depth = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("action run")
        verbose_name_plural = _("action runs")
        indexes = [
            models.Index(fields=["queue", "due_at", "id"], name="run_due", condition=models.Q(state="ready")),
            models.Index(fields=["lease_until"], name="run_lease", condition=models.Q(state="running")),
            models.Index(
                fields=["subject"],
                name="run_unless",
                condition=models.Q(state__in=["ready", "waiting", "asking"], unless__isnull=False),
            ),
            models.Index(fields=["ask_until"], name="run_ask", condition=models.Q(state="asking")),
            models.Index(fields=["-id"], name="run_answer", condition=models.Q(answer__isnull=False)),
            models.Index(fields=["needs"], name="run_needs", condition=models.Q(state="waiting")),
            models.Index(fields=["state", "-id"], name="run_state", condition=~models.Q(state="done")),
        ]
        constraints = [models.UniqueConstraint(fields=["key"], name="run_key")]

    def __str__(self) -> str:
        return f"{self.action} {self.target}"

    @property
    def ref(self) -> str:
        return f"action_run:{self.pk}"


class Attempt(models.Model):
    """One try of a run. `ended` is the outcome's name, `lost` where its worker went silent, empty while it runs."""

    run = models.ForeignKey(ActionRun, models.CASCADE, related_name="tries", db_index=False)  # attempt_number serves it
    number = models.PositiveSmallIntegerField(_("number"))
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    ended = models.CharField(_("ended"), max_length=10, default="")
    reason = models.TextField(_("reason"), default="")

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="attempt_number")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number}"


class AttemptDetail(models.Model):
    """What was sent and answered. It may identify a person, so it is erasable."""

    attempt_id = models.BigIntegerField(primary_key=True)
    request = models.JSONField(_("request"), null=True)
    answer = models.JSONField(_("answer"), null=True)

    class Meta:
        verbose_name = _("attempt detail")
        verbose_name_plural = _("attempt details")


erasable(
    "requests and answers of action runs",
    lambda customer: AttemptDetail.objects.filter(
        attempt_id__in=Attempt.objects.filter(run__customer=customer).values("id")
    ),
)
