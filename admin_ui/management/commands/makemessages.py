"""Django's makemessages, which finds here what no call of gettext names: sentences of proofs, operators, and errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from django.conf import settings
from django.core.management import CommandParser
from django.core.management.commands import makemessages
from django.urls import get_resolver

from admin_ui.argument_form import choice_of, label_of
from core import catalog
from core.errors import PravilaError
from rules.checks.valuing import KINDS
from rules.describing import NOUNS
from rules.document.problem import Severity
from rules.document.schema import schema_of
from rules.operators import operators
from rules.params import WANTED
from rules.sentences import NAMES

_PLACE = re.compile(r"\{\w+\}")  # nothing to translate


BORROWED = (  # words of Django's admin and of Unfold that have no Romanian of their own
    "Add row", "All applications", "Apply Filters", "Breadcrumbs", "Choose file to upload", "Click to cancel",
    "Click to download", "Conflicting form data submitted. Please try again.", "Dark", "Date from", "Date to", "Disabled",
    "Enabled", "Enter a valid JSON.", "Error:", "Expand row", "False", "Filter navigation items", "Filters", "General",
    "Forgotten your login credentials?", "Go back", "Hide counts", "Light", "Loading more results...", "More actions",
    "Hold down “Control”, or “Command” on a Mac, to select more than one.", "Model name", "No data", "No recent searches",
    "No results found", "No results matching your query", "Password-based authentication", "Please correct the error below.",
    "Previous", "Raw passwords are not stored, so there is no way to see the user’s password.", "Recent searches",
    "Reset filters", "Reset password", "Return to site", "Search apps and models...", "Select action",
    "Select action to run", "Select all objects on this page for an action", "Select all rows", "Select record",
    "Select this object for an action - {}", "Select value", "Set password", "Show counts", "Skip to main content", "System",
    "Thanks for spending some quality time with the web site today.",
    "This item will be deleted.",
    "This object doesn’t have a change history. It probably wasn’t added via this admin site.",
    "This page yielded into no results. Create a new item or reset your filters.", "Toggle password visibility", "True",
    "Type to search", "View selected %(model)s", "You don’t have permission to view or edit anything.",
    "You have been successfully logged out from the administration",
    "%(name)s with ID “%(key)s” doesn’t exist. Perhaps it was deleted?",
    "The %(name)s “%(obj)s” was deleted successfully.", "“%(value)s” value must be an integer.",
    "“%(value)s” value has an invalid date format. It must be in YYYY-MM-DD format.",
)  # fmt: skip


def said_at_run_time() -> list[str]:
    """What is translated when it is said: templates of errors, the words of operators, of kinds of values and of the
    arguments that are asked of people, and what the admin says."""
    assert get_resolver().url_patterns  # with them every module that declares an error is imported
    errors = (error.__doc__ and " ".join(error.__doc__.split()) for error in _below(PravilaError))
    words = [word for one in operators for word in (one.says, one.says.removeprefix("is "), one.title)]
    found = [*errors, *words, *NAMES.values(), *NOUNS.values(), *WANTED, *WANTED.values()]
    found += [
        *_arguments(),
        *_of_shapes(schema_of(operators.as_declared())),
        *get_args(Severity),
        *KINDS.values(),
        *BORROWED,
    ]
    return sorted({said for said in found if said and not _PLACE.fullmatch(said)})


def _arguments() -> Iterator[str]:
    schemas = [spec.arguments for machine in catalog.machines for spec in machine.transitions.values()]
    schemas += [spec.parameters.get("properties", {}) for spec in catalog.actions]
    for name, schema in (item for found in schemas for item in found.items()):
        yield label_of(name, schema)
        yield str(schema.get("description", ""))
        yield from (choice_of(str(value)) for value in schema.get("enum", ()))


def _of_shapes(schema: Any) -> Iterator[str]:
    """What the schema of the rule language says of each place in it."""
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _of_shapes(part)
    if isinstance(schema, dict) and isinstance(schema.get("says"), str):
        yield schema["says"]


def _below(error: type[PravilaError]) -> Iterator[type[PravilaError]]:
    for one in error.__subclasses__():
        if not one.__module__.startswith("tests."):
            yield one
            yield from _below(one)


class Command(makemessages.Command):
    """The words go through a file of the tree, for xgettext reads files only; it is gone afterwards."""

    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=say", "--keyword=said"]

    def add_arguments(self, parser: CommandParser) -> None:
        """As the catalogue is kept: Romanian, without places and without what is said no more."""
        super().add_arguments(parser)
        parser.set_defaults(locale=["ro"], add_location="never", no_obsolete=True)

    def handle(self, *args: Any, **options: Any) -> None:
        words = Path(settings.BASE_DIR, "admin_ui", "said_at_run_time.py")
        words.write_text("".join(f"gettext_noop({said!r})\n" for said in said_at_run_time()), "utf-8")
        try:
            super().handle(*args, **options)
        finally:
            words.unlink()
