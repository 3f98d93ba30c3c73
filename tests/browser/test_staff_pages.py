"""The staff pages in a real browser: sign in, move an order on, edit rules and publish them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from core.events import Event
from rules.publish import publish_text
from rules.rule_sets import RuleSet
from state_machines.customers import Customer
from state_machines.order_items import OrderItem
from state_machines.orders import Order
from tests.browser.one_rule import ONE_RULE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "o-parola-lunga"


@pytest.fixture
def order(db: None) -> Order:
    order = Order.objects.create(customer=Customer.objects.create(name="Ana <Pop>"))
    OrderItem.objects.create(order=order, product="hosting-s", unit_price_minor=5000)
    return order


def _sign_in(page: Page) -> None:
    User.objects.create_superuser("ana", password=PASSWORD)
    page.goto("/")
    page.get_by_label("Username").fill("ana")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Events waiting for a decision")).to_be_visible()


def test_an_order_is_moved_on_and_a_rule_is_published(page: Page, order: Order) -> None:
    publish_text("house", ONE_RULE, title="The first rules")
    _sign_in(page)

    page.get_by_role("link", name="Orders").click()
    page.get_by_role("link", name=order.ref).click()
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_text(f"{order.ref} is awaiting payment now.")).to_be_visible()
    timeline = page.locator("#timeline")
    expect(timeline.get_by_role("link", name="order.submitted")).to_be_visible()
    timeline.get_by_role("link", name="order.submitted").click()
    expect(page.get_by_text(f"{order.ref}@{Event.objects.get(type='order.submitted').sequence}").first).to_be_visible()

    page.get_by_role("link", name="Rule sets").click()
    page.get_by_role("link", name="Rules of the house").click()
    page.get_by_label("What do you want to change?").fill("Look at smaller orders too")
    page.get_by_role("button", name="Begin a change").click()
    editor = page.get_by_label("Rules (YAML)")
    editor.fill(ONE_RULE.replace("op: gte", "op: above"))
    problem = page.locator("#problems button")
    expect(problem).to_contain_text("Line 6")
    expect(problem).to_contain_text('"above" is not known here')
    editor.fill(ONE_RULE.replace("100.00", "50.00"))
    expect(page.locator("#problems")).to_contain_text("No problems found.")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("these rules decide from the next event on")).to_be_visible()
    live = RuleSet.objects.get(key="house").live
    assert live is not None
    assert (live.number, "50.00 RON" in live.text) == (2, True)
