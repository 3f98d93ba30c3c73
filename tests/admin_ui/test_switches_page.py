"""The page of the kill switches."""

from __future__ import annotations

import pytest

from rules import switches
from tests.admin_ui.conftest import SignIn
from tests.kit import in_force

pytestmark = pytest.mark.django_db
NOTE = {"key": "note", "title": "Notes <b>it</b>", "when": "fine.created", "then": [{"do": "test.note"}]}


def test_an_operator_switches_a_rule_off_and_on(sign_in: SignIn) -> None:
    in_force(NOTE)
    client = sign_in("operator")
    assert "Notes &lt;b&gt;it&lt;/b&gt;" in client.get("/staff/switches/").content.decode()
    client.post("/staff/switches/", {"scope": "house/note", "reason": "it <i>harms</i>"})
    assert switches.off() == {"house/note": "it <i>harms</i>"}
    for page in ("/staff/switches/", "/staff/"):
        assert "it &lt;i&gt;harms&lt;/i&gt;" in client.get(page).content.decode()
    client.post("/staff/switches/", {"scope": "house/note", "on": "1"})
    assert switches.off() == {}


def test_a_reason_is_demanded_and_unknown_scopes_are_ignored(sign_in: SignIn) -> None:
    in_force(NOTE)
    client = sign_in("operator")
    answer = client.post("/staff/switches/", {"scope": "house", "reason": "no"}, follow=True)
    assert "needs a reason" in answer.content.decode()
    client.post("/staff/switches/", {"scope": "house/nothing", "reason": "whatever it is"})
    assert switches.off() == {}


def test_a_viewer_looks_and_changes_nothing(sign_in: SignIn) -> None:
    in_force(NOTE)
    client = sign_in("viewer")
    page = client.get("/staff/switches/").content.decode()
    assert "Nothing is switched off." in page
    assert "Switch off</button>" not in page
    answer = client.post("/staff/switches/", {"scope": "house", "reason": "because I can"}, follow=True)
    assert answer.status_code == 403
    assert switches.off() == {}
