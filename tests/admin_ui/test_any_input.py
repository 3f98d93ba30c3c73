"""Whatever stands in an address or a form, a staff page answers; it never fails."""

from __future__ import annotations

import pytest
from django.urls import reverse

from admin_ui.links import page_of
from rules.editing import begin
from rules.rule_sets import RuleSetVersion
from tests.admin_ui.conftest import SignIn
from tests.fines.models import Fine
from tests.state_machines.made import a_domain

pytestmark = pytest.mark.django_db
STRANGE = [
    "abc",
    "²",
    "\x00",
    "0",
    "-1",
    "9" * 30,
    "order:1",
    "'; --",
    "%",
    "a" * 300,
    "<b>",
    "ș🙂",
    "customer:007",
    "..",
    "@",
    "x@²",
]


@pytest.mark.parametrize("text", STRANGE)
def test_strange_texts_are_answered(sign_in: SignIn, fine: Fine, house: RuleSetVersion, text: str) -> None:
    client = sign_in("administrator")
    lists = (
        "/staff/fines/fine/",
        "/staff/state_machines/customer/",
        "/staff/actions/actionrun/",
        "/staff/core/auditrow/",
    )
    for path in lists:
        for name in ("q", "p", "o", "state__exact", "rule", "id"):
            assert client.get(path, {name: text}).status_code in (200, 302, 400), (path, name)
    for name in ("type", "subject", "customer", "since", "until", "correlation", "before"):
        assert client.get("/staff/core/event/", {name: text}).status_code == 200, name
    for name in ("event", "source", "pasted"):
        assert client.post("/staff/try/", {"event": "1", name: text}).status_code == 200, name
    answer = client.post(f"/staff/fines/fine/{fine.pk}/perform/send_fine/", {"expense_minor": text, "expected": text})
    assert answer.status_code == 302


@pytest.mark.parametrize("text", [text for text in STRANGE if text not in ("\x00", "..")])
def test_strange_addresses_are_answered(sign_in: SignIn, text: str) -> None:
    client = sign_in("administrator")
    for path in (
        f"/staff/core/event/{text}/change/",
        f"/staff/fines/fine/{text}/change/",
        f"/staff/actions/actionrun/{text}/change/",
        f"/staff/rules/changerequest/{text}/change/",
        f"/staff/rules/rulesetversion/{text}/change/",
        f"/staff/rules/ruleset/of/{text}/",
        f"/staff/fines/fine/{text}/perform/settle/",
    ):
        assert client.get(path, follow=True).status_code in (200, 404, 405), path


@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31", "10000-01-01", "2026-02-30"])
def test_days_at_the_ends_of_time_are_answered(sign_in: SignIn, fine: Fine, house: RuleSetVersion, day: str) -> None:
    client = sign_in("administrator")
    draft = begin("house", title="Another number")
    for name in ("since", "until"):
        assert client.get("/staff/core/event/", {name: day}).status_code == 200, name
        answer = client.post(f"/staff/backtests/of/{draft.pk}/", {name: day})
        assert answer.status_code == 302, name
    given = {"per": fine.ref, "scope": "collect-large", "until": day, "reason": "they asked for it"}
    assert client.post("/staff/exemptions/", given).status_code in (200, 302)
    domain = a_domain()
    for at in ("00:00:00", "23:59:59"):
        given = {"registrar": str(domain.registrar_id), "expires_at_0": day, "expires_at_1": at}
        client.post(page_of(domain), given)
    assert type(domain).objects.get().expires_at is None
    for at in ("00:00", "23:59", "24:00", "23:59:60"):
        answer = client.post(reverse("admin:review_change", args=[draft.pk]), {"act": "schedule", "at": f"{day}T{at}"})
        assert answer.status_code in (200, 302), at
