"""The real log of traffic fines, replayed through a user's own machine with four dunning rules."""

from __future__ import annotations

import pytest

from core.history_file import read_history
from tests.fines.compare import differences, put_rules_in_force
from tests.fines.count import count
from tests.fines.replay import chosen, replay
from tests.kit import work


@pytest.mark.django_db
def test_a_fixed_tenth_of_the_cases_ends_as_counted_from_the_file(shared) -> None:
    events = chosen(read_history(shared / "data/history/fines.jsonl.gz"), tenth=True)
    put_rules_in_force()
    expected = count(events)
    found = replay(events, work)
    assert differences(found, expected) == []
    assert len(events) > 10_000
    assert min(expected.letters[kind] for kind in ("penalty", "refund", "dossier")) > 10
    assert expected.settled > 500
    assert sum(expected.refused.values()) > 0, "the noise of the real log is in it"
