"""What the operator enters for an outside service: its address, its secret, and further settings."""

from __future__ import annotations

from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from actions.outcome import Failed
from core.encrypted import EncryptedField


class GatewayAccount(models.Model):
    """The account at one outside service. `options` are settings that are no secret, by name."""

    door = models.CharField(_("gateway"), max_length=50, unique=True)
    address = models.CharField(_("address"), max_length=500, blank=True, validators=[URLValidator(["https", "http"])])
    secret = EncryptedField(_("secret"), blank=True, default="")
    options = models.JSONField(_("options"), default=dict, blank=True)
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("gateway account")
        verbose_name_plural = _("gateway accounts")

    def __str__(self) -> str:
        return self.door


def account_of(door: str) -> GatewayAccount | Failed:
    """The enabled account of a door, or the failure that says who must do what."""
    found = GatewayAccount.objects.filter(door=door, enabled=True).first()
    if found is None:
        said = f"there is no account for {door}; an administrator enters it under Gateway accounts, then retry"
        return Failed(said, retryable=False)
    return found
