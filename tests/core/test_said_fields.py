"""Columns of sentences: stored with what they were made of, read by everybody in their language; old rows are text."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import translation

from core.http import in_words
from core.said import said
from rules.change_requests import ChangeRequest
from rules.editing import begin

pytestmark = pytest.mark.django_db


def test_conflicts_and_a_refusal_are_read_in_every_language() -> None:
    draft = begin("house", title="New", text="set: house\nrules: []\n")
    draft.conflicts = [said("it cannot be read"), "as it was written once"]
    draft.problem = said(
        'there is no text "{name}"; write it under texts, or correct the name.{near}', name="x", near=""
    )
    draft.save()
    draft = ChangeRequest.objects.get(pk=draft.pk)
    assert draft.conflicts == ["it cannot be read", "as it was written once"]
    assert draft.problem == 'there is no text "x"; write it under texts, or correct the name.'
    with translation.override("ro"):
        assert [in_words(one) for one in draft.conflicts] == ["nu poate fi citit", "as it was written once"]
        assert in_words(draft.problem).startswith("nu există textul „x”")


def test_rows_from_before_hold_plain_text() -> None:
    draft = begin("house", title="New", text="set: house\nrules: []\n")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE rules_changerequest SET conflicts = %s, problem = %s", ['["old"]', "old too"])
    draft.refresh_from_db()
    assert (draft.conflicts, draft.problem) == (["old"], "old too")
