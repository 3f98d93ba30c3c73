"""Numbers: one table of all parameters, and one edit with its effect shown before it acts."""

from __future__ import annotations

from typing import Any

import pytest

from admin_ui.numbers import as_typed, value_of
from core.audit import AuditRow
from core.machine import perform
from rules.change_requests import ChangeRequest
from rules.preview import Shift
from rules.publish import publish_text
from rules.reading import live_version
from rules.rule_sets import RuleSetVersion
from state_machines.customers import Customer
from tests.admin_ui.conftest import RULES, SignIn
from tests.fines.models import Fine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
PAGE = "/staff/numbers/"
BOUNDED = RULES.replace("default: {money", "min: {money: 1.00 EUR}, max: {money: 900.00 EUR}, default: {money")


@pytest.fixture
def customer() -> Customer:
    return Customer.objects.create(name="Ana")


def test_a_customers_number_is_one_edit_that_acts_at_once(sign_in: SignIn, customer: Customer) -> None:
    client, given = sign_in("author"), {"of": customer.ref, "value": "250.00 EUR"}
    seen = client.post(f"{PAGE}large/", given)
    assert seen.context["change"].said == ('parameter "large": new, 250.00 EUR',)
    assert "It acts at once" in seen.content.decode()
    assert live_version(customer.ref) is None
    answer = client.post(f"{PAGE}large/", {**given, "publish": "1"}, follow=True)
    live = live_version(customer.ref)
    assert live is not None
    assert live.document["params"] == {"large": {"money": "250.00 EUR"}}
    assert "# Numbers of this customer's own" in live.text
    assert AuditRow.objects.filter(verb="rule_set.published", object=live.ref).exists()
    assert [own.value for own in answer.context["found"][0][0].own] == ["250.00 EUR"]
    back = client.post(f"{PAGE}large/", {**given, "inherit": "1", "publish": "1"}, follow=True)
    assert back.context["found"][0][0].own == ()


def test_its_effect_is_shown_on_the_newest_events(sign_in: SignIn, house: RuleSetVersion) -> None:
    fine = Fine.objects.create(case="A", article=1, amount_minor=6_000)
    perform(fine, "send_fine", arguments={"expense_minor": 0})
    perform(fine, "insert_fine_notification")
    perform(fine, "add_penalty", arguments={"amount_minor": 8_000})
    seen = sign_in("approver").post(f"{PAGE}large/", {"of": "house", "value": "50.00 EUR"})
    assert seen.context["change"].said == ('parameter "large": from 100.00 EUR to 50.00 EUR',)
    assert seen.context["change"].approvals == 1
    assert seen.context["change"].effect.shifts == (Shift("collect-large", 1, 0),)


def test_what_does_not_fit_is_said_and_nothing_is_published(sign_in: SignIn, customer: Customer) -> None:
    publish_text("house", BOUNDED, title="bounds")
    client = sign_in("author")
    for value, problem in (("many", "does not fit its type"), ("1000.00 EUR", "at most 900.00 EUR"), ("5 RON", "EUR")):
        seen = client.post(f"{PAGE}large/", {"of": customer.ref, "value": value, "publish": "1"})
        assert problem in seen.context["change"].problem
    seen = client.post(f"{PAGE}large/", {"of": "customer:999", "value": "5.00 EUR", "publish": "1"})
    assert "customer:999" in seen.context["change"].problem
    assert not ChangeRequest.objects.filter(rule_set__key=customer.ref).exists()


def test_a_number_of_the_house_waits_for_an_approver(sign_in: SignIn) -> None:
    given = {"of": "house", "value": "50.00 EUR", "publish": "1"}
    page = sign_in("author").post(f"{PAGE}large/", given, follow=True).content.decode()
    assert "It waits for an approver." in page
    assert ChangeRequest.objects.get(state="checked").needed == 1
    sign_in("approver").post(f"{PAGE}large/", {**given, "value": "60.00 EUR"})
    live = live_version("house")
    assert live is not None
    assert live.document["params"]["large"]["default"] == {"money": "60.00 EUR"}


def test_who_may_not_write_is_refused(sign_in: SignIn) -> None:
    client = sign_in("viewer", "operator")
    assert client.get(f"{PAGE}large/").status_code == 200
    assert client.post(f"{PAGE}large/", {"of": "house", "value": "5"}).status_code == 403
    assert client.get(f"{PAGE}none/").status_code == 302


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", "30", 30),
        ("percent", "2,5", 2.5),
        ("duration", "3d", "3d"),
        ("boolean", "true", True),
        ("money", "1200.00 ron", {"money": "1200.00 RON"}),
        (["duration"], "1d, 3d\n7d", ["1d", "3d", "7d"]),
        ({"by": "invoice.currency", "of": "money"}, "RON: 5.00 RON\nelse: 1.00 EUR",
         {"RON": {"money": "5.00 RON"}, "else": {"money": "1.00 EUR"}}),
    ],
)  # fmt: skip
def test_a_value_is_typed_as_it_is_shown(kind: Any, text: str, value: Any) -> None:
    declared = {"type": kind}
    assert value_of(text, declared) == value
    assert value_of(as_typed(value), declared) == value
