"""How many queries a page may ask: the same number for a long history as for a short one, and never many."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.machine import perform
from rules.rule_sets import RuleSetVersion
from tests.admin_ui.conftest import SignIn
from tests.fines.models import Fine
from tests.kit import work

pytestmark = pytest.mark.django_db
BUDGET = 30


def queries(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_a_longer_history_asks_no_more(sign_in: SignIn, house: RuleSetVersion, fine: Fine) -> None:
    client = sign_in("operator", "author", "approver")
    perform(fine, "payment", arguments={"paid_minor": 1})
    work()
    page = f"/staff/fines/fine/{fine.pk}/change/"
    few = queries(client, page)
    for _ in range(10):
        perform(fine, "payment", arguments={"paid_minor": 1})
    work()
    assert queries(client, page) == few <= BUDGET


def test_a_longer_chain_asks_no_more(sign_in: SignIn, house: RuleSetVersion, fine: Fine) -> None:
    client = sign_in("operator", "author", "approver")
    lone = perform(fine, "payment", arguments={"paid_minor": 1})
    work()
    few = queries(client, f"/staff/core/event/{lone.pk}/change/")
    perform(fine, "send_fine", arguments={"expense_minor": 100})
    perform(fine, "insert_fine_notification")
    large = perform(fine, "add_penalty", arguments={"amount_minor": 20000})
    work()
    assert queries(client, f"/staff/core/event/{large.pk}/change/") <= min(few + 3, BUDGET)
