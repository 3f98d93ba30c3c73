"""Columns that are stored encrypted."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from core.encrypted import Undecipherable, decrypt, encrypt
from core.second_factor import SecondFactor


@given(st.text())
def test_what_was_encrypted_comes_back_and_never_stands_in_the_token(text: str) -> None:
    token = encrypt(text)
    assert decrypt(token) == text
    assert len(text) < 8 or text not in token


def test_another_key_reads_nothing_and_says_what_to_do() -> None:
    token = encrypt("a secret")
    with override_settings(SECRET_KEY="another"), pytest.raises(Undecipherable, match="PRAVILA_FORMER_SECRET_KEYS"):
        decrypt(token)


@override_settings(SECRET_KEY="the former")
def test_a_former_key_still_reads_and_the_new_one_writes() -> None:
    token = encrypt("a secret")
    with override_settings(SECRET_KEY="the new", SECRET_KEY_FALLBACKS=["the former"]):
        assert decrypt(token) == "a secret"
        fresh = encrypt("a secret")
    with override_settings(SECRET_KEY="the new"):
        assert decrypt(fresh) == "a secret"


@pytest.mark.django_db
def test_the_database_holds_no_key_in_clear() -> None:
    factor = SecondFactor.objects.create(user=User.objects.create_user("ana"), name="authenticator")
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM core_secondfactor")
        stored = cursor.fetchone()[0]
    assert factor.key not in stored
    assert SecondFactor.objects.get().key == factor.key
