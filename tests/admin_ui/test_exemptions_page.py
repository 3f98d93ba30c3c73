"""The page of exemptions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from rules.exemptions import Exemption
from tests.admin_ui.conftest import SignIn
from tests.state_machines.made import a_customer

pytestmark = pytest.mark.django_db


def test_somebody_is_exempted_until_a_day_and_it_is_ended(sign_in: SignIn) -> None:
    customer, client = a_customer(), sign_in("operator")
    last = (clock.today() + timedelta(days=3)).isoformat()
    form = {"per": customer.ref, "scope": "dunning", "until": last, "reason": "<b>they</b> asked"}
    client.post("/staff/exemptions/", form)
    shown = client.get("/staff/exemptions/").content.decode()
    assert "&lt;b&gt;they&lt;/b&gt; asked" in shown
    client.post("/staff/exemptions/", {"end": str(Exemption.objects.get().pk)})
    assert "Nobody is exempted" in client.get("/staff/exemptions/").content.decode()


@pytest.mark.parametrize("form", [{}, {"end": "x"}, {"end": "99"}, {"per": "customer:99", "scope": "a", "until": "soon", "reason": "because"},
                                  {"per": "\x00", "scope": "a", "until": "2099-01-01", "reason": "because"}])  # fmt: skip
def test_bad_input_is_a_sentence(sign_in: SignIn, form: dict[str, str]) -> None:
    answer = sign_in("operator").post("/staff/exemptions/", form, follow=True)
    assert answer.status_code == 200
    assert not Exemption.objects.exists()


def test_a_viewer_may_look_only(sign_in: SignIn) -> None:
    customer, client = a_customer(), sign_in("viewer")
    form = {"per": customer.ref, "scope": "dunning", "until": "2030-01-01", "reason": "they asked"}
    assert "Last day" not in client.get("/staff/exemptions/").content.decode()
    client.post("/staff/exemptions/", form)
    assert not Exemption.objects.exists()
