"""Who may post webhooks here: one row per address, with the declared source that reads it and its secrets."""

from __future__ import annotations

import json

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from core import prepared
from core.born_once import ALWAYS, Given
from core.encrypted import EncryptedField, decrypt
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

    seen = ""  # the whole row as text, where it was read from PostgreSQL for a post

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

    @property
    def unchanged(self) -> Given:
        """The condition that the row is still as it was when it was read."""
        return Given(_SAME, (self.name, self.seen)) if self.seen else ALWAYS

    def clean(self) -> None:
        if self.declared not in sources:
            raise ValidationError({"declared": _("There is no such kind of source.")})
        if problem := hmac_signed.OPTIONS.problem(self.options):
            raise ValidationError({"options": problem})
        if self.source.verify is None and self.secret:
            raise ValidationError({"secret": _("This kind of source signs nothing; leave the secret empty.")})


_TABLE = WebhookSource._meta.db_table
_COLUMNS = [field.attname for field in WebhookSource._meta.concrete_fields]
_SAME = f"EXISTS (SELECT FROM {_TABLE} source WHERE name = %s AND source::text = %s)"
_known: dict[str, WebhookSource] = {}


def source_named(name: str) -> WebhookSource:
    """The enabled source as it is now. Raises SourceMissing."""
    if not name.isprintable():
        raise SourceMissing(name="")
    whole = "source::text" if connection.vendor == "postgresql" else "''"
    sql = f"SELECT {', '.join(_COLUMNS)}, {whole} FROM {_TABLE} source WHERE name = %s AND enabled"
    found = prepared.rows(sql, [name])
    if not found:
        _known.pop(name, None)
        raise SourceMissing(name=name[:40])
    row = dict(zip(_COLUMNS, found[0], strict=False))
    row |= {secret: decrypt(row[secret]) for secret in ("secret", "former_secret") if row[secret]}
    row["options"] = json.loads(row["options"])
    account = WebhookSource.from_db(connection.alias, _COLUMNS, list(row.values()))
    account.seen = found[0][-1]
    if account.seen:
        _known[name] = account
    return account


def source_known(name: str) -> WebhookSource:
    """The source as this process last saw it, or as it is now. What is done by it depends on its `unchanged`.

    So no post asks for its source, and a new secret counts at once, in every process. Raises SourceMissing.
    """
    return _known.get(name) or source_named(name)


def undeclared() -> list[str]:
    """Enabled sources whose declaration is gone, in words."""
    entered = WebhookSource.objects.filter(enabled=True).values_list("name", "declared")
    return [
        f"webhook source {name} is of kind {kind}, which is not declared"
        for name, kind in entered
        if kind not in sources
    ]
