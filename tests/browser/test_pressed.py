"""What an answer of the server draws anew is not drawn anew under the hands of a person: no click is lost, no focus, nothing closes."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from rules.editing import begin
from rules.publish import publish_text
from rules.simulation import backtests
from rules.simulation.backtests import Backtest
from rules.simulation.running import compute
from tests.browser.conftest import SignedIn
from tests.browser.held import Held
from tests.browser.one_rule import ONE_RULE
from tests.rules.made_requests import request
from tests.rules.simulation.made import BEGIN, END, event, house, live, store

pytestmark = [
    pytest.mark.browser,
    pytest.mark.sqlite,  # what it looks at is the same on both
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def running(db: None) -> Backtest:
    """A backtest with a result, that goes on."""
    live(house(500, 3))
    facts = {"payment": {"amount": {"minor": 40_000, "currency": "RON"}, "tries": 0}}
    store([event(1, "payment.succeeded", "payment:1", 1, facts=facts, customer="customer:1")])
    made = backtests.start(request(json.dumps(house(300, 3))), BEGIN, END)
    compute(made.pk)
    Backtest.objects.filter(pk=made.pk).update(state="running")
    return made


def answered_meanwhile(page: Page, held: Held, asks: str, act: Callable[[], None]) -> None:
    """Do this to the page, and before it is over have the answer come that is held."""
    page.mouse.move(0, 0)
    act()
    with page.expect_response(asks):
        held.go_on()
    page.evaluate("() => fetch(location.href).then((answer) => answer.text())")  # by then the answer has been heard


def press(one: Locator) -> None:
    one.hover()
    one.page.mouse.down()


def test_a_result_that_grows_leaves_alone_what_is_pressed(signed_in: SignedIn, running: Backtest) -> None:
    page = signed_in("ina", "author")
    held = Held(page, "**/?part=1")
    with page.expect_request("**/?part=1"):
        page.goto(f"/staff/backtests/{running.pk}/")
    rule, why = page.locator("#rule-large"), page.get_by_role("link", name="Why")
    expect(why).to_be_visible()
    listed = rule.locator("details").filter(has=why)
    answered_meanwhile(page, held, "**/?part=1", lambda: press(listed.locator("summary")))
    with page.expect_request("**/?part=1"):
        page.mouse.up()
    expect(why).to_be_hidden()
    rule.locator(":scope > summary").focus()
    Backtest.objects.filter(pk=running.pk).update(state="done")
    with page.expect_response("**/?part=1"):
        held.go_on()
    expect(page.locator("#cancel-backtest")).to_have_count(0)
    expect(why).to_be_hidden()
    expect(rule.locator(":scope > summary")).to_be_focused()


def test_a_problem_that_is_pressed_is_gone_to_when_it_is_said_again(signed_in: SignedIn) -> None:
    publish_text("house", ONE_RULE, title="The first rules")
    draft = begin("house", title="One that is wrong", text=ONE_RULE.replace("op: gte", "op: above"))
    page = signed_in("ina", "author")
    page.goto(f"/staff/rules/changerequest/{draft.pk}/change/")
    text, problem = page.get_by_label("Rules (YAML)"), page.locator("#problems button")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(problem).to_contain_text("Line 6")
    held = Held(page, "**/check/")
    with page.expect_request("**/check/"):
        text.fill(draft.text + "# and more\n")
    answered_meanwhile(page, held, "**/check/", lambda: press(problem))
    page.mouse.up()
    expect(text).to_be_focused()
