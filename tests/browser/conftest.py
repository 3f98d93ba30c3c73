"""What the journeys share: one Chromium, people who sign in, and a page that forgives nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.faults.stack import wait_until

SignedIn = Callable[..., Page]
PATIENCE = 60_000  # ms; a machine with other work to do is slow, not wrong
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, started once for all journeys."""
    former = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps a loop in this thread
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"],
        )
        yield found
        found.close()
        connections.close_all()  # within Playwright's loop Django gives this thread connections of their own
    if former is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What any page complained of: errors and warnings of the console, which violations of the content policy are too,
    and requests to another host. There must be none."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, complaints: list[str]) -> Iterator[Callable[[], Page]]:
    """open_page(): a page of a browser of its own, as another person has."""
    contexts: list[BrowserContext] = []

    def opened() -> Page:
        contexts.append(browser.new_context(locale="en-GB", base_url=live_server.url))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE)

        def heard(said: ConsoleMessage) -> None:
            if said.type in ("error", "warning"):
                complaints.append(said.text)

        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda asked: None if asked.url.startswith((live_server.url, "data:")) else complaints.append(asked.url),
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    wait_until(_nobody_is_served, seconds=PATIENCE / 1000, what="the server done with what the pages asked for")
    connections.close_all()


def _nobody_is_served() -> bool:
    """Whether no request is left that would still read or write while the database is emptied for the next test."""
    return not any(thread.name.endswith("(process_request_thread)") for thread in threading.enumerate())


@pytest.fixture
def page(open_page: Callable[[], Page]) -> Page:
    return open_page()


@pytest.fixture
def signed_in(open_page: Callable[[], Page], live_server: LiveServer) -> SignedIn:
    """signed_in("ana", "author"): the start page in a browser of this person; a superuser where no role is named."""

    def sign_in(name: str, *roles: str) -> Page:
        if roles:
            user = User.objects.create_user(name, is_staff=True)
            user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
        else:
            user = User.objects.create_superuser(name)
        client = Client()
        client.force_login(user)
        page = open_page()
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page.goto("/staff/")
        expect(page).to_have_title("Today | Pravila")
        return page

    return sign_in
