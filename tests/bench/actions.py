"""One internal action that writes one row; by a plain statement, for its own cost is not what is measured."""

from __future__ import annotations

from django.db import connection

from actions.declare import Call, action
from actions.outcome import Done, Outcome


@action("bench.note", title="Note", sentence="Write one row")
def note(call: Call) -> Outcome:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_noted (key) VALUES (%s)", [call.key])
    return Done("noted")
