"""Editing rules: problems beside their lines, publishing by who may, and taking effect at once."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from actions.dispatch import dispatch_all
from core.audit import AuditRow
from core.events import Event
from rules.change_requests import ChangeRequest
from rules.decisions import Decision
from rules.rule_sets import RuleSet, RuleSetVersion
from state_machines.customers import Customer
from tests.admin_ui.conftest import RULES, SignIn
from tests.fines.models import Fine

pytestmark = pytest.mark.django_db
NEW = RULES.replace("- key: settle-at-once", "- key: pay-at-once")


def _begin(client: Client, key: str = "house") -> ChangeRequest:
    answer = client.post(f"/staff/rules/ruleset/of/{key}/begin/", {"title": "Something new"})
    return ChangeRequest.objects.get(pk=int(re.findall(r"/(\d+)/change/", answer["Location"])[0]))


def _page(draft: ChangeRequest) -> str:
    return f"/staff/rules/changerequest/{draft.pk}/change/"


def _messages(answer: object) -> str:
    return " ".join(str(message) for message in answer.context["messages"])  # type: ignore[attr-defined]


def test_a_change_begins_from_the_live_text(sign_in: SignIn, house: RuleSetVersion) -> None:
    draft = _begin(sign_in("author"))
    assert (draft.text, draft.base, draft.title) == (RULES, house, "Something new")
    assert AuditRow.objects.filter(verb="change_request.begun", object=draft.ref).count() == 1
    assert sign_in("viewer", "operator").post("/staff/rules/ruleset/of/house/begin/").status_code == 403


def test_saved_text_keeps_its_lines_and_shows_problems_beside_them(sign_in: SignIn, house: RuleSetVersion) -> None:
    client = sign_in("author")
    draft = _begin(client)
    wrong = RULES.replace("op: gte", "op: above")
    answer = client.post(_page(draft), {"title": "x", "text": wrong.replace("\n", "\r\n")}, follow=True)
    draft.refresh_from_db()
    assert draft.text == wrong
    (problem,) = answer.context["problems"]
    assert problem["line"] == wrong[: wrong.index("above")].count("\n") + 1
    assert (problem["severity"], problem["rule"]) == ("error", "collect-large")
    assert '"above" is not known here' in problem["message"]


def test_the_check_answers_while_one_types_and_saves_nothing(sign_in: SignIn, house: RuleSetVersion) -> None:
    client = sign_in("author")
    draft = _begin(client)
    url = f"/staff/rules/changerequest/{draft.pk}/check/"
    assert client.post(url, {"text": "rules: ["}).json()["problems"][0]["severity"] == "error"
    assert client.post(url, {"text": RULES}).json()["problems"] == []
    draft.refresh_from_db()
    assert draft.text == RULES


def test_errors_are_not_published(sign_in: SignIn, house: RuleSetVersion) -> None:
    client = sign_in("approver")
    draft = _begin(client)
    data = {"title": "x", "text": RULES.replace("op: gte", "op: above"), "publish": "1"}
    assert "mend the errors" in _messages(client.post(_page(draft), data, follow=True))
    assert RuleSet.objects.get(key="house").live == house


def test_publishing_decides_the_very_next_event(sign_in: SignIn, house: RuleSetVersion, fine: Fine) -> None:
    dispatch_all()
    client = sign_in("approver")
    draft = _begin(client)
    answer = client.post(_page(draft), {"title": "x", "text": NEW, "publish": "1"}, follow=True)
    assert "Published" in _messages(answer)
    live = RuleSet.objects.get(key="house").live
    assert live is not None
    assert (live.number, live.text) == (2, NEW)
    created = Event.objects.get(subject=Fine.objects.create(case="A2", article=1, amount_minor=1).ref)
    dispatch_all()
    assert Decision.objects.get(event_id=created.pk).rules == ["pay-at-once"]
    again = client.post(_page(draft), {"title": "x", "text": RULES, "publish": "1"}, follow=True)
    assert "may not change" in _messages(again)
    assert RuleSet.objects.get(key="house").live == live


@pytest.mark.parametrize(("role", "said"), [("author", "may not do"), ("viewer", "may not change")])
def test_who_may_not_publish_is_told_so(sign_in: SignIn, house: RuleSetVersion, role: str, said: str) -> None:
    draft = _begin(sign_in("author"))
    answer = sign_in(role).post(_page(draft), {"title": "x", "text": NEW, "publish": "1"}, follow=True)
    assert said in _messages(answer)
    assert RuleSet.objects.get(key="house").live == house
    draft.refresh_from_db()
    assert (draft.text == NEW) is (role == "author")
    assert draft.published is None


def test_a_change_that_meets_a_newer_version_is_brought_over_it(sign_in: SignIn, house: RuleSetVersion) -> None:
    client = sign_in("approver")
    first, second = _begin(client), _begin(client)
    client.post(_page(second), {"title": "x", "text": RULES.replace("Settles whatever", "Settles all that")})
    client.post(_page(first), {"title": "x", "text": RULES.replace("100.00", "90.00"), "publish": "1"})
    second.refresh_from_db()
    assert second.text == RULES.replace("Settles whatever", "Settles all that").replace("100.00", "90.00")
    answer = client.post(_page(second), {"title": "x", "text": second.text, "publish": "1"}, follow=True)
    assert "Published" in _messages(answer)


def test_a_conflict_is_shown_with_both_sides_and_not_published(sign_in: SignIn, house: RuleSetVersion) -> None:
    client = sign_in("approver")
    first, second = _begin(client), _begin(client)
    client.post(_page(second), {"title": "x", "text": RULES.replace("100.00", "80.00")})
    client.post(_page(first), {"title": "x", "text": RULES.replace("100.00", "90.00"), "publish": "1"})
    assert "it is 80.00 EUR in this change and 90.00 EUR in version 2" in client.get(_page(second)).content.decode()
    second.refresh_from_db()
    answer = client.post(_page(second), {"title": "x", "text": second.text, "publish": "1"}, follow=True)
    assert "are in conflict" in _messages(answer)


def test_two_people_do_not_overwrite_each_other(sign_in: SignIn, house: RuleSetVersion) -> None:
    ana, ion = sign_in("author"), sign_in("author")
    draft = _begin(ana)
    seen = ion.get(_page(draft)).context["seen"]
    ana.post(_page(draft), {"title": "x", "text": NEW, "seen": seen})
    page = ion.post(_page(draft), {"title": "y", "text": RULES, "seen": seen}).content.decode()
    assert "After you opened this change request" in page
    draft.refresh_from_db()
    assert (draft.title, draft.text) == ("x", NEW)


def test_hostile_text_in_rules_stays_text(sign_in: SignIn, house: RuleSetVersion) -> None:
    client = sign_in("author")
    draft = _begin(client)
    evil = "</textarea></script><script>alert(1)</script>"
    client.post(_page(draft), {"title": evil, "text": f"set: house\nrules: []\n# {evil}\n{evil}: 1\n"})
    for url in (
        _page(draft),
        "/staff/rules/ruleset/of/house/",
        "/staff/",
        "/staff/try/",
        "/staff/rules/changerequest/",
    ):
        assert "<script>alert(1)" not in client.get(url).content.decode()


def test_a_customer_gets_rules_of_their_own(sign_in: SignIn, house: RuleSetVersion) -> None:
    customer = Customer.objects.create(name="Ana")
    client = sign_in("approver")
    page = f"/staff/rules/ruleset/of/{customer.ref}/"
    assert page in client.get(f"/staff/state_machines/customer/{customer.pk}/change/").content.decode()
    assert "rules of the house, and none of their own" in client.get(page).content.decode()
    draft = _begin(client, customer.ref)
    assert all(part in draft.text for part in (f"set: {customer.ref}", "params:", "mute:", "rules:"))
    assert client.get(_page(draft)).context["problems"] == []
    text = f"set: {customer.ref}\nmute: {{settle-at-once: agreed by contract}}\n"
    client.post(_page(draft), {"title": "x", "text": text, "publish": "1"})
    live = RuleSet.objects.get(key=customer.ref).live
    assert live is not None
    assert live.text == text
    for key in ("customer:999", "nobody:1", "segment:vip"):
        assert client.get(f"/staff/rules/ruleset/of/{key}/").status_code == 404
