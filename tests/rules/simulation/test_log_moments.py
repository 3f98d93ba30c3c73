"""Rules of time are held against history by derived moments, never by those that the clock recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from rules.simulation.beside import beside
from tests.rules.simulation.made import BEGIN, backtest_of, event, live, store

pytestmark = pytest.mark.django_db


def _remind(days: str, at: str | None = None) -> dict[str, Any]:
    when = {"date": "invoice.due_at", "offset": {"param": "days"}} | ({"at": at} if at else {})
    rule = {
        "key": "remind", "when": when, "if": {"fact": "invoice.state", "op": "eq", "value": "issued"},
        "then": [{"do": "notify.email", "with": {"amount": {"fact": "invoice.total"}}}],
    }  # fmt: skip
    return {"set": "house", "params": {"days": {"type": ["duration"], "default": [days]}}, "rules": [rule]}


def _invoice(number: int, due: int, paid: float | None) -> list[dict[str, Any]]:
    """An invoice due on a day, paid on a day, with a moment of the clock seven days after its due date."""
    facts = {
        "state": "issued", "due_at": (BEGIN + timedelta(days=due)).isoformat(), "total": {"minor": 1000, "currency": "RON"}
    }  # fmt: skip
    subject, customer = f"invoice:{number}", f"customer:{number}"
    found = [event(0, "invoice.issued", subject, 0, facts={"invoice": facts}, customer=customer)]
    if paid is None or paid > due + 7:
        moment = {"invoice": facts, "moment": {"rule": "remind", "base": facts["due_at"], "number": 1, "offset": "7d"}}
        found.append(event(1, "moment.due", subject, due + 7, facts=moment, customer=customer))
    if paid is not None:
        settled = {"invoice": facts | {"state": "paid"}}
        found.append(event(2, "invoice.paid", subject, paid, facts=settled, customer=customer))
    return [one | {"id": f"{subject}/{one['id']}"} for one in found]


def test_seven_days_made_five_show_the_shift_as_a_hand_count_does() -> None:
    live(_remind("7d"))
    # due on day 10: reminded on day 17, and by the draft on day 15
    histories = {1: None, 2: 12.0, 3: 16.0, 4: 18.0, 5: 15.5}
    store([one for number, paid in histories.items() for one in _invoice(number, 10, paid)])
    found = backtest_of(_remind("5d"), BEGIN, BEGIN + timedelta(days=40)).result
    (remind,) = found["rules"]
    assert (remind["moved"], remind["newly"], remind["no_longer"]) == (
        2,
        2,
        0,
    )  # 1 and 4 move; 3 and 5 were paid by then
    assert (remind["live"], remind["draft"]) == (2, 4)
    moved = {one["subject"]: (one["was"], one["at"]) for one in remind["listed"]["moved"]}
    day = [(BEGIN + timedelta(days=n)).isoformat() for n in (17, 15)]
    assert moved == {"invoice:1": tuple(day), "invoice:4": tuple(day)}
    assert found["actions"] == [
        {"action": "notify.email", "more": 2, "fewer": 0, "unknown": 0,
         "money": [{"currency": "RON", "more": 2000, "fewer": 0}]},
    ]  # fmt: skip


def test_moments_beyond_the_stretch_are_left_out() -> None:
    live(_remind("7d"))
    store([one for number in range(3) for one in _invoice(number, 10 + number, None)])
    found = backtest_of(_remind("5d"), BEGIN, BEGIN + timedelta(days=16)).result
    (remind,) = found["rules"]
    assert (remind["live"], remind["draft"], remind["newly"]) == (0, 1, 1)


def test_a_schedule_made_daily_acts_newly() -> None:
    rule = {"key": "tell", "when": {"schedule": "0 8 * * 1"}, "then": [{"do": "ticket.open"}]}
    live({"set": "house", "rules": [rule]})
    store(_invoice(1, 1, None))
    draft = {"set": "house", "rules": [rule | {"when": {"schedule": "0 8 * * *"}}]}
    (tell,) = backtest_of(draft, BEGIN, BEGIN + timedelta(days=14)).result["rules"]
    assert (tell["live"], tell["newly"], tell["no_longer"]) == (2, 12, 0)


def test_a_schedule_over_objects_meets_those_in_its_states() -> None:
    when = {"schedule": "0 12 * * *", "each": "invoice", "in": ["issued"]}
    rule = {"key": "chase", "when": when, "then": [{"do": "ticket.open"}]}
    live({"set": "house", "rules": [rule]})
    gone = event(3, "invoice.deleted", "invoice:2", 4, facts={"invoice": {"state": "issued"}}, customer="customer:2")
    store([*_invoice(1, 1, 3), *_invoice(2, 30, None)[:1], gone])
    draft = {"set": "house", "rules": [rule | {"when": when | {"schedule": "0 12 * * 4,5,6,0"}}]}
    (chase,) = backtest_of(draft, BEGIN, BEGIN + timedelta(days=10)).result["rules"]
    # noons of the 1st to the 3rd until it is paid, and to the 4th until it is deleted; the 1st is a Thursday
    assert (chase["live"], chase["draft"], chase["no_longer"]) == (7, 7, 0)
    draft = {"set": "house", "rules": [rule | {"when": when | {"in": ["paid"]}}]}
    (chase,) = backtest_of(draft, BEGIN, BEGIN + timedelta(days=10)).result["rules"]
    assert (chase["live"], chase["draft"], chase["newly"], chase["no_longer"]) == (7, 7, 7, 7)


def test_once_of_a_moment_sees_nothing_later_than_the_moment() -> None:
    live(_remind("7d"))
    draft = _remind("7d")
    draft["params"]["days"]["default"] = ["1d", "3d", "5d"]
    draft["rules"][0]["once"] = {"per": "subject", "again_after": "invoice.viewed"}
    viewed = event(1, "invoice.viewed", "invoice:1", 14, facts={}, customer="customer:1")
    viewed["facts"] = _invoice(1, 10, None)[0]["facts"]
    store([_invoice(1, 10, None)[0], viewed])
    (remind,) = backtest_of(draft, BEGIN, BEGIN + timedelta(days=40)).result["rules"]
    assert (remind["live"], remind["draft"]) == (1, 2)  # on day 11, and on day 15 as it was viewed on day 14


def test_a_moment_sees_other_objects_as_they_were_by_then() -> None:
    live(_remind("7d"))
    first, second = (_invoice(number, 10, None)[0] for number in (1, 2))
    for number, one in enumerate((first, second), 1):
        one["facts"]["customer"] = {"ref": f"customer:{number}", "tags": []}
    patient = {"customer": {"ref": "customer:1", "tags": ["patient"]}}
    changed = event(5, "customer.updated", "customer:1", 16, facts=patient, customer="customer:1")
    store([first, second, changed])
    draft = _remind("7d")
    spared = {"not": {"fact": "customer.tags", "op": "contains", "value": "patient"}}
    draft["rules"][0]["if"] = {"all": [draft["rules"][0]["if"], spared]}
    mine = backtest_of(draft, BEGIN, BEGIN + timedelta(days=40))
    (remind,) = mine.result["rules"]
    assert [one["subject"] for one in remind["listed"]["no_longer"]] == ["invoice:1"]
    ((_left, right),) = beside(mine, remind["listed"]["no_longer"][0]["id"]).pairs("remind")
    assert right is not None
    assert right.outcome == "not_acted"


def test_a_moment_that_moved_is_proved_on_both_sides() -> None:
    live(_remind("7d"))
    store([*_invoice(1, 10, None), *_invoice(3, 10, 16.0)])
    mine = backtest_of(_remind("5d"), BEGIN, BEGIN + timedelta(days=40))
    listed = mine.result["rules"][0]["listed"]
    ((left, right),) = beside(mine, listed["moved"][0]["id"]).pairs("remind")
    assert left is not None
    assert right is not None
    assert (left.outcome, right.outcome) == ("acted", "acted")
    ((left, right),) = beside(mine, listed["newly"][0]["id"]).pairs()
    assert left is not None
    assert left.why == 'invoice.state was "paid", needs "issued"'
    assert right is not None
    assert right.outcome == "acted"
