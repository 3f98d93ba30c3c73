"""Texts: looked at on an object in both languages, sent to oneself, and put in force like every change of rules."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core import mail

from core.audit import AuditRow
from rules.change_requests import ChangeRequest
from rules.publish import publish_text
from rules.reading import live_version
from tests.admin_ui.conftest import SignIn
from tests.state_machines.made import a_customer, a_draft, an_issued

pytestmark = pytest.mark.django_db
HOUSE = """set: house
texts:
  paid:
    en: {subject: "Invoice {{ invoice.number }}", text: "Hello {{ customer.name }}, {{ invoice.total | money }}"}
    ro: {subject: "Factura {{ invoice.number }}", text: "Bună, {{ customer.name }}, {{ invoice.total | money }}"}
rules:
- key: tell
  title: Tell
  when: invoice.issued
  then: [{do: notify.email, with: {template: paid}}]
"""
PAGE = "/staff/texts/paid/"


@pytest.fixture(autouse=True)
def _house(db: None) -> None:
    publish_text("house", HOUSE, title="texts")


def form(**changed: str) -> dict[str, str]:
    typed = {
        "of": "house", "en-subject": "Invoice {{ invoice.number }}", "ro-subject": "Factura {{ invoice.number }}",
        "en-text": "Hello {{ customer.name }}, {{ invoice.total | money }}",
        "ro-text": "Bună, {{ customer.name }}, {{ invoice.total | money }}",
    }  # fmt: skip
    return typed | {name.replace("_", "-"): value for name, value in changed.items()}


def test_the_list_says_who_sends_each(sign_in: SignIn) -> None:
    page = sign_in("viewer").get("/staff/texts/")
    [one] = page.context["found"]
    assert (one.name, one.rules, sorted(one.languages)) == ("paid", ("tell",), ["en", "ro"])


def test_it_is_shown_for_the_newest_object_that_it_could_be_sent_for(sign_in: SignIn) -> None:
    invoice = an_issued(a_customer(name="Ana Pop"))
    a_draft(a_customer(name="Ion"))
    seen = sign_in("viewer").get(PAGE)
    assert seen.context["shown_for"] == invoice.ref
    written = {one.language: one.written for one in seen.context["shown"]}
    assert written["en"].text == "Hello Ana Pop, 121.00\xa0RON"
    assert written["ro"].text == "Bună, Ana Pop, 121,00\xa0RON"


def test_what_cannot_be_written_says_why(sign_in: SignIn) -> None:
    draft = a_draft()
    client = sign_in("author")
    seen = client.post(PAGE, form(object=draft.ref, en_text="{{ invoice.numer }}", ro_text="{{ invoice.number"))
    assert all(one.written is None and one.problem for one in seen.context["shown"])
    assert "nothing is known of invoice:999" in client.get(f"{PAGE}?object=invoice:999").content.decode()
    refused = client.post(PAGE, form(object=draft.ref, ro_text="{{ invoice.number", publish="1"))
    assert refused.status_code == 200
    assert "cannot be written" in refused.content.decode()
    assert live_version("house").text == HOUSE  # type: ignore[union-attr]


def test_it_is_sent_to_oneself_as_it_is_typed_and_to_nobody_else(sign_in: SignIn) -> None:
    invoice = an_issued()
    client = sign_in("author")
    given = form(object=invoice.ref, en_subject="New: {{ invoice.number }}", send="1")
    assert "no e-mail address" in client.post(PAGE, given).content.decode()
    User.objects.update(email="me@example.com")
    client.post(PAGE, given)
    assert [(one.to, one.subject) for one in mail.outbox] == [
        (["me@example.com"], f"Factura {invoice.number}"),
        (["me@example.com"], f"New: {invoice.number}"),
    ]
    assert AuditRow.objects.filter(verb="text.tried", object="text:paid").count() == 1
    assert live_version("house").text == HOUSE  # type: ignore[union-attr]


def test_a_change_of_the_house_waits_for_an_approver_who_may_do_it_at_once(sign_in: SignIn) -> None:
    given = form(ro_text="Salut,\r\n{{ customer.name }}", publish="1")
    assert "It waits for an approver." in sign_in("author").post(PAGE, given, follow=True).content.decode()
    assert ChangeRequest.objects.get(state="checked").title == "Text paid (ro)"
    sign_in("approver").post(PAGE, given, follow=True)
    live = live_version("house")
    assert live is not None
    assert live.document["texts"]["paid"]["ro"]["text"] == "Salut,\n{{ customer.name }}\n"
    assert live.document["texts"]["paid"]["en"]["subject"] == "Invoice {{ invoice.number }}"
    again = sign_in("approver").post(PAGE, given)
    assert "it reads so already" in again.content.decode()


def test_a_customer_has_a_text_of_their_own(sign_in: SignIn) -> None:
    customer = a_customer()
    given = form(of=customer.ref, en_subject="For you: {{ invoice.number }}", publish="1")
    sign_in("approver").post(PAGE, given, follow=True)
    live = live_version(customer.ref)
    assert live is not None
    assert list(live.document["texts"]["paid"]) == ["en"]
    seen = sign_in("viewer").get("/staff/texts/")
    assert seen.context["found"][0].own == (customer.ref,)
    assert "customer:999" in sign_in("author").post(PAGE, form(of="customer:999", publish="1")).content.decode()


def test_who_may_not_write_may_not_send_or_publish(sign_in: SignIn) -> None:
    client = sign_in("viewer", "operator")
    an_issued()
    assert client.get(PAGE).status_code == 200
    for button in ("send", "publish"):
        assert client.post(PAGE, form(en_text="x", **{button: "1"})).status_code == 403
    assert client.get("/staff/texts/none/").status_code == 302
