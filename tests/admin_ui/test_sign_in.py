"""The sign-in of staff: passwords, lock-out, the second factor, and what pages may load."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from core import second_factor
from core.second_factor import SecondFactor
from tests.admin_ui.conftest import SignIn
from tests.core.test_second_factor import code

pytestmark = pytest.mark.django_db
PASSWORD = "o-parola-lunga"


def try_password(client: Client, password: str, name: str = "ana") -> int:
    return client.post("/staff/login/", {"username": name, "password": password}).status_code


class TestLockOut:
    def test_after_five_wrong_passwords_even_the_right_one_is_refused(self) -> None:
        User.objects.create_superuser("ana", password=PASSWORD)
        client = Client()
        assert [try_password(client, "wrong") for _try in range(5)] == [200, 200, 200, 200, 429]
        answer = client.post("/staff/login/", {"username": "ana", "password": PASSWORD})
        assert answer.status_code == 429
        assert "15 minutes" in answer.content.decode()

    def test_somebody_else_from_there_may_sign_in(self) -> None:
        User.objects.create_superuser("ana", password=PASSWORD)
        User.objects.create_superuser("dan", password=PASSWORD)
        client = Client()
        for _try in range(5):
            try_password(client, "wrong")
        assert try_password(client, PASSWORD, "dan") == 302


class TestSecondFactor:
    @pytest.fixture
    def client(self, sign_in: SignIn) -> Client:
        return sign_in("operator")

    @pytest.fixture
    def user(self, client: Client) -> User:
        return User.objects.get(pk=client.session["_auth_user_id"])

    def test_who_has_none_may_go_without_unless_it_is_demanded(self, client: Client) -> None:
        assert client.get("/staff/").status_code == 200

    def test_where_it_is_demanded_each_page_leads_to_its_set_up(
        self, client: Client, user: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _demand(monkeypatch)
        answer = client.get("/staff/switches/?x=1")
        assert answer.headers["Location"] == "/staff/second-factor/?next=%2Fstaff%2Fswitches%2F%3Fx%3D1"
        shown = client.get(answer.headers["Location"]).content.decode()
        factor = SecondFactor.objects.get(user=user)
        assert factor.secret in shown
        assert "data:image/svg+xml" in shown
        done = client.post("/staff/second-factor/", _form(factor, next="/staff/switches/"))
        assert done.headers["Location"] == "/staff/switches/"
        assert client.get("/staff/").status_code == 200

    def test_who_has_one_must_give_a_code_and_never_sees_the_key_again(self, client: Client, user: User) -> None:
        factor = second_factor.begin(user)
        SecondFactor.objects.filter(pk=factor.pk).update(confirmed=True)
        assert client.get("/staff/").status_code == 302
        assert factor.secret not in client.get("/staff/second-factor/").content.decode()
        assert client.post("/staff/second-factor/", {"code": "12 34 5"}).status_code == 200
        assert client.get("/staff/").status_code == 302

    def test_it_leads_to_no_other_host(self, client: Client, user: User) -> None:
        factor = second_factor.begin(user)
        done = client.post("/staff/second-factor/", _form(factor, next="https://evil.example/"))
        assert done.headers["Location"] == "/staff/"

    def test_an_administrator_takes_it_away(self, client: Client, user: User) -> None:
        second_factor.begin(user)
        root = Client()
        root.force_login(User.objects.create_superuser("root"))
        root.post("/staff/auth/user/", {"action": "remove_second_factor", "_selected_action": [user.pk]})
        assert not SecondFactor.objects.exists()


def test_pages_load_only_what_this_server_serves(sign_in: SignIn) -> None:
    staff = sign_in("operator").get("/staff/").headers["Content-Security-Policy"]
    outside = Client().get("/health/live").headers["Content-Security-Policy"]
    assert "unsafe" not in outside
    assert "'unsafe-inline'" not in staff.split("script-src")[1].split(";")[0]
    assert all(policy.startswith("default-src 'self'; ") for policy in (staff, outside))


def test_behind_https_the_server_passes_djangos_check_for_deployment() -> None:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    secured = {**os.environ, "PRAVILA_HTTPS": "1", "PRAVILA_SECRET_KEY": "k0123456789" * 6}
    said = subprocess.run(command, env=secured, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr


def _demand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(settings.CONFIG), "second_factor", True, raising=False)
    monkeypatch.setitem(settings.CONFIG.__dict__, "second_factor", True)


def _form(factor: SecondFactor, **more: str) -> dict[str, str]:
    return {"code": code(factor, datetime.now(UTC)), **more}
