"""The event of a moment: what the clock records when one is due."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core import catalog
from core.catalog import EventType, Fact, Kind
from rules.timing import MOMENT_DUE

catalog.event_types.add(
    MOMENT_DUE,
    EventType(
        MOMENT_DUE,
        _("a moment of a rule"),
        facts=(Fact("moment", Kind.ANY, title=_("which moment of which rule")),),
        internal=True,
    ),
)
