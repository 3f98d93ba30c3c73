"""Addresses of the pages that references and events lead to; None where there is no such page."""

from __future__ import annotations

from django.contrib import admin
from django.db import models
from django.urls import reverse

from core import refs
from core.errors import BadReference

_PAGES = {
    "action_run": "actions_actionrun",
    "event": "core_event",
    "change_request": "rules_changerequest",
    "user": "auth_user",
}


def page_of(row: models.Model) -> str:
    """The address of a row's own page."""
    return page_at(type(row), row.pk)


def page_at(model: type[models.Model], key: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[key])


def list_of(model: type[models.Model]) -> str:
    """The address of the list of a model's rows."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def url_of(ref: str) -> str | None:
    """The page of what a reference such as invoice:1042 names; whether the row exists is not asked."""
    try:
        noun, key = refs.parse_row(ref)
    except BadReference:
        return None
    if noun in _PAGES:
        return reverse(f"admin:{_PAGES[noun]}_change", args=[key])
    model = refs.MODELS.get(noun)
    return page_at(model, key) if model is not None and admin.site.is_registered(model) else None
