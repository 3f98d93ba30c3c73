"""A change request's way to its approval: who may do what, what voids an approval, and what meets a newer version."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import DatabaseError, transaction

from core.errors import Blocked, NotAllowed, NotPermitted
from core.events import Event
from core.machine import perform
from rules.change_requests import ChangeRequest
from rules.editing import EditedMeanwhile, OwnChange, approvals, approve, begin, check, edit, settle
from rules.publish import InConflict, publish, publish_text
from rules.rule_sets import HOUSE
from tests.rules.made_requests import ANA, DAN, EVA, HOUSE_TEXT, ION, MONEY, VIEWER, fresh, request

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house() -> None:
    publish_text(HOUSE, HOUSE_TEXT, title="first")


def checked(text: str, key: str = HOUSE) -> ChangeRequest:
    made = request(text, key)
    assert check(made, actor=ION).errors == []
    return fresh(made)


class TestCheck:
    def test_says_what_is_otherwise_and_what_is_wrong(self) -> None:
        found = check(request(HOUSE_TEXT.replace("default: 7", "default: 5")), actor=ION)
        assert found.said == ('parameter "days": from 7 to 5',)
        assert (found.weight, found.needed, found.errors) == ("parameter", 1, [])

    def test_with_errors_it_stays_a_draft(self) -> None:
        made = request(HOUSE_TEXT.replace("op: gte", "op: above"))
        assert check(made, actor=ION).errors
        made = fresh(made)
        assert made.state == "draft"
        assert made.findings[0]["severity"] == "error"

    def test_the_database_keeps_the_text_from_changing_without_an_event(self) -> None:
        made = checked(HOUSE_TEXT + MONEY)
        with pytest.raises(DatabaseError), transaction.atomic():
            ChangeRequest.objects.filter(pk=made.pk).update(text="set: house")
        assert fresh(made).text == HOUSE_TEXT + MONEY

    def test_an_edit_makes_it_a_draft_again(self) -> None:
        made = edit(checked(HOUSE_TEXT + MONEY), text=HOUSE_TEXT.replace("Note it", "Note"), actor=ION)
        assert (made.state, made.fingerprint) == ("draft", "")
        types = list(Event.objects.filter(subject=made.ref).order_by("sequence").values_list("type", flat=True))
        assert types == [f"change_request.{name}" for name in ("created", "checked", "reopened", "edited")]

    def test_two_editors_do_not_overwrite_each_other(self) -> None:
        made = request(HOUSE_TEXT)
        seen = made.changed_at.isoformat()
        edit(made, text=HOUSE_TEXT + MONEY, seen=seen, actor=ION)
        with pytest.raises(EditedMeanwhile):
            edit(made, text=HOUSE_TEXT, seen=seen, actor=ANA)
        assert fresh(made).text == HOUSE_TEXT + MONEY

    @pytest.mark.parametrize("what", ["begin", "edit", "check", "settle"])
    def test_who_may_not_write_rules_is_refused(self, what: str) -> None:
        made = request(HOUSE_TEXT)
        acts = {
            "begin": lambda: begin(HOUSE, title="x", actor=VIEWER), "edit": lambda: edit(made, text="x", actor=VIEWER),
            "check": lambda: check(made, actor=VIEWER), "settle": lambda: settle(made, actor=VIEWER),
        }  # fmt: skip
        with pytest.raises(NotPermitted):
            acts[what]()


class TestApprove:
    def test_one_approver_is_enough_for_rules_and_may_be_its_author(self) -> None:
        made = request(HOUSE_TEXT.replace("Note it", "Note"), actor=ANA)
        check(made, actor=ANA)
        assert approve(fresh(made), actor=ANA).state == "approved"

    def test_an_author_who_is_no_approver_does_not_approve(self) -> None:
        with pytest.raises(NotPermitted):
            approve(checked(HOUSE_TEXT.replace("Note it", "Note")), actor=ION)

    def test_what_is_not_checked_is_not_approved(self) -> None:
        with pytest.raises(NotAllowed):
            approve(request(HOUSE_TEXT + MONEY), actor=ANA)

    def test_rules_that_move_money_need_two_who_did_not_write_them(self) -> None:
        made = checked(HOUSE_TEXT + MONEY)
        assert made.needed == 2
        edit(made, title="By Ana too", text=HOUSE_TEXT + MONEY + "# a word\n", actor=ANA)
        check(fresh(made), actor=ION)
        with pytest.raises(OwnChange):
            approve(fresh(made), actor=ANA)
        assert approve(fresh(made), actor=EVA).state == "checked"
        assert approve(fresh(made), actor=EVA).state == "checked", "twice the same person is one"
        assert approve(fresh(made), actor=DAN).state == "approved"

    def test_the_transition_alone_does_not_approve_or_publish(self) -> None:
        made = checked(HOUSE_TEXT + MONEY)
        with pytest.raises(Blocked, match="2 approvals are demanded, and it has 0"):
            perform(made.ref, "approve", actor=ANA)
        with pytest.raises(Blocked, match="publish it as a whole"):
            perform(made.ref, "publish", actor=ANA)

    def test_the_setting_demands_two(self, settings: object) -> None:
        settings.CONFIG = replace(settings.CONFIG, approvals=2)  # type: ignore[attr-defined]
        assert checked(HOUSE_TEXT.replace("Note it", "Note")).needed == 2


class TestRebase:
    """Another request is published meanwhile."""

    def publish_meanwhile(self, text: str) -> None:
        publish_text(HOUSE, text, title="meanwhile")

    def approved(self, text: str) -> ChangeRequest:
        return approve(checked(text), actor=ANA)

    def test_a_text_from_before_it_is_not_saved_over_what_was_published(self) -> None:
        opened = request(HOUSE_TEXT)
        self.publish_meanwhile(HOUSE_TEXT.replace("default: 7", "default: 5"))
        with pytest.raises(EditedMeanwhile):
            edit(opened, text=HOUSE_TEXT + "# mine", seen=opened.changed_at.isoformat(), actor=ION)
        assert "default: 5" in fresh(opened).text

    def test_an_approval_stays_where_its_own_rules_are_as_they_were(self) -> None:
        made = self.approved(HOUSE_TEXT.replace("Note it", "Note"))
        self.publish_meanwhile(HOUSE_TEXT.replace("title: Other", "title: Else"))
        assert fresh(made).state == "approved"
        assert approvals(fresh(made)).count() == 1
        version = publish(fresh(made), actor=ANA)
        titles = {rule["key"]: rule["title"] for rule in version.document["rules"]}
        assert titles == {"note": "Note", "other": "Else"}

    @pytest.mark.parametrize(
        "meanwhile",
        [
            HOUSE_TEXT.replace("{key: note,", "{key: note, priority: 7,"),
            HOUSE_TEXT.replace("default: 7", "default: 9"),
        ],
        ids=["another part of the rule", "a parameter that the rule uses"],
    )
    def test_an_approval_is_void_where_its_own_rules_changed(self, meanwhile: str) -> None:
        made = self.approved(HOUSE_TEXT.replace("Note it", "Note"))
        self.publish_meanwhile(meanwhile)
        assert fresh(made).state == "draft"
        assert approvals(fresh(made)).count() == 0

    def test_a_conflict_waits_for_a_person(self) -> None:
        made = self.approved(HOUSE_TEXT.replace("Note it", "Note"))
        self.publish_meanwhile(HOUSE_TEXT.replace("Note it", "Remember it"))
        made = fresh(made)
        assert made.state == "draft"
        assert made.conflicts == [
            'rule "note" at title: it is Note in this change and Remember it in version 2, and was Note it'
        ]
        with pytest.raises(InConflict, match="Remember it"):
            publish(made, actor=ANA)
        check(made, actor=ION)
        assert fresh(made).state == "draft", "checking does not settle it"
        settle(made, actor=ION)
        check(fresh(made), actor=ION)
        version = publish(approve(fresh(made), actor=ANA), actor=ANA)
        assert version.document["rules"][0]["title"] == "Note"

    def test_a_text_that_cannot_be_read_stays_as_it_is(self) -> None:
        made = edit(request(HOUSE_TEXT), text="rules: [", actor=ION)
        self.publish_meanwhile(HOUSE_TEXT.replace("Note it", "Remember it"))
        assert fresh(made).text == "rules: ["

    def test_what_is_withdrawn_stays_withdrawn(self) -> None:
        made = request(HOUSE_TEXT + MONEY)
        perform(made, "withdraw", actor=ION)
        self.publish_meanwhile(HOUSE_TEXT.replace("Note it", "Remember it"))
        assert fresh(made).text == HOUSE_TEXT + MONEY
        for act in (lambda: edit(made, text="x", actor=ION), lambda: publish(made, actor=ANA)):
            with pytest.raises(NotAllowed):
                act()
