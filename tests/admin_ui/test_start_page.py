"""The start page: what waits, what died, what could not be decided; in either language."""

from __future__ import annotations

import pytest
from django.test import Client

from admin_ui import start_page
from core import clock
from core.events import Event
from core.outbox import Outbox
from rules.decisions import Decision
from tests.admin_ui.conftest import SignIn
from tests.fines.models import Fine

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


def test_counts_stop_at_their_bound(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr(start_page, "MOST", 2)
    for number in range(3):
        Fine.objects.create(case=f"C{number}", article=1, amount_minor=1)
    assert start_page.count(Event.objects.all()) == "2+"
    assert start_page.count(Event.objects.filter(type="none")) == "0"


def test_it_speaks_romanian(sign_in: SignIn) -> None:
    page = sign_in("viewer").get("/staff/", headers={"Accept-Language": "ro"}).content.decode()
    assert "Evenimente care așteaptă o decizie" in page
