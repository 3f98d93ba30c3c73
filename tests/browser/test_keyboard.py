"""The staff pages without a mouse: what has the focus is seen, is reached in the order of reading, and does what a click does."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from rules.change_requests import ChangeRequest
from rules.editing import begin
from rules.publish import publish_text
from rules.rule_sets import RuleSet
from tests.browser.conftest import SignedIn
from tests.browser.one_rule import ONE_RULE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.sqlite,  # what it looks at is the same on both
    pytest.mark.django_db(transaction=True),
]
FOCUS = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
    const lit = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0)
        || (one.closest('.focus-within\\\\:outline-2, .pv-editor') !== null);
    return {said: one.getAttribute('aria-label') || one.innerText?.trim() || one.name || one.tagName, lit,
        seen: box.bottom > 0 && box.top < innerHeight && box.width > 0, inside: one !== document.body,
        main: document.querySelector('#main').contains(one), top: box.top + document.scrollingElement.scrollTop}
}"""


@pytest.fixture
def draft(db: None) -> ChangeRequest:
    publish_text("house", ONE_RULE, title="The first rules")
    return begin("house", title="Look at smaller orders too", text=ONE_RULE.replace("100.00", "50.00"))


def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> list[str]:
    """Press Tab until this has the focus; what had it on the way. Each of them is lit and in sight."""
    passed: list[str] = []
    for _step in range(150):
        if wanted.evaluate("(one) => one === document.activeElement"):
            return passed
        page.keyboard.press(key)
        now = page.evaluate(FOCUS)
        if not now["inside"]:
            continue  # the browser's own
        passed.append(now["said"])
        assert now["lit"], f"nothing shows that {now['said']!r} has the focus"
        assert now["seen"], f"{now['said']!r} has the focus out of sight"
    raise AssertionError(f"the keyboard does not reach it; it passes {passed}")


def press(page: Page, name: str) -> list[str]:
    """Go to a button by Tab, and press Enter on it."""
    passed = tab_to(page, page.get_by_role("button", name=name, exact=True))
    page.keyboard.press("Enter")
    return passed


def test_a_change_is_written_checked_approved_and_published(signed_in: SignedIn, draft: ChangeRequest) -> None:
    author, approver = signed_in("ina", "author"), signed_in("dan", "approver", "operator")
    author.goto(f"/staff/rules/changerequest/{draft.pk}/sentences/rule/?key=review")
    tab_to(author, author.get_by_label("Amount"))
    author.keyboard.press("Control+a")
    author.keyboard.type("75")
    expect(author.locator("#sentence")).to_contain_text("75.00 RON")
    press(author, "Save")
    expect(author.get_by_text("Saved. Nothing changes")).to_be_visible()

    author.goto(f"/staff/rules/changerequest/{draft.pk}/review/")
    press(author, "Check")
    expect(author.get_by_text("Checked.")).to_be_visible()
    approver.goto(f"/staff/rules/changerequest/{draft.pk}/review/")
    press(approver, "Approve")
    expect(approver.get_by_text("Your approval is noted.")).to_be_visible()
    passed = press(approver, "Publish")
    assert passed.index("In sentences") < passed.index("Backtest") < passed.index("Check")
    expect(approver.get_by_text("Published: these rules decide from the next event on.")).to_be_visible()
    live = RuleSet.objects.get(key="house").live
    assert live is not None
    assert "75.00 RON" in live.text


def test_the_text_lets_go_of_who_wants_to_leave_it(signed_in: SignedIn, draft: ChangeRequest) -> None:
    page = signed_in("ina", "author")
    page.goto(f"/staff/rules/changerequest/{draft.pk}/change/")
    text = page.get_by_label("Rules (YAML)")
    tab_to(page, text)
    page.keyboard.press("Control+Home")
    page.keyboard.press("Tab")
    expect(text).to_have_value("  " + draft.text)
    page.keyboard.press("Control+z")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Check", exact=True)).to_be_focused()


def test_what_the_theme_opens_by_a_click_opens(signed_in: SignedIn) -> None:
    page = signed_in("dan")
    tab_to(page, page.get_by_role("button", name="dan"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="dan")).to_have_attribute("aria-expanded", "true")
    tab = page.evaluate(FOCUS)
    assert tab["inside"]
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="dan")).to_be_focused()
    expect(page.get_by_text("Log out")).to_be_hidden()  # it is closed by a script, a moment later
    tab_to(page, page.get_by_role("button", name="More of the business"), "Shift+Tab")
    page.keyboard.press(" ")
    expect(page.get_by_role("link", name="Addresses")).to_be_visible()


def test_the_menu_beside_a_field_opens(signed_in: SignedIn) -> None:
    page = signed_in("dan")
    page.goto("/staff/state_machines/domain/add/")
    more = page.get_by_role("button", name="More about Customer")
    tab_to(page, more)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Add another customer")).to_be_focused()
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    expect(page.get_by_role("link", name="Add another customer")).to_be_hidden()


def test_a_menu_that_opens_late_is_entered_all_the_same(signed_in: SignedIn) -> None:
    page = signed_in("dan")
    page.add_init_script("window.requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()), 700)")
    page.goto("/staff/state_machines/domain/add/")
    more, add = (
        page.get_by_role("button", name="More about Customer"),
        page.get_by_role("link", name="Add another customer"),
    )
    tab_to(page, more)
    page.keyboard.press("Enter")
    expect(add).to_be_focused()
    expect(more).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    expect(add).to_be_hidden()
    expect(more).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")  # who went on before it opened is left where they are
    expect(add).to_be_visible()
    expect(more).to_have_attribute("aria-expanded", "true")
    expect(add).not_to_be_focused()
