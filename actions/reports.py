"""Reports: figures of a day or a month, made once, kept, and downloaded by staff as a file for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from actions.declare import Call, action
from actions.outcome import Done, Outcome, Skipped
from actions.report_figures import Cells, Span, day_until, month_before, of_day, of_taxes
from core import clock
from core.events import Event
from rules.deriving import due_in

KINDS = {"daily": _("daily report"), "tax": _("tax report")}
_MADE: dict[str, tuple[Callable[[datetime], Span], Callable[[Span], Iterable[Cells]]]] = {
    "daily": (day_until, of_day),
    "tax": (month_before, of_taxes),
}


class Report(models.Model):
    """What happened after `since` and by `until`, as CSV with a line of headings. Codes and figures, never a name."""

    kind = models.CharField(_("kind"), max_length=20, choices=list(KINDS.items()))
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))
    made_at = models.DateTimeField(_("made at"))
    content = models.TextField(_("content"))

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [models.UniqueConstraint(fields=["kind", "until"], name="report_once")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def ref(self) -> str:
        return f"report:{self.pk}"

    @property
    def file_name(self) -> str:
        return f"{self.kind}-{clock.day_of(self.until)}.csv"


def make(kind: str, moment: datetime) -> Report | None:
    """The report of the day or month that a moment asks for; None where it is there already."""
    span_of, figures_of = _MADE[kind]
    span = span_of(moment)
    if Report.objects.filter(kind=kind, until=span.until).exists():
        return None
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(figures_of(span))
    given = {"since": span.since, "until": span.until, "made_at": clock.now(), "content": file.getvalue()}
    return Report.objects.create(kind=kind, **given)


@action(
    "report.make",
    title=_("Make a report"),
    sentence=_("Make the {kind} report"),
    parameters={"kind": {"type": "string", "enum": list(KINDS)}},
    required=("kind",),
    queue="reports",
    timeout_seconds=600,
)
def make_report(call: Call, kind: str) -> Outcome:
    """Of the day that ends when its event was due, or of the month before that day: a late report has the same figures."""
    event = Event.objects.get(pk=call.event_id)
    made = make(kind, due_in(event.type, event.facts) or event.at)
    if made is None:
        return Skipped(f"there is a {kind} report of this time already")
    return Done(f"{made.file_name} is made")
