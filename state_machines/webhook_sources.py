"""Who may post webhooks here: one row per address, with the declared source that reads it and its secrets."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.encrypted import EncryptedField
from core.errors import PravilaError
from state_machines.sources import hmac_signed
from state_machines.sources.declare import Keys, Source, sources


class SourceMissing(PravilaError):
    """There is no webhook source named "{name}", or it is switched off. An administrator enters it under Webhook sources."""

    status = 404
    code = "not-found"


class WebhookSource(models.Model):
    """An address under /api/v1/webhooks/. While secrets are changed, what the former one signed is taken too."""

    name = models.CharField(
        _("name"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9-]*$", _("Use small letters, digits and hyphens."))],
        help_text=_("The last part of the address: /api/v1/webhooks/name"),
    )
    declared = models.CharField(_("kind of source"), max_length=40)
    secret = EncryptedField(_("secret"), blank=True, default="")
    former_secret = EncryptedField(_("former secret"), blank=True, default="")
    options = models.JSONField(_("options"), default=dict, blank=True)
    believed = models.BooleanField(
        _("believe what is not signed"),
        default=False,
        help_text=_("Its notices then move money although anybody who knows the address can post them."),
    )
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("webhook source")
        verbose_name_plural = _("webhook sources")

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> Source:
        """Its declaration. Raises NotDeclared where the file is gone."""
        return sources.get(self.declared)

    @property
    def keys(self) -> Keys:
        return Keys(tuple(filter(None, (self.secret, self.former_secret))), self.options)

    def clean(self) -> None:
        if self.declared not in sources:
            raise ValidationError({"declared": _("There is no such kind of source.")})
        if problem := hmac_signed.OPTIONS.problem(self.options):
            raise ValidationError({"options": problem})
        if self.source.verify is None and self.secret:
            raise ValidationError({"secret": _("This kind of source signs nothing; leave the secret empty.")})


def source_named(name: str) -> WebhookSource:
    """The enabled source. Raises SourceMissing."""
    found = WebhookSource.objects.filter(name=name, enabled=True).first()
    if found is None:
        raise SourceMissing(name=name[:40])
    return found


def undeclared() -> list[str]:
    """Enabled sources whose declaration is gone, in words."""
    entered = WebhookSource.objects.filter(enabled=True).values_list("name", "declared")
    return [
        f"webhook source {name} is of kind {kind}, which is not declared"
        for name, kind in entered
        if kind not in sources
    ]
