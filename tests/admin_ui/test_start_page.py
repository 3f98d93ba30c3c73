"""Today: what waits for a person, what happened and what failed; in either language, within its queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from admin_ui import attention
from core import clock, tallies
from core.events import Event
from core.outbox import Outbox
from rules.decisions import Decision
from rules.parity import Parity
from rules.rule_sets import RuleSetVersion
from tests.admin_ui.conftest import SignIn
from tests.fines.models import Fine
from tests.kit import work

pytestmark = pytest.mark.django_db


def test_the_root_leads_to_the_staff_pages() -> None:
    assert Client().get("/")["Location"] == "/staff/"


def test_it_shows_the_backlog_and_what_failed(sign_in: SignIn, fine: Fine) -> None:
    event = Event.objects.get(subject=fine.ref)
    Decision.objects.create(event_id=event.pk, at=clock.now(), outcome="failed", problem="KeyError: amount")
    answer = sign_in("viewer").get("/staff/")
    assert answer.context["waiting"] == str(Outbox.objects.count())
    page = answer.content.decode()
    assert "KeyError: amount" in page
    assert event.name in page


def test_it_says_what_rules_did_and_which_ail(sign_in: SignIn, house: RuleSetVersion, fine: Fine) -> None:
    work()
    tallies.count(timedelta(0))
    answer = sign_in("viewer").get("/staff/")
    assert answer.context["ailing"] == [("settle-at-once", 1, 1)]
    assert [cause.action for cause in answer.context["causes"]] == ["fine.settle"]
    page = answer.content.decode()
    assert "rules that acted: 1, dead letters and undecided events: 1" in page
    assert {str(reason.title): number for reason, number in answer.context["reasons"]}["Dead letters"] == "1"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "left out, because its engine is missing: durable"), ("ro", "îi lipsește motorul: durable")],
)
def test_it_says_which_matcher_parity_could_not_ask(sign_in: SignIn, language: str, said: str) -> None:
    Parity.objects.create(at=clock.now(), looked_at=10, agreed=10, left_out="durable")
    page = sign_in("viewer").get("/staff/", headers={"Accept-Language": language}).content.decode()
    assert said in page


def test_its_queries_are_bounded(sign_in: SignIn, house: RuleSetVersion, django_assert_max_num_queries: Any) -> None:
    client = sign_in("viewer")
    for number in range(5):
        Fine.objects.create(case=f"C{number}", article=1, amount_minor=1)
    work()
    client.get("/staff/")
    with django_assert_max_num_queries(35):
        client.get("/staff/")


def test_counts_stop_at_their_bound(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr(attention, "MOST", 2)
    for number in range(3):
        Fine.objects.create(case=f"C{number}", article=1, amount_minor=1)
    assert attention.count(Event.objects.all()) == "2+"
    assert attention.count(Event.objects.filter(type="none")) == "0"


def test_it_speaks_romanian(sign_in: SignIn) -> None:
    page = sign_in("viewer").get("/staff/", headers={"Accept-Language": "ro"}).content.decode()
    assert "Evenimente care așteaptă o decizie" in page
