"""Hostile words in every field of every object: on every staff page they are words, nothing runs and nothing bursts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from tests.browser.busy import busy
from tests.browser.conftest import SignedIn
from tests.browser.every_page import every_page
from tests.browser.layout import bursts

pytestmark = [
    pytest.mark.browser,
    pytest.mark.sqlite,  # what it looks at is the same on both
    pytest.mark.django_db(transaction=True),
]
MARKUP = "<img/class=ran/src=x/onerror=ran=1>"
BACKWARDS, FAMILY = "\u202eשלום", "👩\u200d👩\u200d👧\u200d👦"
LONG = "Donaudampfschifffahrtsgesellschaft" * 9
HOSTILE = f"{MARKUP}{FAMILY}{BACKWARDS}{LONG}'\"><script class=ran>ran=1</script>{{{{ 7*7 }}}}${{7*7}}</textarea></title><b class=ran>"
RAN = "() => typeof ran !== 'undefined' || document.querySelector('.ran') !== null"
SAID = """() => [document.body.innerText,
    ...[...document.querySelectorAll('input, textarea')].map(({value}) => value)].join(' ')"""


def test_hostile_words_are_words(signed_in: SignedIn, live_server: LiveServer) -> None:
    busy(lambda field: HOSTILE)
    page = signed_in("ana")
    client = Client()
    client.force_login(User.objects.get(username="ana"))
    found: dict[str, Any] = {}
    say_them = 0
    for address in every_page(client):
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok, address
        problems: list[Any] = bursts(page)
        if page.evaluate(RAN):
            problems.append("words became markup, or ran")
        say_them += MARKUP[:16] in page.evaluate(SAID)
        if problems:
            found[address] = problems
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)
    assert say_them > 100
