"""Pages of machines: buttons perform transitions, refusals speak, recorded fields change with an event."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from admin_ui.links import list_of, page_of
from admin_ui.machine_pages import MachineAdmin
from admin_ui.pages import StaffAdmin
from core.events import Event
from core.machine import perform
from core.machines import all_machines
from state_machines.customers import Customer
from state_machines.domains import Domain
from state_machines.order_items import OrderItem
from state_machines.orders import Order
from state_machines.profiles import BillingProfile
from state_machines.retry_policies import RetryPolicy
from state_machines.servers import Server
from state_machines.ticket_categories import TicketCategory
from state_machines.tlds import Registrar, Tld
from tests.admin_ui.conftest import SignIn
from tests.fines.models import Fine
from tests.state_machines.made import a_customer
from tests.state_machines.one_of_each import one_of_each

pytestmark = pytest.mark.django_db
LIST_STATEMENTS = 12  # of a first page, whatever is in the tables
PAGE = "/staff/fines/fine/{}/change/"
PERFORM = "/staff/fines/fine/{}/perform/{}/"


def _messages(answer: object) -> str:
    return " ".join(str(message) for message in answer.context["messages"])  # type: ignore[attr-defined]


def test_every_machine_has_a_page_without_being_named_here() -> None:
    assert all(admin.site.is_registered(model) for model in all_machines())
    assert type(admin.site._registry[Fine]) is MachineAdmin


def test_a_button_performs_the_transition_in_the_name_of_the_person(sign_in: SignIn, fine: Fine) -> None:
    client = sign_in("operator")
    answer = client.post(PERFORM.format(fine.pk, "send_fine"), {"expense_minor": "12.50"}, follow=True)
    fine.refresh_from_db()
    assert (fine.state, fine.expense_minor) == ("sent", 1250)
    assert "fine:1 is sent now" in _messages(answer).replace(fine.ref, "fine:1")
    newest = Event.objects.get(subject=fine.ref, sequence=fine.sequence)
    assert newest.type == "fine.send_fine"
    assert newest.actor == f"user:{client.session['_auth_user_id']}"
    assert f"/staff/core/event/{newest.pk}/change/" in answer.content.decode()


def test_a_viewer_sees_the_page_and_may_perform_nothing(sign_in: SignIn, fine: Fine) -> None:
    client = sign_in("viewer")
    page = client.get(PAGE.format(fine.pk)).content.decode()
    assert "only these roles may do it: operator" in page
    answer = client.post(PERFORM.format(fine.pk, "insert_fine_notification"), follow=True)
    fine.refresh_from_db()
    assert fine.state == "created"
    assert Event.objects.filter(subject=fine.ref).count() == 1
    refused = client.post(PERFORM.format(fine.pk, "send_fine"), {"expense_minor": "1"}, follow=True)
    assert "may not do fine.send_fine" in _messages(refused)
    assert "fine" in _messages(answer)


def test_staff_without_a_role_and_strangers_see_nothing(sign_in: SignIn, fine: Fine) -> None:
    assert sign_in().get(PAGE.format(fine.pk)).status_code == 403
    for url in ("/staff/", "/staff/core/event/", "/staff/try/", "/staff/rules/ruleset/of/house/"):
        assert sign_in().get(url).status_code == 403
        assert Client().get(url)["Location"].startswith("/staff/login/")
    stranger = Client().post(PERFORM.format(fine.pk, "send_fine"), {"expense_minor": "1"})
    assert stranger["Location"].startswith("/staff/login/")


def test_a_guard_greys_the_button_out_with_its_reason(sign_in: SignIn, fine: Fine) -> None:
    perform(fine, "payment", arguments={"paid_minor": 1000})
    client = sign_in("operator")
    page = client.get(PAGE.format(fine.pk)).content.decode()
    assert f'<button class="pv-button" disabled title="40.00 EUR of {fine.ref} are still outstanding">' in page
    answer = client.post(PERFORM.format(fine.pk, "settle"), follow=True)
    assert answer.status_code == 200
    assert "are still outstanding" in _messages(answer)
    fine.refresh_from_db()
    assert fine.state == "paid_part"


def test_what_another_person_did_meanwhile_is_said(sign_in: SignIn, fine: Fine) -> None:
    perform(fine, "payment", arguments={"paid_minor": 1000})
    data = {"paid_minor": "5", "expected": "created"}
    answer = sign_in("operator").post(PERFORM.format(fine.pk, "payment"), data, follow=True)
    assert "is paid_part, not created" in _messages(answer)
    fine.refresh_from_db()
    assert fine.paid_minor == 1000


@pytest.mark.parametrize("typed", ["", "much", "-3", "1.234", "99999999999"])
def test_arguments_that_do_not_fit_change_nothing(sign_in: SignIn, fine: Fine, typed: str) -> None:
    answer = sign_in("operator").post(PERFORM.format(fine.pk, "payment"), {"paid_minor": typed}, follow=True)
    assert "Paid (EUR):" in _messages(answer)
    fine.refresh_from_db()
    assert fine.state == "created"


def test_unknown_transitions_and_rows_are_refused_in_words(sign_in: SignIn, fine: Fine) -> None:
    client = sign_in("operator")
    assert "no transition" in _messages(client.post(PERFORM.format(fine.pk, "payed"), follow=True))
    assert "There is no fine:999" in _messages(client.post(PERFORM.format(999, "settle"), follow=True))
    assert client.get(PERFORM.format(fine.pk, "settle")).status_code == 405


def test_hostile_text_stays_text(sign_in: SignIn, db: None) -> None:
    evil = "<script>alert('x')</script>"
    customer = Customer.objects.create(name=evil, email="a@example.org")
    client = sign_in("administrator")
    for url in (f"/staff/state_machines/customer/{customer.pk}/change/", "/staff/state_machines/customer/"):
        page = client.get(url).content.decode()
        assert evil not in page
        assert "&lt;script&gt;alert(" in page


def test_a_recorded_field_changes_with_an_event_and_another_without(sign_in: SignIn, db: None) -> None:
    customer = Customer.objects.create(name="Ana", country="RO")
    url = f"/staff/state_machines/customer/{customer.pk}/change/"
    client = sign_in("operator")
    form = client.get(url).context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    assert "credit_score" not in data
    client.post(url, data | {"name": "Ana Pop"})
    customer.refresh_from_db()
    assert (customer.name, customer.sequence) == ("Ana Pop", 0)
    client.post(url, data | {"name": "Ana Pop", "country": "DE"})
    customer.refresh_from_db()
    assert (customer.country, customer.sequence) == ("DE", 1)
    event = Event.objects.get(subject=customer.ref, sequence=1)
    assert (event.type, event.was) == ("customer.updated", {"customer.country": "RO"})


def test_a_row_is_created_with_its_event(sign_in: SignIn, db: None) -> None:
    data = {"case": "B2", "article": "7", "amount_minor": "9,05", "expense_minor": "0", "paid_minor": "0.00"}
    answer = sign_in("operator").post(
        "/staff/fines/fine/add/", data | {"outstanding_minor": "0", "currency": "EUR"}, follow=True
    )
    made = Fine.objects.get(case="B2")
    assert (answer.status_code, made.amount_minor, made.expense_minor) == (200, 905, 0)
    assert Event.objects.get(subject=made.ref).type == "fine.created"
    assert sign_in("viewer").post("/staff/fines/fine/add/", data).status_code == 403


def test_amounts_are_typed_in_whole_units_of_their_currency(sign_in: SignIn, db: None) -> None:
    customer = Customer.objects.create(name="Ana", email="a@b.ro")
    profile = BillingProfile.objects.create(customer=customer, currency="JPY", credit_limit_minor=1200)
    client, url = sign_in("operator"), page_of(profile)
    page = client.get(url).content.decode()
    assert 'name="credit_limit_minor" value="1200"' in page
    assert "Credit limit (JPY)" in page
    data = {"terms_days": "", "delivery": "email"}
    refused = client.post(url, data | {"credit_limit_minor": "7.5"}, follow=True).content.decode()
    profile.refresh_from_db()
    assert "JPY has no such small amounts." in refused
    assert profile.credit_limit_minor == 1200
    client.post(url, data | {"credit_limit_minor": "75"})
    profile.refresh_from_db()
    assert profile.credit_limit_minor == 75


@pytest.mark.parametrize(
    ("typed", "language", "minor"),
    [
        ("1.234,50", "ro", 123_450), ("1.500", "ro", 150_000), ("1,5", "ro", 150), ("1500.00", "ro", 150_000),
        ("1,234.50", "en", 123_450), ("1,500", "en", 150_000), ("1.50", "en", 150), ("1 500", "en", 150_000),
        ("1.505", "en", None), ("1.2.3", "ro", None), ("abc", "ro", None), ("NaN", "en", None), ("1e3", "en", None),
        ("9" * 20, "en", None), ("-1", "en", None), ("100000000000.01", "en", None),
    ],
)  # fmt: skip
def test_amounts_are_read_as_the_language_writes_them(
    sign_in: SignIn, db: None, typed: str, language: str, minor: int | None
) -> None:
    profile = BillingProfile.objects.create(customer=a_customer(), credit_limit_minor=7)
    data = {"terms_days": "", "delivery": "email", "credit_limit_minor": typed}
    answer = sign_in("operator").post(page_of(profile), data, headers={"accept-language": language})
    profile.refresh_from_db()
    assert profile.credit_limit_minor == (7 if minor is None else minor)
    assert answer.status_code == (200 if minor is None else 302)


def test_an_amount_takes_the_currency_of_the_row_that_it_belongs_to(sign_in: SignIn, db: None) -> None:
    customer = Customer.objects.create(name="Ana", email="a@b.ro")
    order = Order.objects.create(customer=customer, currency="KWD")
    data = {"order": order.pk, "product": "hosting", "product_type": "other", "quantity": "1"}
    sign_in("operator").post("/staff/state_machines/orderitem/add/", data | {"unit_price_minor": "1.234"})
    assert OrderItem.objects.get().unit_price_minor == 1234


def test_a_short_list_is_typed_with_commas(sign_in: SignIn, db: None) -> None:
    client, add = sign_in("operator"), "/staff/state_machines/retrypolicy/add/"
    assert 'value="1, 3, 7, 14"' in client.get(add).content.decode()
    client.post(add, {"code": "slow", "days": "2,5 , 30"})
    assert RetryPolicy.objects.get().days == [2, 5, 30]
    assert "[2, 5, 30]" not in client.get(list_of(RetryPolicy)).content.decode()
    refused = client.post(add, {"code": "never", "days": "2, soon"}, follow=True).content.decode()
    assert "Give 1 to 10 days" in refused
    assert RetryPolicy.objects.count() == 1


def test_a_list_asks_no_more_for_more_rows(sign_in: SignIn, db: None) -> None:
    client = sign_in("viewer")

    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    few: dict[str, int] = {}
    for rows in (2, 12):
        for number in range(rows):
            customer = Customer.objects.create(name=f"Nr {number}")
            customer.orders.create()
        for path in ("/staff/state_machines/order/", "/staff/core/event/", "/staff/"):
            assert queries(path) == few.setdefault(path, queries(path)), path


def test_no_list_asks_more_than_twelve_statements(sign_in: SignIn, db: None) -> None:
    for _number in range(2):
        one_of_each(a_customer())
    client = sign_in("administrator")
    over = {}
    for model, page in admin.site._registry.items():
        if isinstance(page, StaffAdmin):
            path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            with CaptureQueriesContext(connection) as seen:
                assert client.get(path, follow=True).status_code == 200, path
            if len(seen) > LIST_STATEMENTS:
                over[path] = len(seen)
    assert over == {}


def test_a_number_finds_the_row_of_that_id_and_what_begins_with_it(sign_in: SignIn) -> None:
    meant, named, other = a_customer(), a_customer(), a_customer()
    Customer.objects.filter(pk=named.pk).update(name=f"{meant.pk} Roads Ltd")
    client = sign_in("viewer")
    page = client.get("/staff/state_machines/customer/", {"q": str(meant.pk)}).content.decode()
    assert (meant.ref in page, named.ref in page, other.ref in page) == (True, True, False)
    page = client.get("/staff/state_machines/customer/", {"q": "9" * 30}).content.decode()
    assert meant.ref not in page


def test_the_side_bar_lights_where_one_is(sign_in: SignIn, fine: Fine) -> None:
    client = sign_in("viewer")
    lit = {
        path: [one["title"] for group in client.get(path).context["sidebar_navigation"] for one in group["items"] if one["active"]]
        for path in ("/staff/", "/staff/fines/fine/", PAGE.format(fine.pk), "/staff/try/")
    }  # fmt: skip
    assert lit == {
        "/staff/": ["Today"],
        "/staff/fines/fine/": ["Fines"],
        PAGE.format(fine.pk): ["Fines"],
        "/staff/try/": ["Try"],
    }


def test_what_has_a_name_of_its_own_is_chosen_by_it(sign_in: SignIn, db: None) -> None:
    registrar = Registrar.objects.create(code="rotld")
    asked = {"app_label": "state_machines", "model_name": "tld", "field_name": "registrar", "term": ""}
    answer = sign_in("operator").get(reverse("admin:autocomplete"), asked).json()
    assert answer["results"] == [{"id": str(registrar.pk), "text": "rotld"}]
    tld = Tld.objects.create(ending="ro", registrar=registrar)
    named = [Server(name="web-1"), TicketCategory(code="billing"), Domain(name="example.ro"), tld]
    assert [str(one) for one in named] == ["web-1", "billing", "example.ro", "ro"]
