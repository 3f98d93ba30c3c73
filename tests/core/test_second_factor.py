"""The codes of an authenticator app."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django_otp.oath import totp

from core import clock, second_factor
from core.audit import AuditRow
from core.second_factor import SecondFactor

NOON = datetime(2026, 5, 4, 12, 0, 5, tzinfo=UTC)


def code(factor: SecondFactor, at: datetime = NOON) -> str:
    """What the app shows at that moment."""
    since = int(datetime.now(UTC).timestamp()) - int(at.timestamp())
    return f"{totp(bytes.fromhex(factor.key), t0=since):06d}"


@pytest.fixture
def factor(db: None) -> SecondFactor:
    return second_factor.begin(User.objects.create_user("ana"))


class TestVerify:
    def test_the_right_code_confirms_it(self, factor: SecondFactor) -> None:
        assert second_factor.of(factor.user) is None
        with clock.turned_to(NOON):
            assert factor.verify_token(code(factor))
        assert second_factor.of(factor.user) == factor

    def test_the_code_of_half_a_minute_ago_is_right_and_that_of_two_minutes_ago_is_not(
        self, factor: SecondFactor
    ) -> None:
        with clock.turned_to(NOON):
            assert factor.verify_token(code(factor, NOON - timedelta(seconds=30)))
            assert not factor.verify_token(code(factor, NOON - timedelta(seconds=120)))

    def test_no_code_is_taken_twice(self, factor: SecondFactor) -> None:
        with clock.turned_to(NOON):
            assert factor.verify_token(code(factor))
            assert not factor.verify_token(code(factor))

    def test_after_a_wrong_code_even_the_right_one_waits(self, factor: SecondFactor) -> None:
        with clock.turned_to(NOON):
            assert not factor.verify_token("000000" if code(factor) != "000000" else "111111")
            assert not factor.verify_token(code(factor))

    @pytest.mark.parametrize("given", ["", "12345", "1234567", "١٢٣٤٥٦", "-12345", "0x1234", "1e5000", "null"])
    def test_what_is_no_code_is_not_right(self, factor: SecondFactor, given: str) -> None:
        assert not factor.verify_token(given)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_send_the_same_code_at_once_one_is_let_in() -> None:
    factor = second_factor.begin(User.objects.create_user("ana"))
    now = datetime.now(UTC)
    given, said, ready = code(factor, now), [], threading.Barrier(2)

    def send() -> None:
        ready.wait()
        try:
            said.append(factor.verify_token(given))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [False, True]


@pytest.mark.django_db
class TestRemove:
    def test_it_is_gone_and_audited(self, factor: SecondFactor) -> None:
        call_command("remove_second_factor", "ana")
        assert not SecondFactor.objects.exists()
        assert AuditRow.objects.get().verb == "second_factor.removed"
        assert second_factor.remove(factor.user) is False

    def test_nobody_of_that_name(self) -> None:
        with pytest.raises(CommandError, match="no user bogdan"):
            call_command("remove_second_factor", "bogdan")
