"""From a text to the version that decides: checked, frozen, audited, in force everywhere on the next event."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from actions.dispatch import dispatch_all
from core.acting import Actor
from core.audit import AuditDetail, AuditRow
from core.errors import Blocked, NotPermitted, PravilaError
from core.machine import change, perform
from rules.change_requests import ChangeRequest
from rules.decisions import Decision
from rules.document.problem import BadRules
from rules.publish import (
    AlreadyPublished,
    NeedsReason,
    NotApproved,
    NothingChanged,
    publish,
    publish_now,
    publish_text,
    roll_back,
)
from rules.reading import read
from rules.rule_sets import HOUSE, RuleSet, RuleSetVersion
from tests.kit import a_fine
from tests.parallel import at_once

ONE = """set: house
rules:
- {key: one, title: One, when: fine.created, then: [{do: test.note}]}
"""
TWO = ONE + "- {key: two, title: Two, when: fine.payment, then: [{do: test.note}]}\n"
APPROVER = Actor("user:1", frozenset({"approver"}))
AUTHOR = Actor("user:2", frozenset({"author"}))
pytestmark = pytest.mark.django_db


def draft(text: str, key: str = HOUSE) -> ChangeRequest:
    """A change request over what is live now."""
    rule_set, _made = RuleSet.objects.get_or_create(key=key)
    return ChangeRequest.objects.create(rule_set=rule_set, base=rule_set.live, text=text, title="t", author="user:2")


def states() -> list[tuple[int, str]]:
    return list(RuleSetVersion.objects.order_by("number").values_list("number", "state"))


class TestPublish:
    def test_makes_a_version_and_retires_the_one_before(self) -> None:
        first = publish_now(draft(ONE), actor=APPROVER)
        second = publish_now(draft(TWO), actor=APPROVER)
        assert states() == [(1, "retired"), (2, "live")]
        assert RuleSet.objects.get().live == second
        assert first.content_hash != second.content_hash
        assert second.text == TWO
        rows = AuditRow.objects.filter(verb="rule_set.published").order_by("id")
        assert [(row.actor, row.object) for row in rows] == [("user:1", first.ref), ("user:1", second.ref)]

    def test_only_an_approver_does(self) -> None:
        with pytest.raises(NotPermitted):
            publish_now(draft(ONE), actor=AUTHOR)
        assert states() == []
        assert RuleSet.objects.get().live is None

    def test_a_request_is_published_once(self) -> None:
        request = draft(ONE)
        publish_now(request, actor=APPROVER)
        with pytest.raises(AlreadyPublished, match="house v1"):
            publish_now(request, actor=APPROVER)
        assert states() == [(1, "live")]

    def test_the_same_rules_written_otherwise_change_nothing(self) -> None:
        publish_now(draft(ONE), actor=APPROVER)
        same = 'rules:\n- then: [{"do": "test.note"}]\n  when: fine.created\n  title: One\n  key: one\nset: house\n'
        with pytest.raises(NothingChanged):
            publish_now(draft(same), actor=APPROVER)
        assert states() == [(1, "live")]

    def test_bad_rules_list_every_problem_and_store_nothing(self) -> None:
        text = ONE + "- {key: a, title: A, when: fine.nonsense, then: [{do: test.note}]}\n"
        text += "- {key: b, title: B, when: fine.created, then: [{do: test.unknown}]}\n"
        text += "- {key: c, title: C, when: fine.created, then: [{do: fine.payment}]}\n"
        request = draft(text)
        with pytest.raises(BadRules) as refused:
            publish_now(request, actor=APPROVER)
        assert {problem.rule for problem in refused.value.problems} == {"a", "b", "c"}
        assert states() == []
        assert ChangeRequest.objects.get().published is None

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("rules: [", "cannot be read"),
            (f"{ONE}---\n{ONE}", "2 documents"),
            (ONE.replace("house", "customer:1"), 'this text is for set "customer:1"'),
        ],
    )
    def test_a_text_that_is_no_such_set_is_refused(self, text: str, said: str) -> None:
        with pytest.raises(BadRules, match=said):
            publish_text(HOUSE, text, title="t")
        assert RuleSetVersion.objects.count() == 0

    def test_a_text_with_a_sign_that_no_database_stores_is_refused_in_words(self) -> None:
        text = ONE.replace("One", r'"O\0ne"')
        with pytest.raises(PravilaError):
            publish_text(HOUSE, text, title="t")
        assert RuleSetVersion.objects.count() == 0


class TestApproval:
    MONEY = ONE + "- {key: pay, when: fine.created, then: [{do: fine.payment, with: {paid_minor: 1}}]}\n"

    def test_without_its_approvals_it_is_not_published(self) -> None:
        publish_text(HOUSE, ONE, title="t")
        with pytest.raises(NotApproved, match="needs 2 approvals; it has 1"):
            publish_now(draft(self.MONEY), actor=APPROVER)
        with pytest.raises(NotApproved):
            publish(draft(TWO), actor=APPROVER)
        assert states() == [(1, "live")]

    def test_an_emergency_needs_a_written_reason_which_is_kept(self) -> None:
        publish_text(HOUSE, ONE, title="t")
        request = draft(self.MONEY)
        with pytest.raises(NeedsReason):
            publish(request, actor=APPROVER, emergency="now!")
        with pytest.raises(NotPermitted):
            publish(request, actor=AUTHOR, emergency="the gateway takes money twice")
        assert states() == [(1, "live")]
        publish(request, actor=APPROVER, emergency="the gateway takes money twice")
        row = AuditRow.objects.get(verb="change_request.emergency")
        assert (row.actor, row.object) == ("user:1", request.ref)
        assert AuditDetail.objects.get(row_id=row.pk).text == "the gateway takes money twice"
        assert ChangeRequest.objects.get(pk=request.pk).state == "published"

    def test_one_customers_parameter_is_in_force_at_once_by_one_person(self) -> None:
        days = "params: {days: {type: integer, default: 7, max: 30}}\n"
        publish_text(HOUSE, ONE.replace("rules:", f"{days}rules:"), title="t")
        version = publish(draft("set: customer:1\nparams: {days: 9}\n", "customer:1"), actor=AUTHOR)
        assert version.state == "live"
        assert AuditRow.objects.get(verb="rule_set.published", object=version.ref).actor == "user:2"
        with pytest.raises(BadRules, match="at most 30"):
            publish(draft("set: customer:2\nparams: {days: 31}\n", "customer:2"), actor=AUTHOR)

    def test_no_door_retires_what_decides(self) -> None:
        version = publish_text(HOUSE, ONE, title="t")
        with pytest.raises(Blocked, match="publish another version in its place"):
            perform(version, "retire", actor=APPROVER)


def test_rolling_back_makes_a_new_version_of_the_old_rules() -> None:
    first = publish_text(HOUSE, ONE, title="t")
    publish_text(HOUSE, TWO, title="t")
    request = roll_back(first, actor=AUTHOR)
    assert (request.title, request.text) == ("Back to version 1", ONE)
    third = publish_now(request, actor=APPROVER)
    assert (third.number, third.content_hash) == (3, first.content_hash)
    assert states() == [(1, "retired"), (2, "retired"), (3, "live")]


class TestOverlay:
    def test_is_checked_against_the_house(self) -> None:
        publish_text(HOUSE, ONE, title="t")
        text = "set: customer:1\nmute: {nothing: because}\nparams: {unknown: 5}\n"
        with pytest.raises(BadRules) as refused:
            publish_text("customer:1", text, title="t")
        said = " ".join(problem.message for problem in refused.value.problems)
        assert 'no rule "nothing" to mute' in said
        assert 'no parameter "unknown"' in said

    def test_a_key_of_the_house_is_taken(self) -> None:
        publish_text(HOUSE, ONE, title="t")
        with pytest.raises(BadRules, match='the house has a rule "one" already'):
            publish_text("customer:1", ONE.replace("house", "customer:1"), title="t")

    def test_problems_of_the_house_are_not_those_of_the_customer(self) -> None:
        publish_text(HOUSE, ONE, title="t")
        mine = "set: customer:1\nmute: {one: asked}\n"
        document, problems = read(mine, "customer:1")
        assert document is not None
        assert problems == []


class TestVersion:
    """Once published, neither our code nor any statement changes what a version says."""

    def version(self) -> RuleSetVersion:
        return publish_text(HOUSE, ONE, title="t")

    def refused(self, act: Any) -> None:
        before = list(RuleSetVersion.objects.values())
        with pytest.raises((IntegrityError, DatabaseError, PravilaError)), transaction.atomic():
            act()
        assert list(RuleSetVersion.objects.values()) == before

    @pytest.mark.parametrize(
        "fields", [{"document": {"rules": []}}, {"text": "x"}, {"content_hash": "0" * 64}, {"number": 9}]
    )
    def test_is_not_updated(self, fields: dict[str, Any]) -> None:
        version = self.version()
        self.refused(lambda: RuleSetVersion.objects.filter(pk=version.pk).update(**fields))

    def test_is_not_saved(self) -> None:
        version = self.version()
        version.document = {"set": "house", "rules": []}
        self.refused(version.save)

    @pytest.mark.parametrize("fields", [{"document": {"rules": []}}, {"text": "x"}, {"content_hash": "0" * 64}])
    def test_is_not_changed_with_an_event_either(self, fields: dict[str, Any]) -> None:
        self.refused(partial(change, self.version(), **fields))

    def test_is_not_given_to_another_set(self) -> None:
        version, other = self.version(), RuleSet.objects.create(key="customer:9")
        self.refused(lambda: RuleSetVersion.objects.filter(pk=version.pk).update(rule_set=other))

    def test_is_not_deleted(self) -> None:
        version = self.version()
        RuleSet.objects.update(live=None)
        ChangeRequest.objects.update(published=None)
        self.refused(version.delete)

    def test_is_not_changed_by_a_statement(self) -> None:
        version = self.version()

        def act() -> None:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE rules_rulesetversion SET document = '{}' WHERE id = %s", [version.pk])

        self.refused(act)


def decided_by() -> list[str]:
    return list(Decision.objects.order_by("event_id").values_list("house", flat=True))


def test_the_next_event_is_decided_by_the_new_version() -> None:
    first = publish_text(HOUSE, ONE, title="t")
    dispatch_all()
    about = {"type": "fine.created"}
    a_fine(case="A")
    dispatch_all()
    second = publish_text(HOUSE, TWO, title="t")
    a_fine(case="B")
    dispatch_all()
    from core.events import Event

    keys = Event.objects.filter(**about).order_by("id").values_list("id", flat=True)
    found = [Decision.objects.get(event_id=key).house for key in keys]
    assert found == [first.content_hash, second.content_hash]


@pytest.mark.django_db(transaction=True)
def test_another_thread_sees_the_new_version_at_once() -> None:
    """Every worker asks the database which version is live; only what a hash stands for is kept."""
    versions = []
    for number in range(3):
        versions.append(publish_text(HOUSE, ONE.replace("One", f"Title {number}"), title="t"))
        a_fine(case=str(number))
        assert all(isinstance(done, int) for done in at_once(dispatch_all, dispatch_all))
    acted = Decision.objects.filter(outcome="acted").order_by("event_id")
    assert [decision.house for decision in acted] == [version.content_hash for version in versions]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_publish_over_the_same_base_both_get_their_change_in() -> None:
    publish_text(HOUSE, ONE, title="t")
    apart = {"b": "fine.payment", "c": "fine.add_penalty"}  # rules of one event that do the same would be a new finding
    requests = [
        draft(ONE + f"- {{key: {key}, when: {when}, then: [{{do: test.note}}]}}\n") for key, when in apart.items()
    ]
    results = at_once(*(partial(publish_now, request, actor=APPROVER) for request in requests))
    assert [type(found).__name__ for found in results] == ["RuleSetVersion"] * 2, results
    assert states() == [(1, "retired"), (2, "retired"), (3, "live")]
    live = RuleSet.objects.get().live
    assert live is not None
    assert {rule["key"] for rule in live.document["rules"]} == {"one", "b", "c"}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_publish_the_same_place_differently_do_not_both_win() -> None:
    publish_text(HOUSE, ONE, title="t")
    requests = [draft(TWO.replace("Two", name)) for name in ("Zwei", "Doi")]
    results = at_once(*(partial(publish_now, request, actor=APPROVER) for request in requests))
    assert sorted(type(found).__name__ for found in results) == ["InConflict", "RuleSetVersion"], results
    assert states() == [(1, "retired"), (2, "live")]
