"""The review page: what is otherwise, what was found, whom it reaches; and its buttons, each with its refusals."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from core import clock
from rules.change_requests import ChangeRequest
from rules.editing import begin
from rules.publish import publish_text
from rules.rule_sets import RuleSet, RuleSetVersion
from state_machines.customers import Customer
from tests.admin_ui.conftest import RULES, SignIn
from tests.fines.models import Fine
from tests.kit import work

pytestmark = pytest.mark.django_db
LATER = RULES.replace("then: [{do: fine.settle}]\n- key: old", "then: [{do: fine.settle, after: 3d}]\n- key: old")
MONEY = RULES + "- {key: pay, when: fine.created, then: [{do: fine.payment, with: {paid_minor: 1}}]}\n"


def change(text: str) -> ChangeRequest:
    return begin("house", title="A change", text=text)


def url(draft: ChangeRequest) -> str:
    return f"/staff/rules/changerequest/{draft.pk}/review/"


def shown(client: Client, draft: ChangeRequest) -> str:
    return client.get(url(draft)).content.decode()


def said(client: Client, draft: ChangeRequest, act: str, **given: str) -> str:
    answer = client.post(url(draft), {"act": act, **given}, follow=True)
    draft.refresh_from_db()
    return " ".join(str(message) for message in answer.context["messages"])


def test_it_says_what_is_otherwise_and_goes_all_the_way(sign_in: SignIn, house: RuleSetVersion) -> None:
    author, approver = sign_in("author"), sign_in("approver")
    draft = change(RULES.replace("100.00 EUR", "80.00 EUR").replace("- key: old", "- key: older"))
    page = shown(author, draft)
    assert "parameter &quot;large&quot;: from 100.00 EUR to 80.00 EUR" in page
    assert "rule &quot;old&quot;: taken away" in page
    assert "Checked" in said(author, draft, "check")
    assert "may not do" in said(author, draft, "approve")
    assert "may not do" in said(author, draft, "publish")
    assert draft.state == "checked"
    assert "noted" in said(approver, draft, "approve")
    assert draft.state == "approved"
    assert "Published" in said(approver, draft, "publish")
    assert "Published as version" in shown(author, draft)


def test_it_names_other_open_changes_of_the_same_rules(sign_in: SignIn, house: RuleSetVersion) -> None:
    mine = change(RULES.replace("another year", "a year"))
    same, else_ = change(RULES.replace("another year", "last year")), change(RULES.replace("Large fines", "Big fines"))
    others = sign_in("viewer").get(url(mine)).context["others"]
    assert others == [(same, ["old"]), (else_, [])]
    assert "the same rules" in shown(sign_in("author"), mine)


def test_it_shows_what_the_newest_events_would_have_been(sign_in: SignIn, house: RuleSetVersion) -> None:
    Fine.objects.create(case="A1", article=157, amount_minor=5000)
    page = shown(sign_in("viewer"), change(RULES.replace("when: fine.created", "when: fine.payment")))
    assert "<code>settle-at-once</code>: true no longer of 1" in page


def test_errors_are_shown_and_keep_it_from_being_published(sign_in: SignIn, house: RuleSetVersion) -> None:
    client = sign_in("approver")
    draft = change(RULES.replace("op: gte", "op: above"))
    assert "is not known here" in shown(client, draft)
    assert "There are errors" in said(client, draft, "check")
    assert "cannot be used" in said(client, draft, "publish", emergency="it cannot wait any longer")
    assert RuleSet.objects.get(key="house").live == house


def test_what_waits_is_counted_and_may_be_cancelled(sign_in: SignIn) -> None:
    publish_text("house", LATER, title="first")
    Fine.objects.create(case="A1", article=157, amount_minor=5000)
    work()
    client = sign_in("approver")
    draft = change(LATER.replace("after: 3d", "after: 5d"))
    page = shown(client, draft)
    assert "Actions that wait because of these rules: 1" in page
    assert "fine.settle on fine:" in page
    said(client, draft, "check")
    said(client, draft, "approve")
    said(client, draft, "publish", **{"reach-waiting_runs": "cancel"})
    assert draft.reach == {"waiting_runs": {"choice": "cancel", "count": 1}}


def test_an_emergency_needs_its_reason(sign_in: SignIn, house: RuleSetVersion) -> None:
    client = sign_in("approver")
    draft = change(MONEY)
    assert "moves money: pay" in re.sub(r"\s+", " ", shown(client, draft))
    assert "needs 2 approvals" in said(client, draft, "publish")
    assert "at least ten letters" in said(client, draft, "publish", emergency="now")
    assert "Published" in said(client, draft, "publish", emergency="the old rule pays twice")


def test_it_goes_live_later(sign_in: SignIn, house: RuleSetVersion) -> None:
    client = sign_in("approver")
    draft = change(RULES.replace("100.00", "80.00"))
    said(client, draft, "check")
    said(client, draft, "approve")
    assert "choose a day" in said(client, draft, "schedule", at="soon")
    at = (clock.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    assert "at that time" in said(client, draft, "schedule", at=at)
    assert draft.scheduled_for is not None
    said(client, draft, "unschedule")
    assert draft.scheduled_for is None
    assert "Withdrawn" in said(client, draft, "withdraw")


def test_conflicts_are_settled_by_a_button(sign_in: SignIn, house: RuleSetVersion) -> None:
    client = sign_in("approver")
    draft = change(RULES.replace("100.00", "80.00"))
    publish_text("house", RULES.replace("100.00", "90.00"), title="meanwhile")
    assert "it is 80.00 EUR in this change and 90.00 EUR in version 2" in shown(client, draft)
    assert "Settled" in said(client, draft, "settle")
    assert draft.conflicts == []


def test_a_customer_in_conflict_is_listed_before_and_after(sign_in: SignIn, house: RuleSetVersion) -> None:
    ana = Customer.objects.create(name="Ana")
    publish_text(ana.ref, f"set: {ana.ref}\nmute: {{settle-at-once: agreed}}\n", title="hers")
    client = sign_in("approver")
    draft = change(RULES.replace("- key: settle-at-once", "- key: pay-at-once"))
    assert "no rule &quot;settle-at-once&quot; to mute" in shown(client, draft)
    for act in ("check", "approve", "publish"):
        said(client, draft, act)
    for key in ("house", ana.ref):
        assert (
            "no rule &quot;settle-at-once&quot; to mute"
            in client.get(f"/staff/rules/ruleset/of/{key}/").content.decode()
        )


def test_an_old_version_is_made_anew(sign_in: SignIn, house: RuleSetVersion) -> None:
    publish_text("house", RULES.replace("100.00", "90.00"), title="second")
    page = f"/staff/rules/rulesetversion/{house.pk}"
    author = sign_in("author")
    assert "Roll back to this version" in author.get(f"{page}/change/").content.decode()
    answer = author.post(f"{page}/roll-back/", follow=True)
    assert "from 90.00 EUR to 100.00 EUR" in answer.content.decode()
    assert sign_in("viewer").post(f"{page}/roll-back/").status_code == 403


def test_nothing_is_done_for_who_may_not_or_for_what_is_not_there(sign_in: SignIn, house: RuleSetVersion) -> None:
    viewer = sign_in("viewer")
    draft = change(RULES.replace("100.00", "80.00"))
    for act in ("check", "approve", "publish", "schedule", "settle", "withdraw", "nonsense"):
        said(viewer, draft, act, at="2030-01-01T10:00")
    assert draft.state == "draft"
    assert viewer.get("/staff/rules/changerequest/999999/review/").status_code == 404
    assert sign_in().get(url(draft)).status_code in (302, 403)


def test_what_was_found_is_told_in_the_readers_language(sign_in: SignIn, house: RuleSetVersion) -> None:
    draft = change(RULES + "- {key: lost, when: fine.created, then: [{do: fine.setle}]}\n")
    client = sign_in("author")
    said(client, draft, "check")
    with translation.override("ro"):
        page = client.get(url(draft), headers={"Accept-Language": "ro"}).content.decode()
    assert "nu există acțiunea „fine.setle”; corectați-o sau declarați-o. Ați vrut să scrieți fine.settle" in page
    assert "there is no action" not in page
    assert 'there is no action "fine.setle"; correct it' in draft.findings[0]["message"]
    assert "there is no action &quot;fine.setle&quot;" in shown(client, draft)


def test_an_approval_holds_whatever_language_the_checker_reads(sign_in: SignIn, house: RuleSetVersion) -> None:
    never = "- {key: no, when: fine.created, if: {fact: fine.article, op: ne, value: 1}, then: [{do: fine.settle}]}\n"
    draft = change(RULES + never)
    client = sign_in("author")
    said(client, draft, "check")
    first = draft.fingerprint
    client.post(url(draft), {"act": "check"}, headers={"Accept-Language": "ro"})
    draft.refresh_from_db()
    assert draft.fingerprint == first != ""


def test_an_event_that_shows_a_finding_stands_beside_it(sign_in: SignIn, house: RuleSetVersion) -> None:
    again = "- {key: again, when: fine.created, then: [{do: fine.settle}]}\n"
    page = shown(sign_in("author"), change(RULES + again))
    assert "An event that shows it" in page
    assert "fine.created" in page.partition("An event that shows it")[2]
