"""Every staff page: axe-core finds nothing serious or critical, and none is wider than a desk's window or a telephone's."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.browser.busy import busy
from tests.browser.conftest import SignedIn
from tests.browser.every_page import every_page
from tests.browser.fetch_axe import SCRIPT
from tests.browser.layout import bursts

pytestmark = [
    pytest.mark.browser,
    pytest.mark.sqlite,  # what it looks at is the same on both
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not SCRIPT.exists() and not os.environ.get("PRAVILA_INSIST"),
        reason="axe-core is not in var/: python -m tests.browser.fetch_axe",
    ),
]
SERIOUS = """async ([part, rules]) => (await axe.run(document.querySelector(part), {resultTypes: ['violations'],
    ...(rules && {runOnly: rules})})).violations
    .filter(({impact}) => impact === 'serious' || impact === 'critical')
    .map(({id, help, nodes}) => `${id}: ${help}: ${nodes.slice(0, 3).map(({html}) => html.slice(0, 160)).join(' … ')}`)"""


def serious(page: Page, part: str, rules: list[str] | None = None) -> list[str]:
    """What axe finds in a part of the page by these rules, or by all."""
    found: list[str] = page.evaluate(SERIOUS, [part, rules])
    return found


def test_no_page_keeps_anybody_out_by_day_or_by_night(signed_in: SignedIn, live_server: LiveServer) -> None:
    busy()
    page = signed_in("ana")
    client = Client()
    client.force_login(User.objects.get(username="ana"))
    found: dict[str, Any] = {}
    found_frame = False  # the side bar and the header are the same on every page
    for address in every_page(client):
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok, address
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))
        part = "#main" if found_frame else "body"
        problems: list[Any] = serious(page, part)
        problems += bursts(page)
        page.add_style_tag(content="* { transition: none !important; }")
        page.evaluate("document.documentElement.classList.add('dark')")
        problems += [f"in the dark: {one}" for one in serious(page, part, ["color-contrast"])]
        if problems:
            found[address] = problems
        found_frame = True
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)
