"""Bringing a change request over the version that is live by now."""

from __future__ import annotations

from django.db import transaction

from core.machine import change, perform
from core.said import said
from rules.change_requests import OPEN, ChangeRequest, locked
from rules.document.load import load
from rules.merging import merge
from rules.reading import document_of
from rules.reviewing import review
from rules.rule_sets import RuleSet
from rules.writing import rewritten


def rebase(request: ChangeRequest) -> ChangeRequest:
    """Bring an open change request over the live version of its set: a three-way merge by rule and part.

    Where both sides changed the same place, the text keeps this change's side, `conflicts` names both, and it is a
    draft again. Approvals stay where its own rules and their findings are what they were. A text that cannot be read
    stays as it is, over its old base.
    """
    with transaction.atomic():
        row = locked(request.pk)
        live = RuleSet.objects.select_related("live").get(pk=row.rule_set_id).live
        if row.state not in OPEN or live is None or row.base_id == live.pk:
            return row
        mine = load(row.text, name="rules.yaml")
        if not mine.ok or len(mine.documents) != 1:
            return row
        key = row.rule_set.key
        base, edited = document_of(row.base, key).data, mine.documents[0].data
        merged = merge(base, edited, document_of(live).data, their_name=said("version {number}", number=live.number))
        text = rewritten(row.text, edited, merged.theirs)
        row = change(row, event="change_request.rebased", base=live, text=text)
        found = [conflict.says for conflict in merged.conflicts]
        row.conflicts = [*row.conflicts, *found]
        row.save(
            update_fields=["conflicts", "changed_at"]
        )  # who has the former text open must not save it over this one
        if row.state != "draft" and (found or review(row).fingerprint != row.fingerprint):
            perform(row, "reopen")
        return row


def rebase_others(published: ChangeRequest) -> list[ChangeRequest]:
    """Bring all other open change requests of the set over its new version, each by itself."""
    others = ChangeRequest.objects.filter(rule_set=published.rule_set_id, state__in=OPEN).exclude(pk=published.pk)
    return [rebase(other) for other in others.select_related("rule_set").order_by("pk")]
