"""What a replay must come to, counted from the file alone: knows no machine, no rule, no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fines.replay import chunks, minor

APPEAL = "appeal_opened appeal_sent appeal_decided appeal_notified judge_appeal"
MOVES = {
    "send_fine": ("sent", "created paid_part appeal_opened appeal_sent"),
    "insert_fine_notification": ("notified", "sent paid_part appeal_opened"),
    "add_penalty": ("penalized", f"notified paid_part {APPEAL}"),
    "payment": ("paid_part", f"created sent notified penalized paid_part {APPEAL}"),
    "send_for_credit_collection": ("in_collection", "penalized paid_part appeal_notified judge_appeal appeal_sent"),
    "insert_date_appeal_to_prefecture": ("appeal_opened", "notified penalized sent created paid_part judge_appeal"),
    "send_appeal_to_prefecture": ("appeal_sent", "penalized appeal_opened notified"),
    "receive_result_appeal_from_prefecture": ("appeal_decided", "appeal_sent penalized appeal_opened"),
    "notify_result_appeal_to_offender": ("appeal_notified", "appeal_decided penalized"),
    "appeal_to_judge": ("judge_appeal", "notified penalized appeal_notified"),
}


@dataclass
class Counted:
    """The expected end: performed and refused events, letters by kind, settlings done and skipped, fines by state."""

    performed: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    letters: Counter[str] = field(default_factory=Counter)
    settled: int = 0
    not_settled: int = 0
    states: Counter[str] = field(default_factory=Counter)


def count(events: list[Mapping[str, Any]]) -> Counted:
    """Walk the events in the order of the replay, with a plain dictionary per fine."""
    found = Counted()
    fines: dict[str, dict[str, Any]] = {}
    for chunk in chunks(events):
        paid_off = [fine for event in chunk if (fine := _step(event, fines, found)) is not None]
        for fine in paid_off:
            if fine["state"] == "paid_part" and _outstanding(fine) <= 0:
                fine["state"] = "settled"
                found.settled += 1
            else:
                found.not_settled += 1
    found.states = Counter(fine["state"] for fine in fines.values())
    return found


def _step(event: Mapping[str, Any], fines: dict[str, dict[str, Any]], found: Counted) -> dict[str, Any] | None:
    name, facts = event["type"].removeprefix("fine."), event["facts"]
    if name == "create_fine":
        fines[event["subject"]] = {"state": "created", "amount": minor(facts["amount"]), "expense": 0, "paid": 0}
        found.performed[name] += 1
        return None
    fine = fines[event["subject"]]
    target, sources = MOVES[name]
    if fine["state"] not in sources.split():
        found.refused[f"{name} while {fine['state']}"] += 1
        return None
    found.performed[name] += 1
    fine["state"] = target
    if name == "send_fine":
        fine["expense"] = minor(facts["expense"])
    if name == "add_penalty":
        fine["amount"] = minor(facts["amount"])
        found.letters["penalty"] += _outstanding(fine) > 0 and fine["paid"] == 0
    if name == "send_for_credit_collection":
        found.letters["dossier"] += _outstanding(fine) >= 100_00
    if name == "payment":
        fine["paid"] += minor(facts["paymentAmount"])
        found.letters["refund"] += _outstanding(fine) < 0
        return fine if _outstanding(fine) <= 0 else None
    return None


def _outstanding(fine: Mapping[str, int]) -> int:
    return fine["amount"] + fine["expense"] - fine["paid"]
