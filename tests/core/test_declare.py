"""What a machine declares, beside what tests of the machine itself say."""

from __future__ import annotations

from core.declare import StateField


def test_migrations_know_a_state_as_a_plain_column() -> None:
    _name, path, _arguments, options = StateField({"new": "brand new", "old": "old"}).deconstruct()
    assert path == "django.db.models.CharField"
    assert (options["default"], options["choices"]) == ("new", [("new", "brand new"), ("old", "old")])
