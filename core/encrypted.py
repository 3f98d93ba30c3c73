"""Columns that the database stores encrypted: shared secrets of webhooks, keys of second factors, passwords of gateways."""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

from core.errors import PravilaError


class Undecipherable(PravilaError):
    """A stored secret cannot be read: it was encrypted under another key. Give back PRAVILA_SECRET_KEY as it was, or name the former key in PRAVILA_FORMER_SECRET_KEYS."""

    status = 500
    code = "undecipherable"


@lru_cache(maxsize=8)
def _keys(secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(secret))) for secret in secrets])


def _derived(secret: str) -> bytes:
    """RFC 5869, so that the key which signs sessions and the one that encrypts tell nothing of each other."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"pravila encrypted columns").derive(secret.encode())


def _present() -> MultiFernet:
    return _keys((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


def encrypt(text: str) -> str:
    """The text as a Fernet token under the present key."""
    return _present().encrypt(text.encode()).decode("ascii")


def decrypt(token: str) -> str:
    """The text of a token made under the present key or a former one. Raises Undecipherable."""
    return _decrypted(token, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=64)
def _decrypted(token: str, secrets: tuple[str, ...]) -> str:
    try:
        return _keys(secrets).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Undecipherable from error


class EncryptedField(models.TextField):
    """Text that is read and written in clear and stored encrypted. It cannot be searched for."""

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return encrypt(text) if text else text

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return decrypt(value) if value else value
