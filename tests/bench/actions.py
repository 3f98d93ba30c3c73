"""One internal action that writes one row."""

from __future__ import annotations

from actions.declare import Call, action
from actions.outcome import Done, Outcome
from tests.bench.models import Noted


@action("bench.note", title="Note", sentence="Write one row")
def note(call: Call) -> Outcome:
    Noted.objects.create(key=call.key)
    return Done("noted")
