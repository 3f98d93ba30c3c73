"""A second factor of sign-in: the codes that an authenticator app counts from a shared key (TOTP, RFC 6238)."""

from __future__ import annotations

import secrets
from base64 import b32encode
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models, transaction
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP

from core import audit, clock
from core.encrypted import EncryptedField

_STEP_SECONDS = 30
_KEY_BYTES = 20


def _new_key() -> str:
    return secrets.token_hex(_KEY_BYTES)


class SecondFactor(ThrottlingMixin, Device):
    """One person's authenticator app. `confirmed` once its first code was right; no code is taken twice."""

    key = EncryptedField(default=_new_key, editable=False)
    last_step = models.BigIntegerField(default=-1, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user"], name="second_factor_user")]

    @property
    def secret(self) -> str:
        """The key as people type it into an app: base 32."""
        return b32encode(bytes.fromhex(self.key)).decode("ascii")

    @property
    def address(self) -> str:
        """What the picture says to the app: otpauth://totp/…, in the form that Google Authenticator set."""
        label = quote(f"Pravila:{self.user.get_username()}")
        return f"otpauth://totp/{label}?{urlencode({'secret': self.secret, 'issuer': 'Pravila'})}"

    def verify_token(self, token: str) -> bool:
        """Whether the code is right now, give or take 30 s. Wrong ones make the next try wait: 1, 2, 4, 8 … seconds."""
        with transaction.atomic():
            own = type(self).objects.select_for_update().get(pk=self.pk)
            return own._verify(token)

    def _verify(self, token: str) -> bool:
        if not self.verify_is_allowed()[0]:
            return False
        code = token.replace(" ", "")
        counted = TOTP(bytes.fromhex(self.key), step=_STEP_SECONDS)
        counted.time = clock.now().timestamp()
        right = code.isascii() and code.isdigit() and len(code) == 6
        if not (right and counted.verify(int(code), tolerance=1, min_t=self.last_step + 1)):
            self.throttle_increment()
            return False
        self.last_step, self.confirmed = counted.t(), True
        self.throttle_reset(commit=False)
        self.save()
        return True

    def get_throttle_factor(self) -> int:
        return 1


def of(user: AbstractBaseUser | AnonymousUser | Any) -> SecondFactor | None:
    """The confirmed second factor of a person, or None."""
    return SecondFactor.objects.filter(user_id=user.pk, confirmed=True).first()


def begin(user: Any) -> SecondFactor:
    """The factor that this person is setting up; it counts once a code of it was right."""
    found, _made = SecondFactor.objects.get_or_create(user=user, defaults={"name": "authenticator", "confirmed": False})
    return found


@transaction.atomic
def remove(user: Any) -> bool:
    """Take a person's second factor away, because the telephone is lost. False where there is none."""
    removed, _rows = SecondFactor.objects.filter(user=user).delete()
    if removed:
        audit.note("second_factor.removed", f"user:{user.pk}")
    return removed > 0
