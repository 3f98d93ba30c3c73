"""The sentence editor in a real browser: a rule from words alone, by keyboard too; problems, history, undo, no loss."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Request, expect

from core.machine import perform
from rules.change_requests import ChangeRequest
from rules.document.yaml_text import read_yaml
from rules.editing import begin
from rules.publish import publish_text
from state_machines.customers import Customer
from state_machines.order_items import OrderItem
from state_machines.orders import Order
from tests.browser.conftest import SignedIn
from tests.browser.held import Held

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = """set: house
params:
  large: {type: money, default: {money: "100.00 RON"}, title: Large orders}
rules:
# looked at by sales
- key: review
  title: Look at large orders
  when: order.submitted
  if:
    all:
    - {fact: order.total, op: gte, value: {param: large}}   # the number differs by customer
    - {fact: customer.country, op: eq, value: RO}
  then: [{do: order.flag_for_review}]
"""


@pytest.fixture
def draft(db: None) -> ChangeRequest:
    publish_text("house", RULES, title="The first rules")
    for prices in (5000, 20000, 30000):
        order = Order.objects.create(customer=Customer.objects.create(name="Ana", country="RO"))
        OrderItem.objects.create(order=order, product="hosting-s", unit_price_minor=prices)
        perform(order.ref, "submit")
    return begin("house", title="Look at smaller orders too")


def hold_lines(page: Page) -> Held:
    """Takes the next thing that the script asks of the server; it is not answered before it goes on."""
    return Held(page, "**/lines/", times=1)


def document(draft: ChangeRequest) -> dict:
    draft.refresh_from_db()
    return read_yaml(draft.text)[0][0]


def test_a_rule_is_read_changed_and_saved_without_losing_a_comment(signed_in: SignedIn, draft: ChangeRequest) -> None:
    page = signed_in("ana", "author")
    page.goto(f"/staff/rules/changerequest/{draft.pk}/sentences/")
    expect(page.get_by_text("When order: submit. If all of these are true:")).to_be_visible()
    page.get_by_role("link", name="Look at large orders").click()
    expect(page.locator("#passed")).to_contain_text("2 of the last 3 such events")
    expect(page.locator('[data-dot="/if/all/0"]')).to_have_text("2 of the last 3 events pass")
    expect(page.locator("#waterfall li")).to_have_text([" 3", " 2", " 2"])

    first = page.locator('[data-line="/if/all/0"]')
    first.get_by_label("What stands here").select_option("value")
    first.get_by_label("Amount").fill("250")
    expect(page.locator("#sentence")).to_contain_text("250.00 RON")
    expect(page.locator('[data-dot="/if/all/0"]')).to_have_text("1 of the last 3 events pass")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Nothing changes for customers before it is published.")).to_be_visible()
    draft.refresh_from_db()
    assert draft.text == RULES.replace("{param: large}", "{money: 250.00 RON}")


def test_a_rule_is_written_from_nothing_with_problems_beside_the_lines(
    signed_in: SignedIn, draft: ChangeRequest
) -> None:
    page = signed_in("ana", "author")
    page.goto(f"/staff/rules/changerequest/{draft.pk}/sentences/")
    page.get_by_role("link", name="A new rule").click()
    page.get_by_label("Title").fill("Tell sales")
    page.get_by_label("Key", exact=False).first.fill("tell-sales")
    page.locator('[data-line="/when"]').nth(1).get_by_label("Event").select_option("order.submitted")
    page.get_by_role("button", name="+ Add a condition").click()
    condition = page.locator('[data-line="/if"]')
    condition.get_by_label("What is looked at").select_option("fact:order.total")
    expect(condition.get_by_label("How it is compared")).to_have_value("gte")
    condition.get_by_label("Amount").fill("abc")
    expect(condition.locator(".pv-note.pv-bad")).to_contain_text("500.00 RON")
    condition.get_by_label("Amount").fill("1 500,5")
    expect(condition.locator(".pv-note")).to_have_count(0)
    page.get_by_role("button", name="+ Add a step").click()
    step = page.locator('[data-line="/then/0"]')
    step.get_by_label("Action").select_option("ticket.open")
    expect(page.locator('[data-line="/then/0/with/subject"] .pv-note.pv-bad')).to_be_visible()
    step.get_by_label("subject", exact=True).fill("Call about {{ order.number }}")
    step.get_by_label("Add").last.select_option(label="queue")
    step.get_by_label("queue", exact=True).select_option("sales")
    expect(page.locator("#problem-count")).to_have_text("No problems found.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Nothing changes")).to_be_visible()
    expect(page.get_by_text("Tell sales")).to_be_visible()
    assert document(draft)["rules"][1] == {
        "key": "tell-sales", "title": "Tell sales", "when": "order.submitted",
        "if": {"fact": "order.total", "op": "gte", "value": {"money": "1500.50 RON"}},
        "then": [{"do": "ticket.open", "with": {"subject": "Call about {{ order.number }}", "queue": "sales"}}],
    }  # fmt: skip


def test_nothing_typed_is_lost_however_slow_the_script_and_the_server_are(
    signed_in: SignedIn, draft: ChangeRequest
) -> None:
    page = signed_in("ana", "author")
    held = Held(page, "**/sentences.js")
    page.goto(f"/staff/rules/changerequest/{draft.pk}/sentences/rule/", wait_until="commit")
    title, key = page.get_by_label("Title"), page.get_by_label("Key", exact=False).first
    expect(title).to_be_disabled()  # nobody listens yet
    page.clock.install()
    page.clock.pause_at(
        datetime.now(UTC) + timedelta(hours=1)
    )  # the pause after which what is typed is sent never comes
    held.go_on()
    title.fill("Tell sales")
    held = hold_lines(page)
    with page.expect_request("**/lines/"):
        key.fill("sales-first")  # leaving the title sends it
    with page.expect_response("**/lines/"):
        held.go_on()  # the lines are drawn anew under the hands of the person
    event = page.locator('[data-line="/when"]').nth(1).get_by_label("Event")
    event.select_option("order.submitted")
    expect(page.locator("#sentence")).to_contain_text("When order: submit")
    expect(event).to_have_value("order.submitted")
    expect(title).to_have_value("Tell sales")
    expect(key).to_have_value("sales-first")


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_button_that_is_held_while_an_answer_comes_does_what_it_says(
    signed_in: SignedIn, draft: ChangeRequest, by: str
) -> None:
    page = signed_in("ana", "author")
    page.goto(f"/staff/rules/changerequest/{draft.pk}/sentences/rule/?key=review")
    expect(page.get_by_label("Action")).to_have_count(1)
    add = page.get_by_role("button", name="+ Add a step")
    held = hold_lines(page)
    with page.expect_request("**/lines/"):
        page.get_by_label("Title").fill("Look at orders")
        add.focus()
    add.hover()
    if by == "mouse":
        page.mouse.down()
    else:
        page.keyboard.down(" ")
    with page.expect_response("**/lines/"):
        held.go_on()
    page.evaluate("() => fetch(location.href).then((answer) => answer.text())")  # the answer has been heard by then
    if by == "mouse":
        page.mouse.up()
    else:
        page.keyboard.up(" ")
    expect(page.get_by_label("Action")).to_have_count(2)
    expect(page.get_by_label("Title")).to_have_value("Look at orders")


def test_lines_that_are_moving_take_no_edit_that_another_would_get(signed_in: SignedIn, draft: ChangeRequest) -> None:
    third = "    - {fact: order.reference, op: exists, value: true}\n  then:"
    draft = begin("house", title="Three conditions", text=RULES.replace("  then:", third))
    page = signed_in("ana", "author")
    page.goto(f"/staff/rules/changerequest/{draft.pk}/sentences/rule/?key=review")
    page.set_viewport_size({"width": 1280, "height": 1600})  # every line can be clicked without scrolling
    lines = page.locator('[data-line^="/if/all/"]')
    expect(lines).to_have_count(3)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/lines/") else None)
    held = hold_lines(page)
    with page.expect_request("**/lines/"):
        lines.nth(0).get_by_role("button", name="Take out").click()
    second = lines.nth(1).get_by_role("button", name="Take out").bounding_box()
    assert second
    page.mouse.click(second["x"] + second["width"] / 2, second["y"] + second["height"] / 2)
    held.go_on()
    expect(lines).to_have_count(2)
    page.evaluate("() => fetch(location.href).then((answer) => answer.text())")
    assert len(asked) == 1
    expect(page.locator("#sentence")).to_contain_text("customer: country")
    lines.nth(0).get_by_role("button", name="Take out").click()
    expect(page.locator("#sentence")).not_to_contain_text("customer: country")


def test_it_works_by_keyboard_undoes_and_keeps_what_was_not_saved(signed_in: SignedIn, draft: ChangeRequest) -> None:
    page = signed_in("ana", "author")
    address = f"/staff/rules/changerequest/{draft.pk}/sentences/rule/?key=review"
    page.goto(address)
    second = page.locator('[data-line="/if/all/1"]')
    second.get_by_label("How it is compared").focus()
    page.keyboard.type("is any")
    expect(page.locator("#sentence")).to_contain_text("customer: country is anything but RO")
    expect(second.get_by_label("How it is compared")).to_be_focused()
    page.get_by_role("button", name="Not: ").last.press("Enter")
    expect(page.locator("#sentence")).to_contain_text("this is not true")
    page.locator("h2").first.click()
    page.keyboard.press("Control+z")
    expect(page.locator("#sentence")).not_to_contain_text("this is not true")
    expect(page.get_by_text("not saved yet")).to_be_visible()

    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="Today").click()
    expect(page).to_have_title("Today | Pravila")
    assert asked == ["beforeunload"]
    page.goto(address)
    expect(page.get_by_text("There is something here that was not saved")).to_be_visible()
    page.get_by_role("button", name="Go on with it").click()
    expect(page.locator("#sentence")).to_contain_text("is anything but")


def test_one_part_of_an_inherited_rule_is_changed_in_place(signed_in: SignedIn, draft: ChangeRequest) -> None:
    customer = Customer.objects.first()
    own = begin(customer.ref, title="Their own amount", text=f"set: {customer.ref}\nrules: []\n")
    page = signed_in("ana", "author")
    page.goto(f"/staff/rules/changerequest/{own.pk}/sentences/rule/?key=review")
    first = page.locator('[data-line="/if/all/0"]')
    expect(first.locator(".pv-badge")).to_have_text("house")
    expect(first.locator("select, input")).to_have_count(0)
    first.get_by_role("button", name=re.compile("Change for this customer")).click()
    first.get_by_label("What stands here").select_option("value")
    first.get_by_label("Amount").fill("900")
    expect(first.locator(".pv-badge")).to_have_text("this customer")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Nothing changes")).to_be_visible()
    expect(page.get_by_text("changed here")).to_be_visible()
    assert document(own)["change"] == {"review": {"/if/all/order.total/value": {"money": "900.00 RON"}}}
    page.get_by_role("link", name="Look at large orders").click()
    page.locator('[data-line="/if/all/0"]').get_by_role("button", name=re.compile("As the house has it")).click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Nothing changes")).to_be_visible()
    expect(page.get_by_text("changed here")).to_have_count(0)
    assert "change" not in document(own)
