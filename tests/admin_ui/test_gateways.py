"""The page of gateway accounts: for administrators, and secrets never come back."""

from __future__ import annotations

import pytest

from actions.gateways.accounts import GatewayAccount
from core.audit import AuditRow
from tests.admin_ui.conftest import SignIn

pytestmark = pytest.mark.django_db
FORM = {"door": "slack", "address": "https://slack.example", "secret": "xoxb-1", "options": "{}", "enabled": "on"}


def test_an_administrator_enters_an_account_and_never_sees_its_secret_again(sign_in: SignIn) -> None:
    client = sign_in("administrator")
    client.post("/staff/actions/gatewayaccount/add/", FORM)
    account = GatewayAccount.objects.get()
    assert (account.door, account.secret) == ("slack", "xoxb-1")
    page = f"/staff/actions/gatewayaccount/{account.pk}/change/"
    assert "xoxb-1" not in client.get(page).content.decode()
    client.post(page, {**FORM, "secret": "", "address": "https://other.example"})
    account.refresh_from_db()
    assert (account.address, account.secret) == ("https://other.example", "xoxb-1")
    assert AuditRow.objects.filter(verb="gateway.changed", object="gateway:slack").count() == 2


@pytest.mark.parametrize("role", ["viewer", "author", "approver", "operator"])
def test_nobody_else_may_look_or_write(sign_in: SignIn, role: str) -> None:
    account = GatewayAccount.objects.create(door="slack", secret="xoxb-1")
    client = sign_in(role)
    for path in ("", "add/", f"{account.pk}/change/"):
        assert client.get(f"/staff/actions/gatewayaccount/{path}").status_code == 403
    assert client.post("/staff/actions/gatewayaccount/add/", {**FORM, "door": "sms"}).status_code == 403
    assert GatewayAccount.objects.count() == 1
