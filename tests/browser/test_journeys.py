"""Whole days of people at the staff pages, in a real browser: each journey as the persons who make it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from actions.runs import ActionRun
from core import clock
from core.events import Event
from core.machine import perform
from rules.change_requests import ChangeRequest
from rules.publish import publish_text
from rules.rule_sets import RuleSet
from state_machines.customers import Customer
from state_machines.order_items import OrderItem
from state_machines.orders import Order
from state_machines.tickets import Ticket
from tests.browser.conftest import SignedIn
from tests.kit import work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOUSE = """set: house
params:
  large: {type: money, default: {money: "100.00 RON"}, title: Large orders}
rules:
- key: look
  title: Look at large orders
  when: order.submitted
  if: {fact: order.total, op: gte, value: {param: large}}
  then: [{do: ticket.open, with: {queue: sales, subject: "Look at {{ order.number }}"}}]
"""


def an_order(customer: Customer, minor: int) -> Event:
    """A submitted order, with everything done that follows."""
    order = Order.objects.create(customer=customer)
    OrderItem.objects.create(order=order, product="hosting-s", unit_price_minor=minor)
    event = perform(order.ref, "submit")
    work()
    return event


def a_customer() -> Customer:
    return Customer.objects.create(name="Ana", country="RO")


def tickets() -> int:
    return Ticket.objects.count()


def check_and_approve(page: Page, draft: ChangeRequest, *, approver: Page) -> None:
    """The author has it checked, the other person approves of it and puts it in force."""
    page.goto(f"/staff/rules/changerequest/{draft.pk}/review/")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_text("Checked.")).to_be_visible()
    approver.goto(f"/staff/rules/changerequest/{draft.pk}/review/")
    approver.get_by_role("button", name="Approve").click()
    expect(approver.get_by_text("Your approval is noted.")).to_be_visible()


def test_from_a_past_event_to_a_live_rule_and_back(signed_in: SignedIn) -> None:
    publish_text("house", "set: house\nrules: []\n", title="Nothing yet")
    ana, ion = a_customer(), a_customer()
    big = an_order(ana, 50_000)
    an_order(ana, 3_000)
    author, approver = signed_in("ina", "author"), signed_in("dan", "approver", "operator")

    author.goto(f"/staff/core/event/{big.pk}/change/")
    author.get_by_text("Make a rule of this event").click()
    author.get_by_label(re.compile("order.total")).check()
    author.get_by_role("button", name="Go on").click()
    expect(author.locator("#sentence")).to_contain_text("order: total is 500.00 RON")
    author.get_by_label("Key", exact=False).first.fill("look")
    author.get_by_label("Title").fill("Look at large orders")
    condition = author.locator('[data-line="/if"]')
    condition.get_by_label("How it is compared").select_option("gte")
    condition.get_by_label("Amount").fill("100")
    author.get_by_role("button", name="+ Add a step").click()
    step = author.locator('[data-line="/then/0"]')
    step.get_by_label("Action").select_option("ticket.open")
    step.get_by_label("subject", exact=True).fill("Look at {{ order.number }}")
    expect(author.locator("#problem-count")).to_have_text("No problems found.")
    expect(author.locator("#passed")).to_contain_text("1 of the last 2 such events")
    author.get_by_role("button", name="Save").click()
    expect(author.get_by_text("Saved. Nothing changes")).to_be_visible()

    draft = ChangeRequest.objects.exclude(state="published").get()
    author.goto(f"/staff/rules/changerequest/{draft.pk}/review/")
    expect(author.get_by_text('rule "look": new, Look at large orders')).to_be_visible()
    expect(author.get_by_text("true of 1 more")).to_be_visible()
    check_and_approve(author, draft, approver=approver)
    approver.get_by_role("button", name="Publish").click()
    expect(approver.get_by_text("Published: these rules decide from the next event on.")).to_be_visible()

    event = an_order(ion, 20_000)
    assert tickets() == 1
    approver.goto(f"/staff/core/event/{event.pk}/change/")
    expect(approver.locator("#decision")).to_contain_text("look")
    expect(approver.get_by_text("ticket.open").first).to_be_visible()
    small = an_order(ion, 1_000)
    approver.goto(f"/staff/core/event/{small.pk}/change/?proof=1")
    expect(approver.locator("#decision")).to_contain_text(
        "order.total was 10.00 RON, needs at least 100.00 RON: 90.00 short"
    )

    retired = RuleSet.objects.get(key="house").versions.get(number=1)
    approver.goto(f"/staff/rules/rulesetversion/{retired.pk}/change/")
    approver.get_by_role("button", name="Roll back to this version").click()
    expect(approver.get_by_text("Nothing is live before you publish it.")).to_be_visible()
    back = ChangeRequest.objects.order_by("-pk").first()
    assert back is not None
    check_and_approve(author, back, approver=approver)
    approver.get_by_role("button", name="Publish").click()
    expect(approver.get_by_text("Published: these rules decide from the next event on.")).to_be_visible()
    an_order(ion, 20_000)
    assert tickets() == 1


def test_one_customer_differs_by_a_number_and_another_has_until_friday(signed_in: SignedIn) -> None:
    publish_text("house", HOUSE, title="The first rules")
    ana, ion = a_customer(), a_customer()
    page = signed_in("dan")
    page.goto(f"/staff/numbers/large/?of={ana.ref}")
    page.get_by_label("Value").fill("900.00 RON")
    page.get_by_role("button", name="Show the effect").click()
    expect(page.get_by_text("What is otherwise")).to_be_visible()
    page.get_by_role("button", name="Put it in force").click()
    expect(page.get_by_text("It is live: these rules decide from the next event on.")).to_be_visible()
    expect(page.locator("#main")).to_contain_text("900.00 RON")
    another = an_order(ana, 50_000)
    assert tickets() == 0
    page.goto(f"/staff/core/event/{another.pk}/change/?proof=1")
    expect(page.locator("#decision")).to_contain_text(
        "order.total was 500.00 RON, needs at least 900.00 RON: 400.00 short"
    )

    page.goto("/staff/exemptions/")
    page.get_by_label("Who").fill(ion.ref)
    page.get_by_label("Rule or group").fill("look")
    page.get_by_label("Last day").fill((clock.today() + timedelta(days=4)).isoformat())
    page.get_by_label("Why").fill("they asked for time")
    page.get_by_role("button", name="Exempt").click()
    expect(page.get_by_text("they asked for time")).to_be_visible()
    spared = an_order(ion, 50_000)
    assert tickets() == 0
    page.goto(f"/staff/core/event/{spared.pk}/change/")
    expect(page.locator("#decision")).to_contain_text("Held back")
    page.goto("/staff/exemptions/")
    page.get_by_role("button", name="End").click()
    expect(page.get_by_text("Nobody is exempted from anything.")).to_be_visible()
    an_order(ion, 50_000)
    assert tickets() == 1


def test_two_open_changes_meet(signed_in: SignedIn) -> None:
    publish_text("house", HOUSE, title="The first rules")
    first, second = signed_in("ina", "author", "approver"), signed_in("dan", "author", "approver")
    drafts = []
    for page, amount in ((first, "250"), (second, "300")):
        page.goto("/staff/rules/ruleset/of/house/")
        page.get_by_label("What do you want to change?").fill(f"From {amount} on")
        page.get_by_role("button", name="Begin a change").click()
        expect(page.get_by_text("Nothing is live before you publish it.")).to_be_visible()
        drafts.append(ChangeRequest.objects.order_by("-pk")[0])
        page.goto(f"/staff/rules/changerequest/{drafts[-1].pk}/sentences/rule/?key=look")
        page.locator('[data-line="/if"]').get_by_label("What stands here").select_option("value")
        page.get_by_label("Amount").fill(amount)
        expect(page.locator("#sentence")).to_contain_text(f"{amount}.00 RON")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved. Nothing changes")).to_be_visible()
    check_and_approve(first, drafts[0], approver=second)
    second.get_by_role("button", name="Publish").click()
    expect(second.get_by_text("Published: these rules")).to_be_visible()
    second.goto(f"/staff/rules/changerequest/{drafts[1].pk}/review/")
    second.get_by_role("button", name="Check", exact=True).click()
    expect(second.get_by_text("Both changed these places; the text has yours:")).to_be_visible()
    expect(second.get_by_text("250.00 RON").first).to_be_visible()
    second.get_by_role("button", name="The text stands as it is").click()
    expect(second.get_by_text("Settled: the text stands as it is.")).to_be_visible()
    check_and_approve(second, drafts[1], approver=first)
    first.get_by_role("button", name="Publish").click()
    expect(first.get_by_text("Published: these rules")).to_be_visible()
    live = RuleSet.objects.get(key="house").live
    assert live is not None
    assert (live.number, "300.00 RON" in live.text) == (3, True)


def test_dead_letters_go_on_as_a_new_version_plans_them(signed_in: SignedIn) -> None:
    broken = HOUSE.replace("{{ order.number }}", "{{ order.nothing }}")
    publish_text("house", broken, title="With a mistake")
    an_order(a_customer(), 50_000)
    assert list(ActionRun.objects.values_list("state", flat=True)) == ["dead"]
    publish_text("house", HOUSE, title="Without it")
    page = signed_in("dan", "operator")
    page.goto("/staff/needs-a-person/")
    page.get_by_role("link", name="Look and try again").click()
    expect(page.get_by_text("An action that is done is never repeated")).to_be_visible()
    page.get_by_role("button", name="Try again as the live rules plan it").click()
    expect(
        page.get_by_text("No dead letter has this cause any more.").or_(
            page.get_by_text("None: every action that was tried")
        )
    ).to_be_visible()
    work()
    assert tickets() == 1


def test_a_rule_of_time_acts_on_objects_that_are_older(signed_in: SignedIn) -> None:
    publish_text("house", "set: house\nrules: []\n", title="Nothing yet")
    with clock.turned_to(clock.now() - timedelta(days=10)):
        an_order(a_customer(), 5_000)
    author = signed_in("ina", "author", "approver", "operator")
    author.goto("/staff/rules/ruleset/of/house/")
    author.get_by_label("What do you want to change?").fill("Ask about old orders")
    author.get_by_role("button", name="Begin a change").click()
    draft = ChangeRequest.objects.order_by("-pk")[0]
    author.goto(f"/staff/rules/changerequest/{draft.pk}/sentences/rule/")
    author.get_by_label("Key", exact=False).first.fill("ask")
    author.get_by_label("What it hangs on").select_option("state")
    author.get_by_label("Which").select_option("order.pending")
    author.get_by_label("How long").last.fill("3")
    author.get_by_role("button", name="+ Add a step").click()
    author.get_by_label("Action").select_option("ticket.open")
    author.get_by_label("subject", exact=True).fill("Ask about the order")
    expect(author.locator("#problem-count")).to_have_text("No problems found.")
    author.get_by_role("button", name="Save").click()
    expect(author.get_by_text("Saved. Nothing changes")).to_be_visible()
    check_and_approve(author, draft, approver=author)
    author.get_by_label(re.compile("moments of these rules that are past already: 1", re.IGNORECASE)).select_option(
        "act_1000"
    )
    author.get_by_role("button", name="Publish").click()
    expect(author.get_by_text("Published: these rules")).to_be_visible()
    work()
    with clock.turned_to(clock.now() + timedelta(hours=1)):
        work()
    assert tickets() == 1
