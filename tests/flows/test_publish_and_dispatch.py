"""Publishing and deciding at once: every decision names a version that was live at that moment."""

from __future__ import annotations

import re
from functools import partial
from itertools import count

import pytest

from actions.dispatch import dispatch_all
from core.events import Event
from rules import editing, publish
from rules.decisions import Decision
from rules.editing import begin, edit
from rules.publish import publish_now, publish_text
from rules.rule_sets import HOUSE, RuleSet, RuleSetVersion
from tests.kit import a_fine
from tests.parallel import at_once

PUBLISHERS, DISPATCHERS, EACH = 3, 5, 25
RULES = [f"- {{key: r{who}, title: first, when: fine.created, then: [{{do: test.note}}]}}" for who in range(PUBLISHERS)]
TEXT = "\n".join(["set: house", "rules:", *RULES, ""])


def publish_mine(who: int, lap: int) -> None:
    """Change a rule that nobody else changes, over whatever is live."""
    made = begin(HOUSE, title="t")
    while True:
        text, seen = re.sub(f"(key: r{who}, title:) [^,]+", rf"\1 lap {lap}", made.text), made.changed_at.isoformat()
        try:
            publish_now(edit(made, text=text, seen=seen))
        except editing.EditedMeanwhile:  # it was brought over what another published just now
            made.refresh_from_db()
        else:
            return


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("tries", [0, editing.TRIES], ids=lambda tries: f"{tries} tries before others wait")
def test_every_decision_names_a_version_that_was_live_at_that_moment(
    tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editing, "TRIES", tries)
    monkeypatch.setattr(publish, "TRIES", tries)
    numbers = count()
    publish_text(HOUSE, TEXT, title="t")
    dispatch_all()

    def publish_often(who: int) -> int:
        for lap in range(EACH):
            publish_mine(who, lap)
        return EACH

    def dispatch_often(who: int) -> int:
        decided = 0
        for lap in range(EACH):
            a_fine(case=f"{who}/{lap}/{next(numbers)}")
            decided += dispatch_all()
        return decided

    acts = [partial(publish_often, who) for who in range(PUBLISHERS)]
    acts += [partial(dispatch_often, who) for who in range(DISPATCHERS)]
    done = at_once(*acts)
    assert not [found for found in done if isinstance(found, Exception)], done
    dispatch_all()

    lived = {}
    for version in RuleSetVersion.objects.all():
        ended = Event.objects.filter(subject=version.ref, type="rule_set_version.retired").first()
        began = Event.objects.get(subject=version.ref, type="rule_set_version.published")
        lived[version.content_hash] = began.at, ended.at if ended else None
    assert len(lived) == PUBLISHERS * EACH + 1
    live = RuleSet.objects.get(key=HOUSE).live
    assert live is not None
    assert live.text.count(f"lap {EACH - 1},") == PUBLISHERS, "somebody's change was lost"
    decisions = Decision.objects.exclude(house="")
    for decision in decisions:
        began, ended = lived[decision.house]
        assert began <= decision.at, "decided by a version that was not live yet"
        assert ended is None or decision.at <= ended, "decided by a version that was live no more"
    fines = Event.objects.filter(type="fine.created").values_list("pk", flat=True)
    assert len(fines) == DISPATCHERS * EACH
    found = {decision.event_id: decision.rules for decision in decisions}
    assert [found.get(key) for key in fines] == [["r0", "r1", "r2"]] * len(fines), (
        "no event was decided without the house rules"
    )
