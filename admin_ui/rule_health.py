"""How rules fare: what each did in 30 days, and what about it needs a look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from actions.tallying import DIED_BY_RULE
from admin_ui.charts import spark
from admin_ui.rule_rows import Row
from core import clock
from core.tallies import since
from rules.incidents import Incident
from rules.kinds import as_moment
from rules.switches import off, why_off
from rules.tallying import ACTED, HELD

DAYS = 30


@dataclass(frozen=True)
class Health:
    """`word` is a tone for the badge with its `title`; `says` why. `rank` sorts what needs attention first."""

    tone: str
    title: str
    says: str
    rank: int


class Healths:
    """Asked once for a page: tallies, switches and incidents."""

    def __init__(self) -> None:
        self.today = clock.today()
        self.days = [self.today - timedelta(days=back) for back in reversed(range(DAYS))]
        self.tallied = since(self.days[0], ACTED, DIED_BY_RULE, HELD)
        self.off = off()
        self.quarantined = set(Incident.objects.values_list("content_hash", flat=True))

    def total(self, kind: str, key: str) -> int:
        return sum(self._by_day(kind, key).values())

    def chart(self, key: str) -> SafeString:
        """The last 30 days of a rule: how often it acted, and what of it died."""
        acted, died = self._by_day(ACTED, key), self._by_day(DIED_BY_RULE, key)
        says = gettext("%(acted)d times in 30 days, %(died)d dead letters") % {
            "acted": sum(acted.values()),
            "died": sum(died.values()),
        }
        return spark(says, [acted.get(day, 0) for day in self.days], [died.get(day, 0) for day in self.days])

    def of(self, row: Row) -> Health:
        """The worst that can be said of a rule."""
        if not row.live:
            return Health("plain", gettext("not live yet"), "", 5)
        if reason := why_off(self.off, row.set, row.key):
            return Health("failed", gettext("off"), reason, 0)
        if row.content_hash in self.quarantined:
            return Health("failed", gettext("incident"), gettext("matchers differ; the reference alone decides"), 1)
        if died := self.total(DIED_BY_RULE, row.key):
            return Health(
                "failed", gettext("failing"), gettext("%(count)d dead letters in 30 days") % {"count": died}, 2
            )
        if (until := _day(row.rule.get("until"))) and until < self.today:
            return Health("unknown", gettext("over"), gettext("it was in force until %(day)s") % {"day": until}, 3)
        if (begins := _day(row.rule.get("from"))) and begins > self.today:
            return Health("plain", gettext("to come"), gettext("it is in force from %(day)s") % {"day": begins}, 6)
        if not self.total(ACTED, row.key):
            return Health("plain", gettext("quiet"), gettext("it did not act in 30 days"), 7)
        return Health("done", gettext("fine"), "", 8)

    def _by_day(self, kind: str, key: str) -> Mapping[date, int]:
        return self.tallied.get((kind, key), {})


def _day(written: object) -> date | None:
    found = as_moment(written)
    return clock.day_of(found) if isinstance(found, datetime) else found
